//! Many series: sorted into tiles, a lane each.

use std::cmp::Reverse;
use std::sync::Arc;

use super::lane_set::{LaneSet, Sink};
use super::{Columns, Isa, Last, Series};
use crate::Plan;
use crate::lanes::Wide;
#[cfg(target_arch = "x86_64")]
use crate::lanes::x86::{Avx2, Avx512};

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
    lanes: Kind,
    order: Vec<usize>,
}

/// The lane sets that exist.
#[derive(Clone, Debug)]
enum Kind {
    One(Box<LaneSet<Wide<1>>>),
    #[cfg(feature = "all-lanes")]
    Two(Box<LaneSet<Wide<2>>>),
    Four(Box<LaneSet<Wide<4>>>),
    #[cfg(feature = "all-lanes")]
    Eight(Box<LaneSet<Wide<8>>>),
    #[cfg(feature = "all-lanes")]
    Sixteen(Box<LaneSet<Wide<16>>>),
    #[cfg(target_arch = "x86_64")]
    Avx2(Box<LaneSet<Avx2>>),
    #[cfg(target_arch = "x86_64")]
    Avx512(Box<LaneSet<Avx512>>),
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

    /// A workspace for one series at a time.
    pub(crate) fn single(plan: &Plan) -> Self {
        Self::build(Arc::new(plan.clone()), Isa::Portable(1))
    }

    /// `isa` must be available.
    fn build(plan: Arc<Plan>, isa: Isa) -> Self {
        let lanes = match isa {
            Isa::Portable(1) => Kind::One(Box::new(LaneSet::new(plan))),
            #[cfg(feature = "all-lanes")]
            Isa::Portable(2) => Kind::Two(Box::new(LaneSet::new(plan))),
            #[cfg(feature = "all-lanes")]
            Isa::Portable(8) => Kind::Eight(Box::new(LaneSet::new(plan))),
            #[cfg(feature = "all-lanes")]
            Isa::Portable(16) => Kind::Sixteen(Box::new(LaneSet::new(plan))),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 => Kind::Avx2(x86::new_avx2(plan)),
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Kind::Avx512(x86::new_avx512(plan)),
            _ => Kind::Four(Box::new(LaneSet::new(plan))),
        };
        Self {
            isa,
            lanes,
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
    /// Missing bars are left as they are in `out`; bars before the cutout
    /// become NaN.
    ///
    /// # Panics
    ///
    /// If `out` has another shape than `series`.
    pub fn averages(&mut self, series: &[Series<'_>], out: &mut [&mut [f64]]) {
        assert_eq!(series.len(), out.len(), "one output per series");
        for (series, out) in series.iter().zip(&*out) {
            assert_eq!(series.n_bars(), out.len(), "one value per bar");
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
            columns.blank(series.n_bars());
        }
        self.run(series, Sink::Columns(out));
    }

    /// Computes the last reading of each series, in no particular order; a series that pauses is
    /// handed over at its pause first.
    pub fn last(&mut self, series: &[Series<'_>], mut take: impl FnMut(usize, Last<'_>)) {
        self.run(series, Sink::Last(&mut take));
    }

    fn run(&mut self, series: &[Series<'_>], mut sink: Sink<'_, '_>) {
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.extend(0..series.len());
        // Equal lengths side by side, neighbours still neighbours; a stable sort would allocate.
        order.sort_unstable_by_key(|at| (Reverse(series[*at].n_present()), *at));
        for tile in order.chunks(self.lanes()) {
            match &mut self.lanes {
                Kind::One(lanes) => lanes.run(series, tile, &mut sink),
                #[cfg(feature = "all-lanes")]
                Kind::Two(lanes) => lanes.run(series, tile, &mut sink),
                Kind::Four(lanes) => lanes.run(series, tile, &mut sink),
                #[cfg(feature = "all-lanes")]
                Kind::Eight(lanes) => lanes.run(series, tile, &mut sink),
                #[cfg(feature = "all-lanes")]
                Kind::Sixteen(lanes) => lanes.run(series, tile, &mut sink),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx2(lanes) => x86::run_avx2(lanes, series, tile, &mut sink),
                #[cfg(target_arch = "x86_64")]
                Kind::Avx512(lanes) => x86::run_avx512(lanes, series, tile, &mut sink),
            }
        }
        self.order = order;
    }
}

/// Entry into code that was compiled for an instruction set.
///
/// A lane set of these types exists only in a workspace that was built after
/// [`Isa::is_available`] held, which is what makes every call here sound.
#[cfg(target_arch = "x86_64")]
mod x86 {
    #![expect(
        unsafe_code,
        reason = "calling functions compiled for a detected instruction set"
    )]

    use super::{Arc, Avx2, Avx512, LaneSet, Plan, Series, Sink};

    macro_rules! entry {
        ($new:ident, $run:ident, $lanes:ident, $features:literal) => {
            pub(super) fn $new(plan: Arc<Plan>) -> Box<LaneSet<$lanes>> {
                #[target_feature(enable = $features)]
                fn inner(plan: Arc<Plan>) -> Box<LaneSet<$lanes>> {
                    Box::new(LaneSet::new(plan))
                }
                // SAFETY: see the module: the instruction set was detected.
                unsafe { inner(plan) }
            }

            pub(super) fn $run(
                lanes: &mut LaneSet<$lanes>,
                series: &[Series<'_>],
                tile: &[usize],
                sink: &mut Sink<'_, '_>,
            ) {
                #[target_feature(enable = $features)]
                fn inner(
                    lanes: &mut LaneSet<$lanes>,
                    series: &[Series<'_>],
                    tile: &[usize],
                    sink: &mut Sink<'_, '_>,
                ) {
                    lanes.run(series, tile, sink);
                }
                // SAFETY: see the module: the instruction set was detected.
                unsafe { inner(lanes, series, tile, sink) }
            }
        };
    }
    entry!(new_avx2, run_avx2, Avx2, "avx2");
    entry!(new_avx512, run_avx512, Avx512, "avx512f");
}
