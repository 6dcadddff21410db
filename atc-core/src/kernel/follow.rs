//! Crossovers and the equity of following them: layer 1, one family a time.
//!
//! ```text
//! s = +1 from the bar where close rises above the average, -1 from the bar where it falls below
//! e = max(e * (1 - decay) * (1 + s_before * r * growth), 0.25)
//! ```
//!
//! A signal that has been set once is the side on which close was last outside
//! the tie band, so the next side needs one comparison, with the far edge of
//! the band: a hysteresis. Only before its first event does a line need more
//! state; those bars take the path of [`follow_fresh`]. Both paths compute the
//! same bits.

use super::averages::Row;
use crate::EQUITY_FLOOR;
use crate::lanes::Lanes;

/// What every line of every family needs of a bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BarLanes<V> {
    /// An average at or below this is under the close.
    pub(crate) low: V,
    /// An average above this is over the close.
    pub(crate) high: V,
    /// Equity factor of a long position.
    pub(crate) up: V,
    /// Equity factor of a short position.
    pub(crate) down: V,
    /// Equity factor of no position.
    pub(crate) flat: V,
}

/// The equities of a family's nine lines, added up in order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sums<V> {
    /// All lines.
    pub(crate) total: V,
    /// The lines whose signal is -1.
    pub(crate) short: V,
    /// The lines whose signal is 0.
    pub(crate) flat: V,
}

/// Sides of a line: where it is, or was, in relation to the close. A line that
/// never had a value is `FRESH`, a NaN, which no comparison holds for.
pub(crate) mod side {
    /// Signal +1.
    pub(crate) const LONG: f64 = 1.0;
    /// Signal -1.
    pub(crate) const SHORT: f64 = -1.0;
    /// Signal 0; close was above the average when it got a value, and since.
    pub(crate) const ABOVE: f64 = 0.5;
    /// Signal 0; close was below the average when it got a value, and since.
    pub(crate) const BELOW: f64 = -0.5;
    /// Signal 0; price and average were tied at the last bar.
    pub(crate) const TIED: f64 = 0.0;
    /// Signal 0; the average had no value yet.
    pub(crate) const FRESH: f64 = f64::NAN;
    /// Magnitudes above this are signals.
    pub(crate) const SET: f64 = 0.75;
}

/// Follows nine averages through a block.
#[inline(always)]
pub(crate) fn follow<V: Lanes>(
    bars: &[BarLanes<V>],
    rows: &[Row<V>],
    (sides, equities): (&mut Row<V>, &mut Row<V>),
    sums: &mut [Sums<V>],
) {
    third::<V, 0>(bars, rows, (sides, equities), sums);
    third::<V, 3>(bars, rows, (sides, equities), sums);
    third::<V, 6>(bars, rows, (sides, equities), sums);
}

/// Three of the nine lines, from the `FIRST` on.
#[inline(always)]
fn third<V: Lanes, const FIRST: usize>(
    bars: &[BarLanes<V>],
    rows: &[Row<V>],
    (sides, equities): (&mut Row<V>, &mut Row<V>),
    sums: &mut [Sums<V>],
) {
    let mut s = [sides[FIRST], sides[FIRST + 1], sides[FIRST + 2]];
    let mut e = [equities[FIRST], equities[FIRST + 1], equities[FIRST + 2]];
    if s.iter()
        .all(|side| V::all(side.abs().gt(V::splat(side::SET))))
    {
        follow_set::<V, FIRST>(bars, rows, (&mut s, &mut e), sums);
    } else {
        follow_fresh::<V, FIRST>(bars, rows, (&mut s, &mut e), sums);
    }
    sides[FIRST..FIRST + 3].copy_from_slice(&s);
    equities[FIRST..FIRST + 3].copy_from_slice(&e);
}

