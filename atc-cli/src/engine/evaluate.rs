//! Who computes: a tile of series in, the wanted outputs out.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use atc_core::{Columns, Detail, Flip, Isa, Plan, Reading, Series, Workspace, classify_detail};

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ending {
    /// The outputs of the last bar that exists.
    pub reading: Option<Reading>,
    /// The last flip of the trend; its bar counts the bars that exist.
    pub last_flip: Option<Flip>,
    /// Bars that exist.
    pub n_bars: usize,
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

    /// Computes the series of a tile; the result has one entry per series, in their order.
    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>>;
}

/// Computes on the processor, several series side by side.
#[derive(Debug, Default)]
pub struct CpuEvaluator {
    /// Buffers of tiles that have ended, for the next ones of the same plan.
    idle: Mutex<Vec<(Arc<Plan>, Workspace)>>,
}

impl CpuEvaluator {
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
    fn endings(&self, plan: &Arc<Plan>, series: &[Series<'_>]) -> Vec<Output> {
        let mut endings = vec![None; series.len()];
        self.with_workspace(plan, |workspace| {
            workspace.last(series, |at, last| {
                endings[at] = Some(Ending {
                    reading: last.reading(),
                    last_flip: last.last_flip(),
                    n_bars: last.n_bars(),
                });
            });
        });
        let ending = |ending: Option<Ending>| ending.expect("every series has an end");
        endings
            .into_iter()
            .map(|at| Output::Last(Box::new(ending(at))))
            .collect()
    }
}

impl Evaluate for CpuEvaluator {
    fn tile_len(&self) -> usize {
        Isa::detect().lanes()
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
            Wanted::Last => self.endings(plan, &good),
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
