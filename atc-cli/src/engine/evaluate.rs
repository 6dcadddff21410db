//! Who computes: a tile of series in, the wanted outputs out.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use atc_cache::BLOCK_VALUES;
use atc_core::{
    ARITHMETIC, Columns, Detail, Flip, Isa, Last, Plan, Reading, Series, Snapshot, Workspace,
    classify_detail,
};

/// From as many whole blocks on, a state is also kept at the end of the last one.
const BLOCKS_WORTH_A_STATE: usize = 4;

/// What is wanted of each series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// The average signal of every bar.
    Average,
    /// The 13 columns.
    Columns,
    /// The 13 columns and the 54 lines behind them.
    Detail,
    /// The outputs of the last bar.
    Last,
}

/// The numbers of one series, indexed by bar, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Prices<'a> {
    /// Closes.
    pub close: &'a [f64],
    /// What the averages are taken of; `None` means the close.
    pub source: Option<&'a [f64]>,
}

/// Series to compute together.
#[derive(Clone, Copy, Debug)]
pub struct Tile<'a> {
    /// The validated parameters.
    pub plan: &'a Arc<Plan>,
    /// What is wanted of each series.
    pub wanted: Wanted,
    /// Whether states to go on from are wanted with [`Wanted::Last`].
    pub states: bool,
    /// The executor's lane; tiles that overlap in time never share one.
    pub lane: usize,
    /// The series.
    pub series: &'a [Prices<'a>],
}

/// What an evaluator made of one series, as it was wanted.
#[derive(Clone, Debug)]
pub enum Output {
    /// For [`Wanted::Average`].
    Average(Vec<f64>),
    /// For [`Wanted::Columns`].
    Columns(Box<Columns>),
    /// For [`Wanted::Detail`].
    Detail(Box<Detail>),
    /// For [`Wanted::Last`].
    Last(Box<Ending>),
}

/// Where a series stands at its last bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ending {
    /// The outputs of the last bar that exists.
    pub reading: Option<Reading>,
    /// The last flip of the trend; its bar counts the bars that exist.
    pub last_flip: Option<Flip>,
    /// Bars that exist.
    pub n_bars: usize,
    /// The state to go on from, if the tile asked for states and the evaluator has any.
    pub state: Option<Snapshot>,
    /// Where the series stood at the end of the block that [`last_block`] names, with its state.
    pub at_block: Option<Box<Self>>,
}

/// The bar after which a series of `n_bars` bars (missing ones count) is worth a state of its own,
/// beside the one at its end: if a later bar is changed, what lies before is not computed again.
///
/// That is the end of the last whole block of a [`Chain`](atc_cache::Chain), if there are four.
pub const fn last_block(n_bars: usize) -> Option<usize> {
    let whole = n_bars / BLOCK_VALUES;
    let at = whole * BLOCK_VALUES;
    if BLOCKS_WORTH_A_STATE <= whole && at < n_bars {
        Some(at)
    } else {
        None
    }
}

/// The series, to be handed over at the block that is worth a state, too.
fn pausing_at_block<'a>(series: &Series<'a>) -> Series<'a> {
    let series = series.clone();
    match last_block(series.n_bars()) {
        Some(bar) => series.pausing_after(bar),
        None => series,
    }
}

/// Why a series was not computed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The series is refused; bars are indices into it.
    #[error(transparent)]
    Refused(#[from] atc_core::Error),
    /// The device or store behind the evaluator failed.
    #[error("{0}")]
    Device(Box<dyn std::error::Error + Send + Sync>),
}

/// Computes tiles. Whoever implements it gives the same bits as `atc_core`.
pub trait Evaluate: fmt::Debug + Send + Sync {
    /// How many series it likes to be given at once; at least one.
    fn tile_len(&self) -> usize;

    /// What its results are called in a cache: a name and a version, shared by evaluators that
    /// agree bit for bit. `("f64", 2)` is what `atc_core` computes; an evaluator with other bits
    /// has a name of its own.
    fn version(&self) -> (&'static str, u32);

    /// Computes the series of a tile; the result has one entry per series, in their order, each of the variant that is
    /// wanted and with as many values as the series has bars. An engine fails a series whose entry is anything else.
    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>>;
}

/// Computes on the processor, several series side by side.
#[derive(Debug, Default)]
pub struct CpuEvaluator {
    /// Buffers of tiles that have ended, for the next ones of the same plan.
    idle: Mutex<Vec<(Arc<Plan>, Workspace)>>,
}

impl CpuEvaluator {
    /// What its results are called in a cache.
    pub(super) const VERSION: (&str, u32) = ("f64", ARITHMETIC);

