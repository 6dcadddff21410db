// Crossovers and the equity of following them, nine lines of a family. Twin: twin/follow.rs.
//
//   s = +1 from the bar where close rises above the average, -1 from the bar where it falls below
//   e = max(e * (1 - decay) * (1 + s_before * gain), 0.25)
//
// A signal that has been set is the side on which close was last outside the tie band, so the next
// side is one comparison with the far edge of the band. Before its first event a line is fresh (no
// value yet), tied, above or below.
//
// Sides are whole numbers, four times those of the state: their comparisons leave the units of the
// floating-point numbers alone.

const LONG: i32 = 4;
const SHORT: i32 = -4;
const ABOVE: i32 = 2;
const BELOW: i32 = -2;
const TIED: i32 = 0;
const FRESH: i32 = 1;

// What every line needs of a bar: edges of the tie band, equity factors of the positions.
struct Bar {
    low: real,
    high: real,
    up: real,
    down: real,
    flat: real,
}

// Equities of the family's lines, added up in order: all, those short, those without a signal.
struct Totals {
    total: real,
    short: real,
    unset: real,
}

var<private> equities: array<real, 9>;
var<private> sides: array<i32, 9>;

fn side_of(number: real) -> i32 {
    return i32(number * FOUR);
}

fn number_of(side: i32) -> real {
    return real(side) * QUARTER;
}

fn bar_at(close: real, gain: real, bar: u32) -> Bar {
    let low = close * numbers.low;
    let high = close * numbers.high;
    let live = bar > shape.cutout;
    let up = select(ONE, numbers.retain * (ONE + gain), live);
    let down = select(ONE, numbers.retain * (ONE - gain), live);
    return Bar(low, high, up, down, select(ONE, numbers.retain, live));
}

fn follow(bar: u32, at: Bar) -> Totals {
    var totals = Totals(ZERO, ZERO, ZERO);
    for (var k = 0u; k < 9u; k++) {
        let before = sides[k];
        let held = select(at.flat, at.down, before == SHORT);
        let factor = select(held, at.up, before == LONG);
        let equity = at_least(equities[k] * factor, FLOOR);
        let after = next_side(before, averages[k], at, bar >= shape.lines[k].first);
        totals.total = totals.total + equity;
        totals.short = totals.short + select(ZERO, equity, after == SHORT);
        totals.unset = totals.unset + select(equity, ZERO, abs(after) == LONG);
        equities[k] = equity;
        sides[k] = after;
    }
    return totals;
}

fn next_side(before: i32, average: real, at: Bar, valued: bool) -> i32 {
    let over_low = average > at.low;
    let over_high = average > at.high;
    // A value that appears, or leaves a tie: an event only if the bar before had a value on
    // another side or in the band.
    let under = select(ABOVE, LONG, before == TIED || before == BELOW);
    let over = select(BELOW, SHORT, before == TIED || before == ABOVE);
    let first = select(under, select(TIED, over, over_high), over_low);
    let turned = select(over_low, over_high, before == LONG);
    let next = select(LONG, SHORT, turned);
    return select(select(FRESH, first, valued), next, abs(before) == LONG);
}
