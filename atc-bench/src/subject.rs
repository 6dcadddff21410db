//! What is measured: a way to compute a market.

use std::fmt;
use std::sync::Arc;

use atc_cli::engine::gpu::GpuEvaluator;
use atc_cli::engine::{
    BarByBar, CpuEvaluator, Evaluate, EvaluateError, Output, Prices, Tile, Wanted,
};
use atc_core::Plan;
use atc_parallel::{BuildError, Executor, ExecutorExt, Lanes, RayonPool, Sequential, TokioPool};
use serde::Serialize;

use crate::cached::{State, prepare};

/// A market and what is wanted of it.
#[derive(Clone, Debug)]
pub struct Task {
    /// The validated parameters.
    pub plan: Arc<Plan>,
    /// Closes of each series.
    pub market: Arc<Vec<Vec<f64>>>,
    /// What is wanted of each series.
    pub wanted: Wanted,
}

/// The names of a row of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// How jobs run.
    pub executor: &'static str,
    /// Who computes.
    pub evaluator: &'static str,
    /// What of it was computed before.
    pub cache: &'static str,
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            executor,
            evaluator,
            cache,
        } = self;
        write!(f, "{executor} x {evaluator}, cache {cache}")
    }
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    /// The results, in the order of the series.
    pub outputs: Vec<Output>,
    /// Of the series, the part that a cache knew, if there was one.
    pub hits: Option<f64>,
}

/// What is timed.
pub type Timed = Box<dyn FnOnce() -> Result<Ran, EvaluateError>>;

/// A row of the matrix: an executor times what it runs.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its names.
    pub label: Label,
    executor: Arc<dyn Executor>,
    work: Work,
}

/// What an executor runs.
#[derive(Clone, Debug)]
enum Work {
    /// An evaluator, every time.
    Evaluate(Arc<dyn Evaluate>),
    /// An engine with a cache in some state.
    Cache(State),
}

impl Subject {
    /// What all others are compared with: the processor's vectors on one thread, no cache.
    pub const BASELINE: Label = Label {
        executor: "sequential",
        evaluator: "vectors",
        cache: "off",
    };

    /// A row of the matrix.
    pub fn new(
        label: Label,
        executor: impl Executor + 'static,
        evaluator: impl Evaluate + 'static,
    ) -> Self {
        Self {
            label,
            executor: Arc::new(executor),
            work: Work::Evaluate(Arc::new(evaluator)),
        }
    }

    /// One thread, rayon and tokio through a cache in each of its states; they know the last bars alone.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread.
    pub fn cached(lanes: usize) -> Result<Vec<Self>, BuildError> {
        let rayon: Arc<dyn Executor> = Arc::new(RayonPool::new(lanes)?);
        let sequential: Arc<dyn Executor> = Arc::new(Sequential::new());
        let tokio: Arc<dyn Executor> = Arc::new(TokioPool::new(lanes)?);
        let executors = [
            ("sequential", sequential),
            ("rayon", rayon),
            ("async", tokio),
        ];
        let rows = executors.into_iter().flat_map(|(name, executor)| {
            State::ALL.map(|state| Self {
                label: Label {
                    executor: name,
                    cache: state.name(),
                    ..Self::BASELINE
                },
                executor: Arc::clone(&executor),
                work: Work::Cache(state),
            })
        });
        Ok(rows.collect())
    }

    /// A GPU, fed by as many lanes as it has.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread.
    pub fn gpu(gpu: GpuEvaluator, lanes: usize) -> Result<Self, BuildError> {
        let label = Label {
            executor: "gpu lanes",
            evaluator: "gpu",
            ..Self::BASELINE
        };
        Ok(Self::new(label, Lanes::new(lanes)?, gpu))
    }

    /// Whether it computes whatever is wanted; a cache knows last bars alone.
    pub const fn knows_all(&self) -> bool {
        matches!(self.work, Work::Evaluate(_))
    }

    /// Every executor with `lanes` lanes, one per core if zero, and the baseline before them.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread.
    pub fn all(lanes: usize) -> Result<Vec<Self>, BuildError> {
        let baseline = Self::BASELINE;
        let vectors = |executor| Label {
            executor,
            ..baseline
        };
        let stream = Label {
            evaluator: "bar by bar",
            ..baseline
        };
        Ok(vec![
            Self::new(baseline, Sequential::new(), CpuEvaluator::new()),
            Self::new(stream, Sequential::new(), BarByBar),
            Self::new(
                vectors("rayon"),
                RayonPool::new(lanes)?,
                CpuEvaluator::new(),
            ),
            Self::new(vectors("lanes"), Lanes::new(lanes)?, CpuEvaluator::new()),
            Self::new(
                vectors("async"),
                TokioPool::new(lanes)?,
                CpuEvaluator::new(),
            ),
        ])
    }

    /// Makes ready to compute a market; what is returned does it, and is what is timed.
    ///
    /// # Errors
    ///
    /// The first series that could not be computed, here or there.
    pub fn prepare(&self, task: &Task) -> Result<Timed, EvaluateError> {
        let evaluator = match &self.work {
            Work::Cache(state) => return prepare(*state, &self.executor, task),
            Work::Evaluate(evaluator) => Arc::clone(evaluator),
        };
        let (executor, task) = (Arc::clone(&self.executor), task.clone());
        Ok(Box::new(move || {
            let outputs = evaluate(&executor, evaluator, task)?;
            Ok(Ran {
                outputs,
                hits: None,
            })
        }))
    }
}

fn evaluate(
    executor: &Arc<dyn Executor>,
    evaluator: Arc<dyn Evaluate>,
    task: Task,
) -> Result<Vec<Output>, EvaluateError> {
    let n_series = task.market.len();
    let share = n_series.div_ceil(executor.lanes());
    let per_job = evaluator.tile_len().min(share).max(1);
    let tiles = executor.map(n_series.div_ceil(per_job), move |slot| {
        let first = slot.job * per_job;
        let last = n_series.min(first + per_job);
        let series: Vec<_> = task.market[first..last].iter().map(prices).collect();
        evaluator.evaluate(&Tile {
            plan: &task.plan,
            wanted: task.wanted,
            states: false,
            lane: slot.lane,
            series: &series,
        })
    });
    tiles.into_iter().flatten().collect()
}

fn prices(close: &Vec<f64>) -> Prices<'_> {
    Prices {
        close,
        source: None,
    }
}
