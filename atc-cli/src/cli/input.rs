//! From arguments to sources and the engine that runs them.

#[cfg(feature = "remote")]
use std::ffi::OsString;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use anyhow::Context as _;
#[cfg(feature = "remote")]
use atc_cli::engine::dataset::Remote;
use atc_cli::engine::dataset::{Discovered, Finder, Folders, Request, Source};
use atc_cli::engine::{Cache, Engine, Failure};
use atc_core::Plan;
use indicatif::ProgressBar;

use super::args::Global;
use super::gpu::Gpu;
use super::interrupt;
use super::output;
use super::reading::ReadArgs;

impl ReadArgs {
    /// What to read of each input.
    pub(crate) fn request(&self) -> Request {
        Request {
            source: self.source.clone(),
            symbol: self.symbol.clone(),
        }
    }

    /// An engine with the executor asked for, which Ctrl-C stops and `bar` follows.
    pub(crate) fn engine(
        &self,
        plan: Plan,
        sources: &[Source],
        (global, bar): (&Global, &ProgressBar),
        cache: Option<Arc<Cache>>,
    ) -> anyhow::Result<Engine> {
        let plan = Arc::new(plan);
        let gpu = Gpu::of(self, &plan, sources, global)?;
        self.engine_with((plan, gpu), sources, (global, bar), cache)
    }

    /// As [`engine`](Self::engine), with a GPU that was chosen.
    pub(crate) fn engine_with(
        &self,
        (plan, gpu): (Arc<Plan>, Gpu),
        sources: &[Source],
        (global, bar): (&Global, &ProgressBar),
        cache: Option<Arc<Cache>>,
    ) -> anyhow::Result<Engine> {
        let chosen = self.executor(sources, gpu.is_there())?;
        output::note(global, &chosen.reason);
        let mut engine = chosen.install(gpu.install(Engine::builder(plan)));
        // Who waits for standard input looks at no token: there, Ctrl-C ends the process.
        if !sources.iter().any(Source::is_pipe) {
            engine = engine.cancel_with(&interrupt::token());
        }
        if bar.length().is_some() {
            let bar = bar.clone();
            engine = engine.on_source(move || bar.inc(1));
        }
        if let Some(cache) = cache {
            engine = engine.cache(cache);
        }
        let engine = engine.build();
        engine.context("the engine cannot be started")
    }
}

/// Does two things at once: what `other` waits for is not what `here` does.
pub(crate) fn beside<A, B: Send>(
    here: impl FnOnce() -> A,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let here = here();
        let other = other.join();
        (here, other.unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The inputs found, and those that were not.
pub(crate) type Found = (Vec<Source>, Vec<Failure>);

/// Looks for inputs, with what is remembered of folders.
pub(crate) fn sources(inputs: &[String], folders: Option<&Folders>) -> Found {
    let found = discovered(inputs, folders);
    let failed = found.failed.into_iter().map(Failure::from).collect();
    (found.sources, failed)
}

/// With credentials and endpoints of object stores from the environment, where other tools have them, and with what is
/// remembered of folders.
pub(crate) fn discovered(inputs: &[String], folders: Option<&Folders>) -> Discovered {
    let mut finder = Finder::default();
    #[cfg(feature = "remote")]
    {
        finder = finder.remote(&Remote::new(std::env::vars_os().filter_map(aws)));
    }
    if let Some(folders) = folders {
        finder = finder.folders(folders);
    }
    finder.find(inputs)
}

/// A setting that other tools read as well.
#[cfg(feature = "remote")]
fn aws((name, value): (OsString, OsString)) -> Option<(String, String)> {
    let (name, value) = (name.into_string().ok()?, value.into_string().ok()?);
    name.starts_with("AWS_").then_some((name, value))
}

/// Joins the failures of finding and of running, as far as they count.
pub(crate) fn all_failures(
    mut missing: Vec<Failure>,
    failed: Vec<Failure>,
    n_done: usize,
) -> Vec<Failure> {
    let failed = failed.into_iter();
    missing.extend(failed.filter(|failure| failure.counts(n_done)));
    missing
}
