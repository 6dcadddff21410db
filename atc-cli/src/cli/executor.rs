//! Which executor runs a command's jobs, and why.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use atc_cli::engine::EngineBuilder;
use atc_cli::engine::dataset::Source;
use atc_parallel::{
    BuildError, Executor, Lanes, RayonPool, Sequential, TokioPool, available_lanes,
};
use tokio::runtime::Handle;

use super::input;
use super::reading::{ExecutorName, ReadArgs};

/// An executor, and whether reads overlap on its runtime.
pub(crate) struct Chosen {
    pub(crate) executor: Arc<dyn Executor>,
    reads: Option<(Handle, usize)>,
    /// For `--verbose`.
    pub(crate) reason: String,
}

impl Chosen {
    /// Gives it to an engine.
    pub(crate) fn install(self, engine: EngineBuilder) -> EngineBuilder {
        let engine = engine.executor(self.executor);
        match self.reads {
            Some((runtime, in_flight)) => engine.overlap_reads(&runtime, in_flight),
            None => engine,
        }
    }
}

impl ReadArgs {
    /// The executor that was asked for, or the best one for `sources`.
    pub(crate) fn executor(&self, sources: &[Source], on_gpu: bool) -> anyhow::Result<Chosen> {
        let (name, why) = match self.executor {
            ExecutorName::Auto | ExecutorName::Gpu => self.best(sources, on_gpu),
            asked => (asked, "as asked for".to_owned()),
        };
        let mut reads = None;
        let built: Result<Arc<dyn Executor>, _> = match name {
            ExecutorName::Auto | ExecutorName::Rayon => self.pool().map(shared),
            ExecutorName::Sequential => Ok(shared(Sequential::new())),
            ExecutorName::Lanes => Lanes::new(self.jobs).map(shared),
            // More threads than lanes of the GPU: some read while others wait for theirs.
            ExecutorName::Gpu => Lanes::new(self.threads().max(self.gpu.lanes)).map(shared),
            ExecutorName::Async => TokioPool::new(self.jobs).map(|pool| {
                reads = Some((pool.handle().clone(), self.in_flight));
                shared(pool)
            }),
        };
        let executor = built.context("threads cannot be started")?;
        let lanes = executor.lanes();
        let at_once = match &reads {
            Some((_, in_flight)) => format!("; up to {in_flight} sources are read at once"),
            None => String::new(),
        };
        let reason = format!("executor {}, {lanes} wide: {why}{at_once}", name.name());
        Ok(Chosen {
            executor,
            reads,
            reason,
        })
    }

    /// Does two things at once before any input is read: what `other` waits for is not what `here` does.
    pub(crate) fn beside<A, B: Send>(
        &self,
        inputs: &[String],
        here: impl FnOnce() -> A,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        let is_pool = matches!(self.executor, ExecutorName::Auto | ExecutorName::Rayon);
        let are_many = || 1 < inputs.len() || inputs.iter().any(|input| Path::new(input).is_dir());
        if is_pool
            && 1 < self.threads()
            && are_many()
            && let Ok(pool) = self.pool()
        {
            // Threads that read and compute later are awake by then.
            return pool.beside(here, other);
        }
        input::beside(here, other)
    }

    /// The threads that files are read and computed on, started when they are needed first.
    fn pool(&self) -> Result<Arc<RayonPool>, BuildError> {
        static POOL: OnceLock<Arc<RayonPool>> = OnceLock::new();
        if let Some(pool) = POOL.get() {
            return Ok(Arc::clone(pool));
        }
        let pool = Arc::new(RayonPool::kept_awake(self.jobs)?);
        Ok(Arc::clone(POOL.get_or_init(|| pool)))
    }

    /// How many threads work.
    pub(crate) fn threads(&self) -> usize {
        match self.jobs {
            0 => available_lanes(),
            jobs => jobs,
        }
    }

    /// What `auto` means, and why.
    fn best(&self, sources: &[Source], on_gpu: bool) -> (ExecutorName, String) {
        let n_remote = sources.iter().filter(|source| source.is_remote()).count();
        let n_lanes = self.threads();
        if 1 < n_remote {
            let why =
                format!("{n_remote} remote sources, which take longer to come than to compute");
            (ExecutorName::Async, why)
        } else if on_gpu {
            let why = format!("{} lane(s) of a GPU compute", self.gpu.lanes);
            (ExecutorName::Gpu, why)
        } else if n_lanes == 1 || sources.len() <= 1 {
            let why = format!("{} source(s) for {n_lanes} thread(s)", sources.len());
            (ExecutorName::Sequential, why)
        } else {
            (
                ExecutorName::Rayon,
                "local sources, which take the processor".to_owned(),
            )
        }
    }
}

fn shared(executor: impl Executor + 'static) -> Arc<dyn Executor> {
    Arc::new(executor)
}
