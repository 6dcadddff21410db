//! One long series on several cores: pieces of it side by side, each cut into [slices](super::slices).
//!
//! A piece begins with a guess, as a slice does, and ends in the next one: where it was in the same state there as
//! the next piece, that one is true from then on. What never meets is computed bar by bar.

use std::ops::Range;
use std::sync::Arc;

use super::piece_work::PieceWork;
use super::slices::{CHECK, Record, Slices, is_same, unit};
use super::{Isa, Series, Workspace};
use crate::state::State;
use crate::{Classifier, Plan, TrendTracker};

/// Comparisons that a piece makes for the next one, even if its own slices have met before. What has not met by then
/// is gone on with bar by bar, which costs a tenth of a millisecond for each comparison.
const AT_LEAST: usize = 2;

/// A long series cut into pieces that any threads may compute at the same time.
///
/// The result has the bits of [`average_signal`](crate::average_signal), whatever the cuts. Worth it for series of
/// some hundred thousand bars that have no neighbours; many series go side by side without cuts.
///
/// ```
/// use std::sync::Arc;
/// use atc_core::{Params, Pieces, Plan, Series, Workspace, average_signal};
///
/// let plan = Arc::new(Plan::new(Params::default())?);
/// let close: Vec<f64> = (0..300_000).map(|bar| 100.0 + f64::from(bar * 7 % 1000)).collect();
/// let series = Series::new(&plan, &close, None)?;
/// let mut out = vec![0.0; close.len()];
/// let mut workspaces = [Workspace::new(Arc::clone(&plan)), Workspace::new(Arc::clone(&plan))];
///
/// let pieces = Pieces::new(&plan, &series, workspaces[0].isa(), 2).expect("the series is long");
/// let (head, tail) = out.split_at_mut(pieces.bars(0).end);
/// let [first, second] = &mut workspaces;
/// let ends = std::thread::scope(|scope| {
///     let (pieces, series) = (&pieces, &series);
///     let head = scope.spawn(move || pieces.averages(0, series, first, head));
///     let tail = pieces.averages(1, series, second, tail);
///     vec![head.join().expect("it does not panic"), tail]
/// });
/// let classifier = pieces.join(&series, ends, &mut out);
///
/// assert_eq!(out, average_signal(&plan, &close, None)?);
/// assert_eq!(classifier.n_bars(), close.len());
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pieces {
    plan: Arc<Plan>,
    isa: Isa,
    n_bars: usize,
    /// Those of the first piece; all of them would end after `finish` bars.
    slices: Slices,
    finish: usize,
    n: usize,
}

/// Where a piece ended, for the one that joins them.
#[derive(Clone, Debug)]
pub struct PieceEnd {
    pub(super) piece: usize,
    /// The last true state, if the piece began truly, and the bars before it.
    pub(super) reached: (usize, Record),
    /// Whether all slices of the piece met.
    pub(super) is_whole: bool,
    /// States of the first slice after every `CHECK` bars.
    pub(super) early: Vec<Record>,
    /// States of the last slice in the next piece, likewise.
    pub(super) late: Vec<Record>,
    /// Average signals of the last slice in the next piece.
    pub(super) overlap: Vec<f64>,
}

impl Pieces {
    /// Cuts a series into `n` pieces, to be computed by workspaces of `isa`.
    ///
    /// `None` if that does not pay: the series is short for so many pieces or has missing bars, `n` is less than 2,
    /// the lanes are less than 2, or the lengths of the plan have no common multiple of use.
    pub fn new(plan: &Arc<Plan>, series: &Series<'_>, isa: Isa, n: usize) -> Option<Self> {
        let n_bars = series.n_bars();
        let lanes = isa.lanes();
        if n < 2 || lanes < 2 || series.n_present() < n_bars {
            return None;
        }
        let bars = (plan.strand.from, n_bars);
        let slices = Slices::plan_without_limit(unit(plan), n.checked_mul(lanes)?, bars)?;
        Some(Self {
            plan: Arc::clone(plan),
            isa,
            n_bars,
            finish: slices.finish?,
            slices,
            n,
        })
    }

    /// Pieces.
    pub const fn len(&self) -> usize {
        self.n
    }

    /// Never.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The bars whose values a piece computes.
    pub fn bars(&self, piece: usize) -> Range<usize> {
        let start = |piece: usize| self.slices.bar(piece * self.isa.lanes(), 0);
        let begin = if piece == 0 { 0 } else { start(piece) };
        let end = if piece + 1 == self.n {
            self.n_bars
        } else {
            start(piece + 1)
        };
        begin..end
    }

