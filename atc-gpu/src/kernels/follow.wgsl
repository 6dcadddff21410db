// Crossovers and the equity of following them, nine lines of a family. Twin: twin/follow.rs.
//
//   s = +1 from the bar where close rises above the average, -1 from the bar where it falls below
//   e = max(e * (1 - decay) * (1 + s_before * r * growth), 0.25)
//
// A signal that has been set is the side on which close was last outside the tie band, so the next
// side is one comparison with the far edge of the band. Before its first event a line is fresh (no
// value yet), tied, above or below.

const LONG: real = ONE;
const SHORT: real = -ONE;
const ABOVE: real = HALF;
const BELOW: real = -HALF;
const TIED: real = ZERO;
const FRESH: real = QUARTER;

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
var<private> sides: array<real, 9>;

fn bar_at(j: u32, bar: u32) -> Bar {
    let now = closes[row(tile.history + j)];
    var before = now;
    if bar > 0u {
        before = closes[row(tile.history + j - 1u)];
    }
    let low = now * numbers.low;
    let high = now * numbers.high;
    if bar <= shape.cutout {
        return Bar(low, high, ONE, ONE, ONE);
    }
    let gain = ((now - before) / before) * growth[j];
    let up = numbers.retain * (ONE + gain);
    let down = numbers.retain * (ONE - gain);
    return Bar(low, high, up, down, numbers.retain);
}

fn follow(bar: u32, at: Bar) -> Totals {
    var totals = Totals(ZERO, ZERO, ZERO);
    for (var k = 0u; k < 9u; k++) {
        let before = sides[k];
        let held = select(at.flat, at.down, before == SHORT);
        let factor = select(held, at.up, before == LONG);
        let equity = at_least(equities[k] * factor, FLOOR);
        let after = next_side(before, averages[k], at, bar >= shape.first[k]);
        totals.total = totals.total + equity;
        totals.short = totals.short + select(ZERO, equity, after == SHORT);
        totals.unset = totals.unset + select(equity, ZERO, abs(after) == ONE);
        equities[k] = equity;
        sides[k] = after;
    }
    return totals;
}

fn next_side(before: real, average: real, at: Bar, valued: bool) -> real {
    if abs(before) == ONE {
        let edge = select(at.low, at.high, before == LONG);
        return select(LONG, SHORT, average > edge);
    }
    if !valued {
        return FRESH;
    }
    // A value that appears, or leaves a tie: an event only if the bar before had a value on
    // another side or in the band.
    if average <= at.low {
        return select(ABOVE, LONG, before <= TIED);
    }
    if average > at.high {
        return select(BELOW, SHORT, before == TIED || before == ABOVE);
    }
    return TIED;
}