/// What the lines before have added up to; the first line finds nothing.
#[inline(always)]
fn before<V: Lanes, const FIRST: usize>(sums: &Sums<V>) -> Sums<V> {
    if FIRST > 0 {
        return *sums;
    }
    let zero = V::splat(0.0);
    Sums {
        total: zero,
        short: zero,
        flat: zero,
    }
}

/// Three lines whose signals are all set.
#[inline(always)]
fn follow_set<V: Lanes, const FIRST: usize>(
    bars: &[BarLanes<V>],
    rows: &[Row<V>],
    (sides, equities): (&mut [V; 3], &mut [V; 3]),
    sums: &mut [Sums<V>],
) {
    let floor = V::splat(EQUITY_FLOOR);
    let zero = V::splat(0.0);
    let mut short = [zero.gt(sides[0]), zero.gt(sides[1]), zero.gt(sides[2])];
    let mut e = *equities;
    for ((bar, row), sum) in bars.iter().zip(rows).zip(sums) {
        let Sums {
            mut total,
            short: mut shorts,
            flat,
        } = before::<V, FIRST>(sum);
        for k in 0..3 {
            e[k] = (e[k] * V::select(short[k], bar.down, bar.up)).at_least(floor);
            short[k] = row[FIRST + k].gt(V::select(short[k], bar.low, bar.high));
            total = total + e[k];
            shorts = shorts + e[k].keep(short[k]);
        }
        (sum.total, sum.short) = (total, shorts);
        if FIRST == 0 {
            sum.flat = flat;
        }
    }
    *equities = e;
    *sides = short.map(|mask| V::select(mask, V::splat(side::SHORT), V::splat(side::LONG)));
}

/// Three lines of which some had no event yet.
#[inline(always)]
fn follow_fresh<V: Lanes, const FIRST: usize>(
    bars: &[BarLanes<V>],
    rows: &[Row<V>],
    (sides, equities): (&mut [V; 3], &mut [V; 3]),
    sums: &mut [Sums<V>],
) {
    let floor = V::splat(EQUITY_FLOOR);
    let (long, short) = (V::splat(side::SET), V::splat(-side::SET));
    let (mut sides_now, mut e) = (*sides, *equities);
    for ((bar, row), sum) in bars.iter().zip(rows).zip(sums) {
        *sum = before::<V, FIRST>(sum);
        for k in 0..3 {
            let before = sides_now[k];
            let held = V::select(short.gt(before), bar.down, bar.flat);
            let factor = V::select(before.gt(long), bar.up, held);
            e[k] = (e[k] * factor).at_least(floor);
            let after = next_side(before, row[FIRST + k], bar);
            let unset = V::select(after.abs().gt(long), V::splat(0.0), e[k]);
            sum.total = sum.total + e[k];
            sum.short = sum.short + e[k].keep(short.gt(after));
            sum.flat = sum.flat + unset;
            sides_now[k] = after;
        }
    }
    (*sides, *equities) = (sides_now, e);
}

/// The side after a bar, whatever it was before.
#[inline(always)]
fn next_side<V: Lanes>(before: V, average: V, bar: &BarLanes<V>) -> V {
    let (long, short) = (V::splat(side::LONG), V::splat(side::SHORT));
    let above = average.le(bar.low);
    let below = average.gt(bar.high);
    // A value that appears, or leaves a tie: an event only if the bar before had a
    // value on another side or in the band.
    let rises = V::select(before.le(V::splat(side::TIED)), long, V::splat(side::ABOVE));
    let falls = V::select(
        before.gt(V::splat(side::BELOW / 2.0)),
        short,
        V::splat(side::BELOW),
    );
    let valued = average.le(V::splat(f64::INFINITY));
    let within = V::select(valued, V::splat(side::TIED), V::splat(side::FRESH));
    let unset = V::select(above, rises, V::select(below, falls, within));
    // A signal that is set: see the module.
    let edge = V::select(before.gt(V::splat(0.0)), bar.high, bar.low);
    let set = V::select(average.gt(edge), short, long);
    V::select(before.abs().gt(V::splat(side::SET)), set, unset)
}
