//! Layer 2 and the average: six families to one number.
//!
//! ```text
//! layer 1   = round2(sum(s*e) / sum(e))       round2(v) = floor(100*v + 0.5) / 100
//! layer 2   = equity of following layer 1, started at the family's weight
//! vote      = +1 above the upper limit, -1 below the lower, else 0
//! average   = sum(vote * layer2) / sum(layer2)
//! ```
//!
//! Layer-1 signals stay in whole hundredths here; the limits of the votes were
//! turned into hundredths by the plan, so that no decision needs the division.

use super::averages::Span;
use super::follow::BarLanes;
use crate::lanes::Lanes;
use crate::{EQUITY_FLOOR, Family, IdleStep, Plan};

/// What layer 2 remembers of one family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer2<V> {
    /// Layer-1 signal of the last bar in hundredths, 0 before the cutout.
    pub(crate) signal: V,
    /// Layer-2 equity of the last bar, the start before the cutout.
    pub(crate) equity: V,
    /// The last equity factor, which `idle_step = last` repeats.
    pub(crate) factor: V,
}

impl<V: Lanes> Layer2<V> {
    /// The state before the first bar.
    pub(crate) fn new(weight: f64) -> Self {
        Self {
            signal: V::splat(0.0),
            equity: V::splat(weight.max(EQUITY_FLOOR)),
            factor: V::splat(1.0),
        }
    }
}

/// The sums of the average, over the families so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Votes<V> {
    /// `sum(vote * layer2)`
    pub(crate) cast: V,
    /// `sum(layer2)`
    pub(crate) total: V,
}

/// Where a family's two columns go; empty if nobody asked.
pub(crate) struct FamilyColumns<'a, V> {
    /// Layer-1 signals.
    pub(crate) signal: &'a mut [V],
    /// Layer-2 equities.
    pub(crate) equity: &'a mut [V],
}

/// Follows one family's layer-1 signal through a block.
#[inline(always)]
pub(crate) fn layer2<V: Lanes>(
    plan: &Plan,
    (span, family): (Span, Family),
    bars: &[BarLanes<V>],
    (state, votes): (&mut Layer2<V>, &mut [Votes<V>]),
    columns: &mut FamilyColumns<'_, V>,
) {
    let cutout = plan.params().cutout;
    let dead = cutout.saturating_sub(span.first_bar).min(span.n);
    let repeat = plan.switches.idle_step == IdleStep::Last;
    let (zero, two) = (V::splat(0.0), V::splat(2.0));
    let (long, short) = (V::splat(plan.vote_long), V::splat(plan.vote_short));
    let Layer2 {
        mut signal,
        mut equity,
        mut factor,
    } = *state;
    let first = family == Family::ALL[0];
    let wanted = !columns.signal.is_empty();
    for j in dead..span.n {
        let bar = &bars[j];
        let flat = if repeat { factor } else { bar.flat };
        let held = V::select(zero.gt(signal), bar.down, flat);
        factor = V::select(signal.gt(zero), bar.up, held);
        equity = (equity * factor).at_least(V::splat(EQUITY_FLOOR));
        if span.first_bar + j == cutout {
            // The first live bar earns nothing; the step to repeat is 0 at first.
            factor = V::splat(plan.retain);
        }
        let value = ((bar.total - bar.unset) - two * bar.short) / bar.total;
        signal = (value * V::splat(100.0) + V::splat(0.5)).floor();
        let vote = &mut votes[j];
        let before = if first {
            Votes {
                cast: zero,
                total: zero,
            }
        } else {
            *vote
        };
        let cast = before.cast + equity.keep(signal.gt(long));
        vote.cast = cast - equity.keep(short.gt(signal));
        vote.total = before.total + equity;
        if wanted {
            columns.signal[j] = signal / V::splat(100.0);
            columns.equity[j] = equity;
        }
    }
    *state = Layer2 {
        signal,
        equity,
        factor,
    };
    if wanted {
        columns.signal[..dead].fill(V::splat(f64::NAN));
        columns.equity[..dead].fill(V::splat(f64::NAN));
    }
}

/// The average signal of a block; `delayed` holds the value of the bar before
/// when the plan delays it.
#[inline(always)]
pub(crate) fn average<V: Lanes>(
    plan: &Plan,
    span: Span,
    votes: &[Votes<V>],
    delayed: &mut V,
    out: &mut [V],
) {
    let dead = plan
        .params()
        .cutout
        .saturating_sub(span.first_bar)
        .min(span.n);
    out[..dead].fill(V::splat(f64::NAN));
    for (slot, vote) in out[dead..].iter_mut().zip(&votes[dead..]) {
        let average = vote.cast / vote.total;
        *slot = if plan.params().strategy {
            *delayed
        } else {
            average
        };
        *delayed = average;
    }
}
