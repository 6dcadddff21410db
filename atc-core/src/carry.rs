//! A series that was computed elsewhere, to go on from here.

use std::sync::Arc;

use crate::kernel::averages::hull;
use crate::state::State;
use crate::{Classifier, Family, Flip, Hma, PerFamily, Plan, Trend, TrendTracker};

/// What the nine lines of a family carry from bar to bar, beside the prices behind them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FamilyCarry {
    /// State of EMA, first EMA of the DEMA, or KAMA; a sum while it is seeded. Of no meaning in
    /// the other families, whose averages follow from prices.
    pub recursive: [f64; 9],
    /// State of the second EMA of the DEMA.
    pub second: [f64; 9],
    /// The signal, 1 or -1, once there was one; before that 0.5 where the close is above the
    /// average, -0.5 below, 0 tied, and NaN where the average has no value.
    pub sides: [f64; 9],
    /// Layer-1 equities, multiples of the start.
    pub equities: [f64; 9],
    /// Layer-1 signal in hundredths, layer-2 equity, and its last factor.
    pub layer2: [f64; 3],
}

/// What a series carries from bar to bar, beside the prices behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Carry {
    /// What each family does.
    pub families: PerFamily<FamilyCarry>,
    /// The average signal of the last bar, never delayed; 0 before the cutout.
    pub average: f64,
    /// The average signal that the last bar shows, if it shows one.
    pub shown: Option<f64>,
    /// The last flip of the trend. One at a bar that the series does not have, or with
    /// [`Trend::Neutral`], is none.
    pub last_flip: Option<Flip>,
}

impl Classifier {
    /// A classifier that goes on behind a series that something else computed with the same
    /// bits, such as a GPU: what follows from prices is taken from them, the rest from `carry`.
    ///
    /// `close` and `source` are all bars that exist up to there, checked by the caller as
    /// [`Series::new`](crate::Series::new) does. Costs as much as a few bars.
    ///
    /// # Panics
    ///
    /// If there is not one source value for each close.
    pub fn carried_on(
        plan: impl Into<Arc<Plan>>,
        (close, source): (&[f64], &[f64]),
        carry: &Carry,
    ) -> Self {
        assert_eq!(close.len(), source.len(), "one source value for each close");
        let plan = plan.into();
        if close.is_empty() {
            return Self::new(plan);
        }
        let bars = close.len();
        let mut record = follows_from_prices(&plan, close, source);
        put(&plan, bars, carry, &mut record);
        let is_flip = |flip: &Flip| flip.bar < bars && flip.trend != Trend::Neutral;
        let flip = carry.last_flip.filter(is_flip);
        Self {
            state: State::resume(&plan, bars, &record),
            plan,
            trend: TrendTracker::resumed(bars, carry.shown, flip),
            flip: flip.is_some_and(|flip| flip.bar + 1 == bars),
        }
    }
}

/// A record after the last bar in which what follows from prices is right: the history, the
/// differences of Hull averages, and the averages over windows.
fn follows_from_prices(plan: &Plan, close: &[f64], source: &[f64]) -> Vec<f64> {
    let memory = match plan.switches.hma {
        Hma::Hull => hull::memory(&plan.lengths[Family::Hma]),
        Hma::Sma => 1,
    };
    let start = close.len().saturating_sub(memory);
    let mut state = State::new(plan);
    if let Some(before) = close[..start].last() {
        let mut record = vec![0.0; State::record_len(plan)];
        let history = plan.windows.history;
        let known = history.min(start);
        record[history - known..history].copy_from_slice(&source[start - known..start]);
        let n = record.len();
        record[n - 2] = *before;
        state = State::resume(plan, start, &record);
    }
    for (close, source) in close[start..].iter().zip(&source[start..]) {
        state.advance(plan, *close, *source);
    }
    let mut record = Vec::with_capacity(State::record_len(plan));
    state.record(plan, &mut record);
    record
}

/// Puts what is carried into a record; see [`record`](crate::kernel::record) for its order.
fn put(plan: &Plan, bars: usize, carry: &Carry, record: &mut [f64]) {
    let families = &carry.families;
    let tail = 4 * 9 + 6 * 27 + 6 * 3 + 2;
    let at = record.len() - tail;
    let mut rows = record[at..].chunks_exact_mut(9);
    let mut next = |values: Option<&[f64; 9]>| {
        if let (Some(row), Some(values)) = (rows.next(), values) {
            row.copy_from_slice(values);
        }
    };
    // Where the EMA family serves the DEMA its first EMA has no state.
    let own = !plan.constants.dema_shares_ema;
    next(Some(&families[Family::Ema].recursive));
    next(own.then_some(&families[Family::Dema].recursive));
    next(Some(&families[Family::Dema].second));
    next(Some(&families[Family::Kama].recursive));
    for family in Family::ALL {
        let carried = &families[family];
        next(averages(plan, family, bars, carried).as_ref());
        next(Some(&carried.sides));
        next(Some(&carried.equities));
    }
    let end = record.len();
    for (values, carried) in record[end - 20..].chunks_exact_mut(3).zip(&families.0) {
        values.copy_from_slice(&carried.layer2);
    }
    record[end - 1] = carry.average;
}

/// The averages of a recursive family at the last bar.
fn averages(plan: &Plan, family: Family, bars: usize, carried: &FamilyCarry) -> Option<[f64; 9]> {
    let FamilyCarry {
        recursive, second, ..
    } = carried;
    let mut averages = *recursive;
    match family {
        Family::Ema | Family::Kama => {}
        Family::Dema => {
            for (average, second) in averages.iter_mut().zip(second) {
                *average = (*average + *average) - second;
            }
        }
        Family::Hma | Family::Wma | Family::Lsma => return None,
    }
    let first_bars = &plan.constants.first_bar[family];
    for (average, first) in averages.iter_mut().zip(first_bars) {
        if bars <= *first {
            *average = f64::NAN;
        }
    }
    Some(averages)
}
