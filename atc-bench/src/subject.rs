//! What is measured: a way to compute a market.

use std::fmt;
use std::sync::Arc;

use atc_cli::engine::{
    BarByBar, CpuEvaluator, Evaluate, EvaluateError, Output, Prices, Tile, Wanted,
};
use atc_core::Plan;
use atc_parallel::{BuildError, Executor, ExecutorExt, Lanes, RayonPool, Sequential, TokioPool};
use serde::Serialize;

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

/// A row of the matrix: an executor times an evaluator.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its names.
    pub label: Label,
    executor: Arc<dyn Executor>,
    evaluator: Arc<dyn Evaluate>,
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
            evaluator: Arc::new(evaluator),
        }
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

    /// Computes a market; results are in the order of its series.
    ///
    /// # Errors
    ///
    /// The first series the evaluator could not compute.
    pub fn run(&self, task: &Task) -> Result<Vec<Output>, EvaluateError> {
        let n_series = task.market.len();
        let share = n_series.div_ceil(self.executor.lanes());
        let per_job = self.evaluator.tile_len().min(share).max(1);
        let (evaluator, task) = (Arc::clone(&self.evaluator), task.clone());
        let tiles = self.executor.map(n_series.div_ceil(per_job), move |slot| {
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
}

fn prices(close: &Vec<f64>) -> Prices<'_> {
    Prices {
        close,
        source: None,
    }
}