    /// An evaluator for the fastest instruction set of this processor.
    pub fn new() -> Self {
        Self::default()
    }

    fn with_workspace<T>(&self, plan: &Arc<Plan>, use_it: impl FnOnce(&mut Workspace) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let known = {
            let mut idle = idle();
            idle.retain(|(of, _)| Arc::ptr_eq(of, plan));
            idle.pop()
        };
        let (_, mut workspace) =
            known.unwrap_or_else(|| (Arc::clone(plan), Workspace::new(Arc::clone(plan))));
        let result = use_it(&mut workspace);
        idle().push((Arc::clone(plan), workspace));
        result
    }

    /// The average signals of series that were checked, computed side by side.
    fn averages(&self, plan: &Arc<Plan>, series: &[Series<'_>]) -> Vec<Output> {
        let blank = |series: &Series<'_>| vec![f64::NAN; series.n_bars()];
        let mut averages: Vec<Vec<f64>> = series.iter().map(blank).collect();
        let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
        self.with_workspace(plan, |workspace| workspace.averages(series, &mut out));
        averages.into_iter().map(Output::Average).collect()
    }

    /// The 13 columns of series that were checked, computed side by side.
    fn columns(&self, plan: &Arc<Plan>, series: &[Series<'_>]) -> Vec<Output> {
        let mut columns = vec![Columns::default(); series.len()];
        self.with_workspace(plan, |workspace| workspace.columns(series, &mut columns));
        let boxed = |columns| Output::Columns(Box::new(columns));
        columns.into_iter().map(boxed).collect()
    }

    /// The last bars of series that were checked, computed side by side.
    fn endings(&self, plan: &Arc<Plan>, series: &[Series<'_>], states: bool) -> Vec<Output> {
        let ending = |last: &Last<'_>| Ending {
            reading: last.reading(),
            last_flip: last.last_flip(),
            n_bars: last.n_bars(),
            state: states.then(|| last.snapshot()),
            at_block: None,
        };
        let mut endings = vec![Ending::default(); series.len()];
        let pausing: Vec<Series<'_>>;
        let series = if states {
            pausing = series.iter().map(pausing_at_block).collect();
            &pausing
        } else {
            series
        };
        self.with_workspace(plan, |workspace| {
            workspace.last(series, |at, last| {
                // A series that pauses is handed over twice: there, and at its end.
                let earlier = std::mem::replace(&mut endings[at], ending(&last));
                endings[at].at_block = (0 < earlier.n_bars).then(|| Box::new(earlier));
            });
        });
        let output = |ending| Output::Last(Box::new(ending));
        endings.into_iter().map(output).collect()
    }
}

impl Evaluate for CpuEvaluator {
    fn tile_len(&self) -> usize {
        Isa::detect().lanes()
    }

    fn version(&self) -> (&'static str, u32) {
        Self::VERSION
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let Tile { plan, wanted, .. } = *tile;
        let detail = |prices: &Prices<'_>| -> Result<Output, EvaluateError> {
            let detail = classify_detail(plan, prices.close, prices.source)?;
            Ok(Output::Detail(Box::new(detail)))
        };
        if wanted == Wanted::Detail {
            return tile.series.iter().map(detail).collect();
        }
        let checked: Vec<_> = tile
            .series
            .iter()
            .map(|prices| Series::new(plan, prices.close, prices.source))
            .collect();
        let good: Vec<Series<'_>> = checked.iter().flatten().cloned().collect();
        let outputs = match wanted {
            Wanted::Average => self.averages(plan, &good),
            Wanted::Last => self.endings(plan, &good, tile.states),
            _ => self.columns(plan, &good),
        };
        let mut outputs = outputs.into_iter();
        let output = |checked: Result<Series<'_>, atc_core::Error>| {
            checked?;
            Ok(outputs.next().expect("one output per checked series"))
        };
        checked.into_iter().map(output).collect()
    }
}
