//! The ways to the result.

use std::fmt;
use std::sync::Arc;

use atc_core::{Classifier, Columns, Isa, Series, Workspace};
use atc_parallel::{BuildError, Executor, ExecutorExt, Lanes, RayonPool, Sequential, TokioPool};

use super::super::reference::columns;
use super::super::{BarByBar, CpuEvaluator, Evaluate, Output, Prices, Tile, Wanted};
use super::{Case, Trouble};

/// Computes a case.
type Run = Box<dyn Fn(&Case, Wanted) -> Result<Vec<Output>, Trouble>>;

/// A way to compute a market.
pub struct Route {
    /// In a few words.
    pub(super) name: String,
    pub(super) wanted: Wanted,
    /// Whether computing is all that it does, so that its time compares with that of others.
    pub(super) is_timed: bool,
    pub(super) run: Run,
}

impl Route {
    /// The definition: every bar of every series given to a [`Classifier`].
    pub(super) fn definition() -> Self {
        Self::evaluator("bar by bar, the definition", Wanted::Columns, BarByBar)
    }

    /// Restored streams, every instruction set of this machine, every executor, every state of a cache.
    ///
    /// # Errors
    ///
    /// If the threads of an executor cannot be started.
    pub fn all() -> Result<Vec<Self>, BuildError> {
        let mut routes = vec![Self {
            name: "stream, stopped and restored".to_owned(),
            wanted: Wanted::Columns,
            is_timed: true,
            run: Box::new(|case, _| restored(case)),
        }];
        for isa in Isa::available() {
            routes.push(Self {
                name: format!("batch, {isa}"),
                wanted: Wanted::Columns,
                is_timed: true,
                run: Box::new(move |case, _| batch(case, isa)),
            });
        }
        let cpu = CpuEvaluator::new;
        routes.push(Self::executor("sequential", Sequential::new(), cpu()));
        routes.push(Self::executor("rayon", RayonPool::new(0)?, cpu()));
        routes.push(Self::executor("lanes", Lanes::new(3)?, cpu()));
        routes.push(Self::executor("async", TokioPool::new(0)?, cpu()));
        routes.push(Self::evaluator("last bars alone", Wanted::Last, cpu()));
        routes.extend(super::cached::routes());
        Ok(routes)
    }

    /// A way that this machine does not have.
    pub fn absent(name: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            name: name.to_owned(),
            wanted: Wanted::Columns,
            is_timed: true,
            run: Box::new(move |_, _| Err(Trouble::Absent(why.clone()))),
        }
    }

    /// An evaluator, all series in one tile.
    pub fn evaluator(name: &str, wanted: Wanted, evaluator: impl Evaluate + 'static) -> Self {
        let run = move |case: &Case, wanted: Wanted| {
            let outputs = evaluator.evaluate(&Tile {
                plan: &case.plan,
                wanted,
                states: false,
                lane: 0,
                series: &case.prices(),
            });
            Ok(outputs.into_iter().collect::<Result<_, _>>()?)
        };
        Self {
            name: name.to_owned(),
            wanted,
            is_timed: true,
            run: Box::new(run),
        }
    }

    /// An executor that gives its tiles to an evaluator.
    pub fn executor(
        name: &str,
        executor: impl Executor + 'static,
        evaluator: impl Evaluate + 'static,
    ) -> Self {
        let evaluator: Arc<dyn Evaluate> = Arc::new(evaluator);
        let run = move |case: &Case, wanted: Wanted| {
            let per_job = evaluator.tile_len().clamp(1, 8);
            let n_jobs = case.market.len().div_ceil(per_job);
            let (case, evaluator) = (case.clone(), Arc::clone(&evaluator));
            let tiles = executor.map(n_jobs, move |slot| {
                let series = case.prices();
                let first = slot.job * per_job;
                evaluator.evaluate(&Tile {
                    plan: &case.plan,
                    wanted,
                    states: false,
                    lane: slot.lane,
                    series: &series[first..series.len().min(first + per_job)],
                })
            });
            Ok(tiles.into_iter().flatten().collect::<Result<_, _>>()?)
        };
        Self {
            name: format!("executor {name}"),
            wanted: Wanted::Columns,
            is_timed: true,
            run: Box::new(run),
        }
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Route").field(&self.name).finish()
    }
}

/// A stream that is written to bytes and read back after every 97th bar.
fn restored(case: &Case) -> Result<Vec<Output>, Trouble> {
    let failed = |error: atc_core::Error| Trouble::Failed(error.to_string());
    let restored = |prices: &Prices<'_>| -> Result<Output, Trouble> {
        let mut classifier = Classifier::new(Arc::clone(&case.plan));
        let mut refused = None;
        let columns = columns(prices, |bar| {
            let reading = classifier.update(bar);
            if classifier.n_bars().is_multiple_of(97) {
                match Classifier::restore(Arc::clone(&case.plan), classifier.snapshot().as_bytes())
                {
                    Ok(restored) => classifier = restored,
                    Err(error) => refused = Some(error),
                }
            }
            reading
        });
        refused.map_or(Ok(Output::Columns(Box::new(columns))), |error| {
            Err(failed(error))
        })
    };
    case.prices().iter().map(restored).collect()
}

/// All series side by side, in lanes of one instruction set.
fn batch(case: &Case, isa: Isa) -> Result<Vec<Output>, Trouble> {
    let absent = || Trouble::Absent("not on this processor".to_owned());
    let mut workspace = Workspace::with_isa(Arc::clone(&case.plan), isa).ok_or_else(absent)?;
    let prices = case.prices();
    let series: Result<Vec<_>, _> = prices
        .iter()
        .map(|prices| Series::new(&case.plan, prices.close, prices.source))
        .collect();
    let series = series.map_err(|error| Trouble::Failed(error.to_string()))?;
    let mut columns = vec![Columns::default(); series.len()];
    workspace.columns(&series, &mut columns);
    let boxed = |columns| Output::Columns(Box::new(columns));
    Ok(columns.into_iter().map(boxed).collect())
}
