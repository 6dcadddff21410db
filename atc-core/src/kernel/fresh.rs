//! Lines that wait for their first event: only young series have any.
//!
//! They need more state than a hysteresis: whether there was an average at all,
//! and where it was in relation to the close. Averages become rows first here,
//! and three lines are followed this way only until each has had its event.

use super::averages::{Consumer, Row, Span, Trio, three};
use super::follow::{BarLanes, Followers, all_set, side};
use super::tile::Lines;
use crate::EQUITY_FLOOR;
use crate::lanes::Lanes;

/// What the lines without a signal need, and add up to.
pub(crate) struct Fresh<'a, V> {
    /// Where the block lies.
    pub(crate) span: Span,
    /// Bars up to this one earn nothing.
    pub(crate) cutout: usize,
    /// The share of equity that a bar leaves.
    pub(crate) retain: f64,
    /// Equities of the lines whose signal is 0, added up in order.
    pub(crate) unset: &'a mut [V],
}

/// Bars between two looks whether some line still waits: until then each bar takes more than twice the operations.
const LOOK: usize = 8;

/// Follows averages that were computed before.
#[inline(always)]
pub(crate) fn follow_rows<V: Lanes>(
    bars: &mut [BarLanes<V>],
    rows: &[Row<V>],
    lines: &mut Lines<V>,
    fresh: &mut Fresh<'_, V>,
) {
    fresh.unset.fill(V::splat(0.0));
    for first in [0, 3, 6] {
        let mut at = 0;
        while at < rows.len() && !all_set(&lines.side[first..first + 3]) {
            let end = (at + LOOK).min(rows.len());
            follow_fresh(bars, (rows, first), (at, end), lines, fresh);
            at = end;
        }
        if at < rows.len() {
            let rows = &rows[at..];
            let mut trio = Computed {
                first,
                rows,
                left: rows.len(),
            };
            let bars = &mut bars[at..];
            Followers { bars, lines }.run(first, &mut trio);
        }
    }
}

/// Three of the lines in rows.
struct Computed<'a, V> {
    first: usize,
    rows: &'a [Row<V>],
    left: usize,
}

impl<V: Lanes> Trio<V> for Computed<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        three(&self.rows[j], self.first)
    }
}

/// Some bars of three lines of which some had no event yet.
#[inline(always)]
fn follow_fresh<V: Lanes>(
    bars: &mut [BarLanes<V>],
    (rows, first): (&[Row<V>], usize),
    (start, end): (usize, usize),
    lines: &mut Lines<V>,
    fresh: &mut Fresh<'_, V>,
) {
    let (floor, zero) = (V::splat(EQUITY_FLOOR), V::splat(0.0));
    let (long, short) = (V::splat(side::SET), V::splat(-side::SET));
    let mut sides = three(&lines.side, first);
    let mut equity = three(&lines.equity, first);
    for j in start..end {
        let (bar, average) = (&mut bars[j], three(&rows[j], first));
        let (mut total, mut shorts) = (bar.total, bar.short);
        if first == 0 {
            (total, shorts) = (zero, zero);
        }
        let mut unset = fresh.unset[j];
        let dead = fresh.span.first_bar + j <= fresh.cutout;
        let flat = V::splat(if dead { 1.0 } else { fresh.retain });
        for k in 0..3 {
            let before = sides[k];
            let held = V::select(short.gt(before), bar.down, flat);
            let factor = V::select(before.gt(long), bar.up, held);
            equity[k] = (equity[k] * factor).at_least(floor);
            sides[k] = next_side(before, average[k], bar);
            total = total + equity[k];
            shorts = shorts.plus(short.gt(sides[k]), equity[k]);
            unset = unset + V::select(sides[k].abs().gt(long), zero, equity[k]);
        }
        (bar.total, bar.short, fresh.unset[j]) = (total, shorts, unset);
    }
    lines.side[first..first + 3].copy_from_slice(&sides);
    lines.equity[first..first + 3].copy_from_slice(&equity);
    lines.average[first..first + 3].copy_from_slice(&rows[end - 1][first..first + 3]);
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
