//! From arguments to sources and the engine that runs them.

use std::sync::Arc;

use anyhow::Context as _;
use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::{Engine, Failure};
use atc_core::Plan;
use atc_parallel::{BuildError, CancelToken, Executor, Lanes, RayonPool, Sequential, TokioPool};
use indicatif::ProgressBar;

use super::args::{ExecutorName, ReadArgs};

impl ReadArgs {
    /// What to read of each input.
    pub(crate) fn request(&self) -> Request {
        Request {
            source: self.source.clone(),
            symbol: self.symbol.clone(),
        }
    }

    /// The executor that was asked for, with as many threads.
    pub(crate) fn executor(&self) -> anyhow::Result<Arc<dyn Executor>> {
        fn shared<E: Executor + 'static>(
            built: Result<E, BuildError>,
        ) -> anyhow::Result<Arc<dyn Executor>> {
            Ok(Arc::new(built.context("threads cannot be started")?))
        }
        match self.executor {
            ExecutorName::Sequential => shared(Ok(Sequential::new())),
            ExecutorName::Auto if self.jobs == 1 => shared(Ok(Sequential::new())),
            ExecutorName::Auto | ExecutorName::Rayon => shared(RayonPool::new(self.jobs)),
            ExecutorName::Lanes => shared(Lanes::new(self.jobs)),
            ExecutorName::Async => shared(TokioPool::new(self.jobs)),
        }
    }

    /// An engine with that executor, which Ctrl-C stops and `bar` follows.
    pub(crate) fn engine(&self, plan: Plan, bar: &ProgressBar) -> anyhow::Result<Engine> {
        let bar = bar.clone();
        let engine = Engine::builder(plan)
            .executor(self.executor()?)
            .cancel_with(&interrupt())
            .on_source(move || bar.inc(1))
            .build();
        engine.context("the engine cannot be started")
    }
}

/// The inputs found, and those that were not.
pub(crate) fn sources(inputs: &[String]) -> (Vec<Source>, Vec<Failure>) {
    let found = discover(inputs);
    let failed = found.failed.into_iter().map(Failure::from).collect();
    (found.sources, failed)
}

/// Joins the failures of finding and of running; with `--symbol`, an input that lacks it counts
/// only if no other has it.
pub(crate) fn all_failures(
    mut missing: Vec<Failure>,
    failed: Vec<Failure>,
    n_done: usize,
) -> Vec<Failure> {
    let counts = |failure: &Failure| n_done == 0 || !failure.lacks_symbol();
    missing.extend(failed.into_iter().filter(counts));
    missing
}

/// A token that Ctrl-C cancels: running jobs finish, no more begin. A second Ctrl-C ends the
/// process as usual.
fn interrupt() -> CancelToken {
    let token = CancelToken::new();
    let handler = token.clone();
    let set = ctrlc::set_handler(move || {
        if handler.is_cancelled() {
            std::process::exit(super::exit::INTERRUPTED);
        }
        handler.cancel();
    });
    // Without a handler Ctrl-C ends the process at once, which is no reason not to run.
    drop(set);
    token
}
