//! Many parameter sets over the same series: what they have in common is computed once.

mod layer1;
mod set;
mod shared;
mod workspace;

use std::sync::Arc;

use self::shared::Part;
use crate::{Error, Last, Plan, Reading, Series, TrendTracker};

pub use self::shared::Shared;
pub use self::workspace::SweepWorkspace;

/// Parameter sets, sorted by what they share.
///
/// | computed once for all that agree on | |
/// |---|---|
/// | the nine lengths of a family, how it averages, and the cuts of its window sums | the family's averages |
/// | these, `lambda`, `decay` and `cutout` | the family's crossovers and equities |
/// | nothing less than all | layer 2, average, trend |
///
/// Each set has the bits it has alone. To compute, use a [`SweepWorkspace`].
///
/// ```
/// use atc_core::{Params, Plan, Sweep, SweepWorkspace};
///
/// let lambdas = [0.01, 0.02, 0.03].map(|lambda| Plan::new(Params { lambda, ..Params::default() }));
/// let plans = lambdas.into_iter().collect::<Result<Vec<_>, _>>()?;
/// let sweep = Sweep::new(plans)?;
/// assert_eq!((sweep.shared().averages, sweep.shared().averages_alone), (54, 162));
///
/// let close: Vec<f64> = (0..300).map(|bar| 100.0 + f64::from(bar % 90)).collect();
/// let series = [sweep.series(&close, None)?];
/// let mut signals = [0.0; 3];
/// SweepWorkspace::new(sweep).last(&series, |plan, _, end| {
///     signals[plan] = end.reading().map_or(0.0, |reading| reading.average_signal);
/// });
/// assert_eq!(signals, [1.0, 1.0, 1.0]);
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sweep {
    plans: Vec<Arc<Plan>>,
    parts: Vec<Part>,
}

impl Sweep {
    /// Sorts parameter sets by what they share.
    ///
    /// # Errors
    ///
    /// [`Error::EmptySweep`], [`Error::MixedGaps`].
    pub fn new<P: Into<Arc<Plan>>>(plans: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        let plans: Vec<Arc<Plan>> = plans.into_iter().map(Into::into).collect();
        if plans.is_empty() {
            return Err(Error::EmptySweep);
        }
        let skips = |plan: &Arc<Plan>| plan.skips_gaps();
        if plans.iter().any(|plan| skips(plan) != skips(&plans[0])) {
            return Err(Error::MixedGaps);
        }
        let parts = shared::parts(&plans);
        Ok(Self { plans, parts })
    }

    /// The parameter sets, in the order they came.
    pub fn plans(&self) -> &[Arc<Plan>] {
        &self.plans
    }

    /// What is computed, and what each set alone would compute.
    pub fn shared(&self) -> Shared {
        let n_plans = self.plans.len();
        Shared {
            averages: 9 * self.parts.iter().map(|part| part.n_rows).sum::<usize>(),
            averages_alone: 54 * n_plans,
            lines: 9 * self.parts.iter().map(Part::n_lines).sum::<usize>(),
            lines_alone: 54 * n_plans,
        }
    }

    /// Checks a series under all sets: as [`Series::new`].
    ///
    /// # Errors
    ///
    /// As [`Series::new`]; [`Error::Cutout`] if the largest cutout leaves no bar.
    pub fn series<'a>(
        &self,
        close: &'a [f64],
        source: Option<&'a [f64]>,
    ) -> Result<Series<'a>, Error> {
        let strictest = self.plans.iter().max_by_key(|plan| plan.params().cutout);
        match strictest {
            Some(plan) => Series::new(plan, close, source),
            None => Err(Error::EmptySweep),
        }
    }
}

/// What a series comes to at its last bar, under one of the parameter sets.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Swept {
    reading: Option<Reading>,
    trend: TrendTracker,
}

impl Swept {
    fn of(end: &Last<'_>) -> Self {
        Self {
            reading: end.reading(),
            trend: end.trend(),
        }
    }

    /// The outputs of the last bar.
    pub const fn reading(&self) -> Option<Reading> {
        self.reading
    }

    /// The last flip of the trend, if there was one; its bar counts the bars that exist.
    pub const fn last_flip(&self) -> Option<crate::Flip> {
        self.trend.last_flip()
    }

    /// Bars of the series that exist.
    pub const fn n_bars(&self) -> usize {
        self.trend.n_bars()
    }
}
