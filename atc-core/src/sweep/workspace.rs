//! Many series under many parameter sets.

use std::cmp::Reverse;
use std::sync::Arc;

use super::set::{Sink, SweepSet};
use super::{Sweep, Swept};
use crate::batch::dispatch;
use crate::{Isa, Series, Workspace};

/// Computes series under all parameter sets of a [`Sweep`], several series side by side.
///
/// As a [`Workspace`](crate::Workspace), it reuses its buffers: after the first call, computing allocates nothing. Use one per
/// thread.
#[derive(Clone, Debug)]
pub struct SweepWorkspace {
    sweep: Arc<Sweep>,
    isa: Isa,
    parts: Vec<Part>,
    order: Vec<usize>,
}

/// Sets that are computed together, or one that shares nothing.
#[derive(Clone, Debug)]
enum Part {
    Together(Kind),
    Alone(usize, Box<Workspace>),
}

impl SweepWorkspace {
    /// A workspace for the fastest instruction set of this processor.
    pub fn new(sweep: impl Into<Arc<Sweep>>) -> Self {
        Self::build(sweep.into(), Isa::detect())
    }

    /// A workspace for a given instruction set; `None` if this processor does not have it.
    pub fn with_isa(sweep: impl Into<Arc<Sweep>>, isa: Isa) -> Option<Self> {
        isa.is_available().then(|| Self::build(sweep.into(), isa))
    }

    /// `isa` must be available.
    fn build(sweep: Arc<Sweep>, isa: Isa) -> Self {
        let part = |at: usize| match sweep.parts[at].plans.as_slice() {
            [index] => {
                let plan = Arc::clone(&sweep.plans[*index]);
                Part::Alone(*index, Box::new(Workspace::build(plan, isa)))
            }
            _ => Part::Together(Kind::new((Arc::clone(&sweep), at), isa)),
        };
        Self {
            parts: (0..sweep.parts.len()).map(part).collect(),
            sweep,
            isa,
            order: Vec::new(),
        }
    }

    /// The parameter sets.
    pub fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// Computes average signals: those of set `p` and series `s` go to `out[p * series.len() + s]`, which is as long as
    /// the series.
    ///
    /// Missing bars and bars before the set's cutout become NaN.
    ///
    /// # Panics
    ///
    /// If `out` has another shape.
    pub fn averages(&mut self, series: &[Series<'_>], out: &mut [&mut [f64]]) {
        let n_plans = self.sweep.plans.len();
        assert_eq!(
            out.len(),
            n_plans * series.len(),
            "one output per set and series"
        );
        for (series, out) in series.iter().cycle().zip(&mut *out) {
            series.blank_missing(out);
        }
        self.run(series, Sink::Averages(out));
    }

    /// Computes the last reading of each series under each set, in no particular order: `take` gets the index of the set, that of
    /// the series, and where it stands.
    pub fn last(&mut self, series: &[Series<'_>], mut take: impl FnMut(usize, usize, Swept)) {
        self.run(series, Sink::Last(&mut take));
    }

    fn run(&mut self, series: &[Series<'_>], mut sink: Sink<'_, '_>) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..series.len());
        order.sort_unstable_by_key(|at| (Reverse(series[*at].n_present()), *at));
        for part in &mut self.parts {
            match part {
                Part::Together(lanes) => {
                    for tile in order.chunks(self.isa.lanes()) {
                        lanes.run(series, tile, &mut sink);
                    }
                }
                Part::Alone(index, workspace) => match &mut sink {
                    Sink::Averages(out) => {
                        let out = &mut out[*index * series.len()..][..series.len()];
                        workspace.averages(series, out);
                    }
                    Sink::Last(take) => workspace.last(series, |at, end| {
                        // A series that pauses is handed over there, too.
                        if end.n_bars() == series[at].n_present() {
                            take(*index, at, Swept::of(&end));
                        }
                    }),
                },
            }
        }
        self.order = order;
    }
}

dispatch!(
    SweepSet,
    (Arc<Sweep>, usize),
    (series: &[Series<'_>], tile: &[usize], sink: &mut Sink<'_, '_>)
);