    /// The slices of a piece.
    fn slices(&self, piece: usize) -> Slices {
        let is_last = piece + 1 == self.n;
        Slices {
            start: self.slices.bar(piece * self.isa.lanes(), 0),
            finish: is_last.then_some(self.finish),
            at_least: if is_last { 0 } else { AT_LEAST },
            ..self.slices
        }
    }

    /// Computes the average signals of a piece; `out` is as long as [`bars`](Self::bars).
    ///
    /// # Panics
    ///
    /// If `out` has another length, `workspace` another plan or instruction set, or `series` is not the one that was cut.
    pub fn averages(
        &self,
        piece: usize,
        series: &Series<'_>,
        workspace: &mut Workspace,
        out: &mut [f64],
    ) -> PieceEnd {
        let bars = self.bars(piece);
        assert_eq!(out.len(), bars.len(), "one value per bar of the piece");
        assert_eq!(series.n_present(), self.n_bars, "the series that was cut");
        assert_eq!(workspace.isa(), self.isa, "the lanes it was cut for");
        let slices = self.slices(piece);
        let limit = slices.limit(self.isa.lanes());
        let mut work = PieceWork::new((piece, slices), (bars, limit), out);
        workspace.piece(&self.plan, series, &mut work);
        work.into_end()
    }

    /// Joins pieces: `out` is the whole series, into whose parts they wrote. Returns the series at its last bar.
    ///
    /// # Panics
    ///
    /// If an end is missing, or `out` or `series` has another length.
    pub fn join(
        &self,
        series: &Series<'_>,
        mut ends: Vec<PieceEnd>,
        out: &mut [f64],
    ) -> Classifier {
        assert_eq!(out.len(), self.n_bars, "one value per bar");
        assert_eq!(series.n_present(), self.n_bars, "the series that was cut");
        ends.sort_unstable_by_key(|end| end.piece);
        let pieces = ends.iter().map(|end| end.piece);
        assert!(pieces.eq(0..self.n), "one end for each piece");
        let (bars, mut state) = self.seams(series, &ends, out);
        self.go_on(series, &mut state, &mut out[bars..]);
        let mut trend = TrendTracker::default();
        trend.extend(&self.plan, out);
        let flip = trend.last_flip();
        Classifier {
            plan: Arc::clone(&self.plan),
            state,
            trend,
            flip: flip.is_some_and(|flip| flip.bar + 1 == self.n_bars),
        }
    }

    /// Puts overlaps in their places. Returns the last state that is known to be true, and the bars before it.
    fn seams(&self, series: &Series<'_>, ends: &[PieceEnd], out: &mut [f64]) -> (usize, State) {
        for end in ends {
            let next = ends.get(end.piece + 1).filter(|_| end.is_whole);
            let Some(next) = next else {
                let (bars, record) = &end.reached;
                return (*bars, State::resume(&self.plan, *bars, record));
            };
            if let Err(reached) = self.seam(series, (end, next), out) {
                return reached;
            }
        }
        unreachable!("the last piece has no next one")
    }

    /// Puts the overlap of a piece with the next one in its place, and goes on bar by bar until the two meet. If they
    /// do not, where that came to.
    fn seam(
        &self,
        series: &Series<'_>,
        (end, next): (&PieceEnd, &PieceEnd),
        out: &mut [f64],
    ) -> Result<(), (usize, State)> {
        let start = self.bars(next.piece).start;
        let mut states = end.late.iter().zip(&next.early);
        let met = states.position(|(late, early)| is_same(late, early));
        let true_bars = met.map_or(end.overlap.len(), |at| (at + 1) * CHECK);
        out[start..][..true_bars].copy_from_slice(&end.overlap[..true_bars]);
        if met.is_some() {
            return Ok(());
        }
        let (mut bars, record) = (end.reached.0, &end.reached.1);
        let mut state = State::resume(&self.plan, bars, record);
        let mut record = Vec::with_capacity(record.len());
        for early in &next.early[end.late.len()..] {
            self.go_on(series, &mut state, &mut out[bars..bars + CHECK]);
            bars += CHECK;
            record.clear();
            state.record(&self.plan, &mut record);
            if is_same(&record, early) {
                return Ok(());
            }
        }
        Err((bars, state))
    }

    /// Takes a series on, bar by bar.
    fn go_on(&self, series: &Series<'_>, state: &mut State, out: &mut [f64]) {
        let bars = state.bars()..;
        for (bar, out) in bars.zip(out) {
            *out = state.advance(&self.plan, series.close()[bar], series.source()[bar]);
        }
    }
}
