//! Twin of `kernels/follow.wgsl`.

use super::family::{FLOOR, Family};
use crate::real::Real;

pub(super) const LONG: f64 = 1.0;
pub(super) const SHORT: f64 = -1.0;
pub(super) const ABOVE: f64 = 0.5;
pub(super) const BELOW: f64 = -0.5;
pub(super) const TIED: f64 = 0.0;
pub(super) const FRESH: f64 = 0.25;

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
            let held = if before == T::of(SHORT) {
                at.down
            } else {
                at.flat
            };
            let factor = if before == T::of(LONG) { at.up } else { held };
            let equity = (self.equities[k] * factor).at_least(T::of(FLOOR));
            let after = next_side(before, self.averages[k], at, bar >= self.shape.first[k]);
            totals.total = totals.total + equity;
            totals.short = totals.short + equity.only_if(after == T::of(SHORT));
            totals.unset = totals.unset + equity.only_if(after.abs() != T::of(1.0));
            self.equities[k] = equity;
            self.sides[k] = after;
        }
        totals
    }
}

fn next_side<T: Real>(before: T, average: T, at: &Bar<T>, valued: bool) -> T {
    let is = |side: f64| before == T::of(side);
    let side = if before.abs() == T::of(1.0) {
        let edge = if is(LONG) { at.high } else { at.low };
        if average > edge { SHORT } else { LONG }
    } else if !valued {
        FRESH
    } else if average <= at.low {
        if before <= T::of(TIED) { LONG } else { ABOVE }
    } else if average > at.high {
        if is(TIED) || is(ABOVE) { SHORT } else { BELOW }
    } else {
        TIED
    };
    T::of(side)
}
