//! The engine and how it is put together.

use std::fmt;
use std::sync::Arc;

use atc_core::Plan;
use atc_parallel::{BuildError, CancelToken, Executor, Lanes, RayonPool};
use tokio::runtime::Handle;

use super::background::OnTheWay;
use super::meter::Meter;
use super::stream::Overlap;
use super::{Cache, CpuEvaluator, Evaluate, Spent};

/// Called after each source that is done, whatever came of it.
pub(super) type OnSource = Arc<dyn Fn() + Send + Sync>;

/// Runs a plan over sources: an executor times an evaluator.
///
/// ```
/// use atc_cli::engine::{Engine, dataset::{Request, discover}};
/// use atc_core::{Params, Plan};
///
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
/// let found = discover(&[folder.to_owned()]);
/// let engine = Engine::builder(Plan::new(Params::default())?).build()?;
/// let scan = engine.scan(found.sources, &Request::default());
/// assert_eq!(scan.rows.len(), 5);
/// assert_eq!(scan.rows[0].symbol, "AAPL");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Engine {
    pub(super) plan: Arc<Plan>,
    pub(super) executor: Arc<dyn Executor>,
    pub(super) evaluator: Arc<dyn Evaluate>,
    pub(super) cancel: CancelToken,
    pub(super) on_source: OnSource,
    pub(super) overlap: Option<Overlap>,
    pub(super) cache: Option<Arc<Cache>>,
    /// Whether it only works when nobody waits for anything else.
    pub(super) in_background: bool,
    pub(super) meter: Arc<Meter>,
}

impl Engine {
    /// Starts to build an engine for a plan.
    pub fn builder(plan: impl Into<Arc<Plan>>) -> EngineBuilder {
        EngineBuilder {
            plan: plan.into(),
            executor: None,
            evaluator: Arc::new(CpuEvaluator::new()),
            cancel: CancelToken::new(),
            on_source: Arc::new(|| ()),
            overlap: None,
            cache: None,
            in_background: false,
        }
    }

    /// The plan in force.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// Where the time of its runs, and of those of its clones, has gone so far.
    pub fn spent(&self) -> Spent {
        self.meter.spent()
    }

    /// Makes those who work in the background on the same cache wait, until it is dropped.
    pub(super) fn goes_first(&self) -> Option<OnTheWay<'_>> {
        let cache = self.cache.as_ref().filter(|_| !self.in_background)?;
        Some(cache.traffic().enter())
    }

    /// What it remembers, if it was given a cache.
    pub fn cache(&self) -> Option<&Arc<Cache>> {
        self.cache.as_ref()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("plan", &self.plan.params())
            .field("lanes", &self.executor.lanes())
            .field("evaluator", &self.evaluator)
            .finish_non_exhaustive()
    }
}

/// The parts of an [`Engine`]. Left alone: one lane per core, computing on the processor.
pub struct EngineBuilder {
    plan: Arc<Plan>,
    executor: Option<Arc<dyn Executor>>,
    evaluator: Arc<dyn Evaluate>,
    cancel: CancelToken,
    on_source: OnSource,
    overlap: Option<Overlap>,
    cache: Option<Arc<Cache>>,
    in_background: bool,
}

impl EngineBuilder {
    /// How jobs run.
    #[must_use]
    pub fn executor(self, executor: impl Executor + 'static) -> Self {
        let executor: Option<Arc<dyn Executor>> = Some(Arc::new(executor));
        Self { executor, ..self }
    }

    /// Who computes.
    #[must_use]
    pub fn evaluator(self, evaluator: impl Evaluate + 'static) -> Self {
        let evaluator: Arc<dyn Evaluate> = Arc::new(evaluator);
        Self { evaluator, ..self }
    }

    /// Stops runs between tiles once `token` is cancelled.
    #[must_use]
    pub fn cancel_with(self, token: &CancelToken) -> Self {
        let cancel = token.clone();
        Self { cancel, ..self }
    }

    /// Calls `callback` after each source that is done, on the thread that did it.
    #[must_use]
    pub fn on_source(self, callback: impl Fn() + Send + Sync + 'static) -> Self {
        let on_source: OnSource = Arc::new(callback);
        Self { on_source, ..self }
    }

    /// Lets [`scan`](Engine::scan) and [`compute`](Engine::compute) read up to `in_flight` sources at once:
    /// requests are tasks of the runtime, which has the time and I/O drivers, and computing goes on meanwhile.
    /// Both still block their caller, who must not be async code; that has
    /// [`classify_stream`](Engine::classify_stream).
    #[must_use]
    pub fn overlap_reads(self, runtime: &Handle, in_flight: usize) -> Self {
        let overlap = Some(Overlap {
            runtime: runtime.clone(),
            in_flight,
            skips_known: false,
        });
        Self { overlap, ..self }
    }

    /// Remembers where series stand. Engines may share one cache; the results are the same bits
    /// as without.
    #[must_use]
    pub fn cache(self, cache: impl Into<Arc<Cache>>) -> Self {
        let cache = Some(cache.into());
        Self { cache, ..self }
    }

    /// Lets [`warm`](Engine::warm) give way: between tiles it waits while another engine of the same cache answers a
    /// question, and on Linux its threads, and those that write for the cache, run only when no other one wants to,
    /// for good. So it needs threads of its own: left alone it has one lane.
    #[must_use]
    pub fn in_background(self) -> Self {
        Self {
            in_background: true,
            ..self
        }
    }

    /// Puts the engine together.
    ///
    /// # Errors
    ///
    /// [`BuildError`] if no executor was given and the threads of the default one cannot be started.
    pub fn build(self) -> Result<Engine, BuildError> {
        let executor = match self.executor {
            Some(executor) => executor,
            None if self.in_background => Arc::new(Lanes::new(1)?),
            None => Arc::new(RayonPool::new(0)?),
        };
        Ok(Engine {
            plan: self.plan,
            executor,
            evaluator: self.evaluator,
            cancel: self.cancel,
            on_source: self.on_source,
            overlap: self.overlap,
            cache: self.cache,
            in_background: self.in_background,
            meter: Arc::default(),
        })
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("plan", &self.plan.params())
            .field("evaluator", &self.evaluator)
            .finish_non_exhaustive()
    }
}
