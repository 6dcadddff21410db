//! Twin of `kernels/follow.wgsl`.

use super::family::{FLOOR, Family};
use crate::real::Real;

// Four times those that a carried state has.
pub(super) const LONG: i32 = 4;
pub(super) const SHORT: i32 = -4;
pub(super) const ABOVE: i32 = 2;
pub(super) const BELOW: i32 = -2;
pub(super) const TIED: i32 = 0;
pub(super) const FRESH: i32 = 1;

/// What every line needs of a bar.
pub(super) struct Bar<T> {
    pub(super) low: T,
    pub(super) high: T,
    pub(super) up: T,
    pub(super) down: T,
    pub(super) flat: T,
}

/// Equities of the family's lines, added up in order.
pub(super) struct Totals<T> {
    pub(super) total: T,
    pub(super) short: T,
    pub(super) unset: T,
}

impl<T: Real> Family<T> {
    pub(super) fn follow(&mut self, bar: u32, at: &Bar<T>) -> Totals<T> {
        let zero = T::of(0.0);
        let mut totals = Totals {
            total: zero,
            short: zero,
            unset: zero,
        };
        for k in 0..9 {
            let before = self.sides[k];
            let held = if before == SHORT { at.down } else { at.flat };
            let factor = if before == LONG { at.up } else { held };
            let equity = (self.equities[k] * factor).at_least(T::of(FLOOR));
            let valued = bar >= self.shape.lines[k].first;
            let after = next_side(before, self.averages[k], at, valued);
            totals.total = totals.total + equity;
            totals.short = totals.short + equity.only_if(after == SHORT);
            totals.unset = totals.unset + equity.only_if(after.abs() != LONG);
            self.equities[k] = equity;
            self.sides[k] = after;
        }
        totals
    }
}

fn next_side<T: Real>(before: i32, average: T, at: &Bar<T>, valued: bool) -> i32 {
    let over_low = average > at.low;
    let over_high = average > at.high;
    if before.abs() == LONG {
        let turned = if before == LONG { over_high } else { over_low };
        return if turned { SHORT } else { LONG };
    }
    // A value that appears, or leaves a tie: an event only if the bar before had a value on
    // another side or in the band.
    match (valued, over_low, over_high) {
        (false, _, _) => FRESH,
        (true, false, _) if before == TIED || before == BELOW => LONG,
        (true, false, _) => ABOVE,
        (true, true, true) if before == TIED || before == ABOVE => SHORT,
        (true, true, true) => BELOW,
        (true, true, false) => TIED,
    }
}
