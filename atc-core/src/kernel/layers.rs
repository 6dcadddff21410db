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

impl<V: Lanes> Votes<V> {
    /// The sums over no family.
    pub(crate) fn none() -> Self {
        let zero = V::splat(0.0);
        Self {
            cast: zero,
            total: zero,
        }
    }
}

/// What layer 2 reads and writes of one family.
pub(crate) struct FamilyWork<'a, V> {
    /// The sums of layer 1.
    pub(crate) bars: &'a [BarLanes<V>],
    /// Equities of the lines without a signal; empty if there are none.
    pub(crate) unset: &'a [V],
    /// The sums of the average.
    pub(crate) votes: &'a mut [Votes<V>],
    /// Layer-1 signals; empty if nobody asked.
    pub(crate) signal: &'a mut [V],
    /// Layer-2 equities, likewise.
    pub(crate) equity: &'a mut [V],
}

/// Follows one family's layer-1 signal through a block.
#[inline(always)]
pub(crate) fn layer2<V: Lanes>(
    plan: &Plan,
    (span, family): (Span, Family),
    state: &mut Layer2<V>,
    work: &mut FamilyWork<'_, V>,
) {
    let cutout = plan.params().cutout;
    let dead = cutout.saturating_sub(span.first_bar).min(span.n);
    if family == Family::ALL[0] {
        work.votes.fill(Votes::none());
    }
    let wanted = !work.signal.is_empty();
    let mut start = dead;
    if dead < span.n && span.first_bar + dead == cutout {
        // The first live bar: nothing was held before it, and it earns nothing.
        follow::<V, true, true>(plan, state, work, (start, start + 1));
        // The step to repeat is 0 at first.
        state.factor = V::splat(plan.retain);
        start += 1;
    }
    let live = (start, span.n);
    let repeat = plan.switches.idle_step == IdleStep::Last;
    match (repeat, !work.unset.is_empty()) {
        (false, false) => follow::<V, false, false>(plan, state, work, live),
        (false, true) => follow::<V, false, true>(plan, state, work, live),
        (true, false) => follow::<V, true, false>(plan, state, work, live),
        (true, true) => follow::<V, true, true>(plan, state, work, live),
    }
    if wanted {
        work.signal[..dead].fill(V::splat(f64::NAN));
        work.equity[..dead].fill(V::splat(f64::NAN));
    }
}

/// The live bars from `start` to `end`: without a position the last factor is
/// repeated if `REPEAT`, and some lines may have no signal if `UNSET`.
#[inline(always)]
fn follow<V: Lanes, const REPEAT: bool, const UNSET: bool>(
    plan: &Plan,
    state: &mut Layer2<V>,
    work: &mut FamilyWork<'_, V>,
    (start, end): (usize, usize),
) {
    let (zero, two) = (V::splat(0.0), V::splat(2.0));
    let retain = V::splat(plan.retain);
    let (long, short) = (V::splat(plan.vote_long), V::splat(plan.vote_short));
    let (hundred, half) = (V::splat(100.0), V::splat(0.5));
    let Layer2 {
        mut signal,
        mut equity,
        mut factor,
    } = *state;
    let wanted = !work.signal.is_empty();
    let pairs = work.bars[start..end]
        .iter()
        .zip(&mut work.votes[start..end]);
    for (j, (bar, vote)) in pairs.enumerate() {
        let flat = if REPEAT { factor } else { retain };
        let held = V::select(zero.gt(signal), bar.down, flat);
        factor = V::select(signal.gt(zero), bar.up, held);
        equity = (equity * factor).at_least(V::splat(EQUITY_FLOOR));
        let mut set = bar.total;
        if UNSET && let Some(unset) = work.unset.get(start + j) {
            set = set - *unset;
        }
        let value = (set - two * bar.short) / bar.total;
        signal = (value * hundred + half).floor();
        let cast = vote.cast.plus(signal.gt(long), equity);
        vote.cast = cast - equity.keep(short.gt(signal));
        vote.total = vote.total + equity;
        if wanted {
            work.signal[start + j] = hundredths(signal);
            work.equity[start + j] = equity;
        }
    }
    *state = Layer2 {
        signal,
        equity,
        factor,
    };
}

/// A hundredth in two parts, the first short enough for its product with a layer-1 signal to be exact.
const HUNDREDTH: [f64; 2] = {
    let short = f64::from_bits(0.01_f64.to_bits() & !0xff);
    // What 100 times the first part lacks of 1 is exact; only the division rounds.
    [short, (1.0 - 100.0 * short) / 100.0]
};

/// `signal / 100`, rounded as that is, for whole signals of at most 100: a division takes several times as long.
#[inline(always)]
fn hundredths<V: Lanes>(signal: V) -> V {
    let [most, rest] = HUNDREDTH;
    signal * V::splat(most) + signal * V::splat(rest)
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

#[cfg(test)]
mod tests {
    use super::hundredths;
    use crate::lanes::{Lanes, Wide};

    #[test]
    fn hundredths_are_quotients() {
        for signal in -100..=100 {
            let signal = f64::from(signal);
            let got = hundredths(Wide([signal])).lane(0);
            assert_eq!(got.to_bits(), (signal / 100.0).to_bits(), "{signal}");
        }
        assert!(hundredths(Wide([f64::NAN])).lane(0).is_nan());
    }
}
