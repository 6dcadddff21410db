//! Many series: sorted into tiles, a lane each.

use std::cmp::Reverse;
use std::sync::Arc;

use super::dispatch::dispatch;
use super::lane_set::{LaneSet, Sink};
use super::piece_work::PieceWork;
use super::slices::{Slices, unit};
use super::{Columns, Isa, Last, Series};
use crate::Plan;

/// Computes many series under one plan, several side by side.
///
/// A workspace holds the buffers of the computation and reuses them: after the
/// first call, computing allocates nothing. Use one per thread.
///
/// Series of a call may differ in length; they are sorted into tiles of
/// [`lanes`](Self::lanes) series of similar length. What lies beside a series
/// never changes a bit of its result.
///
/// ```
/// use atc_core::{Params, Plan, Series, Workspace};
///
/// let plan = Plan::new(Params::default())?;
/// let rising: Vec<f64> = (0..300).map(|bar| 100.0 + f64::from(bar)).collect();
/// let falling: Vec<f64> = rising.iter().rev().copied().collect();
/// let series = [Series::new(&plan, &rising, None)?, Series::new(&plan, &falling, None)?];
///
/// let mut last = [None; 2];
/// Workspace::new(plan).last(&series, |index, end| last[index] = end.reading());
/// assert!(last[0].unwrap().equities[atc_core::Family::Ema] > 0.25);
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workspace {
    isa: Isa,
    plan_digest: u64,
    lanes: Kind,
    /// Bars before a series can be cut into slices, and what those must be a multiple of apart.
    warm_up: usize,
    unit: Option<usize>,
    order: Vec<usize>,
}

impl Workspace {
    /// A workspace for the fastest instruction set of this processor.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        let isa = Isa::detect();
        Self::build(plan.into(), isa)
    }

    /// A workspace for a given instruction set; `None` if this processor does
    /// not have it.
    pub fn with_isa(plan: impl Into<Arc<Plan>>, isa: Isa) -> Option<Self> {
        isa.is_available().then(|| Self::build(plan.into(), isa))
    }

    /// A workspace for a series without neighbours: a long one uses all lanes.
    pub(crate) fn single(plan: &Plan, series: &Series<'_>) -> Self {
        let isa = Isa::detect();
        let bars = (plan.strand.from, series.n_present());
        let is_long = Slices::plan(unit(plan), isa.lanes(), bars).is_some();
        let isa = if is_long { isa } else { Isa::Portable(1) };
        Self::build(Arc::new(plan.clone()), isa)
    }

    /// `isa` must be available.
    pub(crate) fn build(plan: Arc<Plan>, isa: Isa) -> Self {
        Self {
            isa,
            plan_digest: plan.digest(),
            warm_up: plan.strand.from,
            unit: unit(&plan),
            lanes: Kind::new(plan, isa),
            order: Vec::new(),
        }
    }

    /// The instruction set in use.
    pub const fn isa(&self) -> Isa {
        self.isa
    }

    /// Series that go side by side.
    pub const fn lanes(&self) -> usize {
        self.isa.lanes()
    }

    /// Computes average signals; `out[i]` is as long as series `i`.
    ///
    /// Missing bars and bars before the cutout become NaN.
    ///
    /// # Panics
    ///
    /// If `out` has another shape than `series`.
    pub fn averages(&mut self, series: &[Series<'_>], out: &mut [&mut [f64]]) {
        assert_eq!(series.len(), out.len(), "one output per series");
        for (series, out) in series.iter().zip(&mut *out) {
            series.blank_missing(out);
        }
        self.run(series, Sink::Averages(out));
    }

    /// Computes all columns; `out[i]` is resized to series `i`.
    ///
    /// # Panics
    ///
    /// If `out` is not as long as `series`.
    pub fn columns(&mut self, series: &[Series<'_>], out: &mut [Columns]) {
        assert_eq!(series.len(), out.len(), "one output per series");
        for (series, columns) in series.iter().zip(&mut *out) {
            if series.n_present() == series.n_bars() {
                // Every bar will be written.
                columns.resize(series.n_bars());
            } else {
                columns.blank(series.n_bars());
            }
        }
        self.run(series, Sink::Columns(out));
    }

    /// Computes the last reading of each series, in no particular order; a series that pauses is
    /// handed over at its pause first.
    pub fn last(&mut self, series: &[Series<'_>], mut take: impl FnMut(usize, Last<'_>)) {
        self.run(series, Sink::Last(&mut take));
    }

    /// Computes a piece of a series.
    pub(super) fn piece(&mut self, plan: &Plan, series: &Series<'_>, work: &mut PieceWork<'_>) {
        assert_eq!(self.plan_digest, plan.digest(), "the plan it was cut for");
        let series = std::slice::from_ref(series);
        self.lanes.run(series, &[0], &mut Sink::Piece(work));
    }

    fn run(&mut self, series: &[Series<'_>], mut sink: Sink<'_, '_>) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..series.len());
        // Equal lengths side by side, neighbours still neighbours; a stable sort would allocate.
        order.sort_unstable_by_key(|at| (Reverse(series[*at].n_present()), *at));
        let lanes = self.lanes();
        for tile in order.chunks(lanes) {
            let is_long = |at: &usize| {
                let bars = (self.warm_up, series[*at].n_present());
                Slices::plan(self.unit, lanes, bars).is_some()
            };
            // Long series that would leave lanes without work go one by one, on all of them.
            let at_once = if tile.len() < lanes && tile.iter().all(is_long) {
                1
            } else {
                lanes
            };
            for tile in tile.chunks(at_once) {
                self.lanes.run(series, tile, &mut sink);
            }
        }
        self.order = order;
    }
}

dispatch!(
    LaneSet,
    Arc<Plan>,
    (series: &[Series<'_>], tile: &[usize], sink: &mut Sink<'_, '_>)
);
