//! From arguments to sources and the engine that runs them.

use anyhow::Context as _;
use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::{Engine, Failure};
use atc_core::Plan;
use atc_parallel::{CancelToken, Lanes, RayonPool, Sequential, TokioPool};
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

    /// An engine with the executor and threads that were asked for, which Ctrl-C stops and
    /// `bar` follows.
    pub(crate) fn engine(&self, plan: Plan, bar: &ProgressBar) -> anyhow::Result<Engine> {
        const NO_THREADS: &str = "threads cannot be started";
        let bar = bar.clone();
        let engine = Engine::builder(plan)
            .cancel_with(&interrupt())
            .on_source(move || bar.inc(1));
        let engine = match self.executor {
            ExecutorName::Sequential => engine.executor(Sequential::new()),
            ExecutorName::Auto if self.jobs == 1 => engine.executor(Sequential::new()),
            ExecutorName::Auto | ExecutorName::Rayon => {
                engine.executor(RayonPool::new(self.jobs).context(NO_THREADS)?)
            }
            ExecutorName::Lanes => engine.executor(Lanes::new(self.jobs).context(NO_THREADS)?),
            ExecutorName::Async => engine.executor(TokioPool::new(self.jobs).context(NO_THREADS)?),
        };
        engine.build().context("the engine cannot be started")
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
