//! Scans through a cache, in each state it can be in.

use std::sync::Arc;

use atc_cli::engine::{Cache, Ending, Engine, EvaluateError, Output, Prices};
use atc_parallel::{Executor, ExecutorExt};
use tempfile::TempDir;

use crate::subject::{Ran, Task, Timed};

/// What the cache knows before the clock starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Cold,
    /// Every series; it is in the memory of this process.
    Memory,
    /// Every series; another process has written it, and the files have to be opened.
    Disk,
    /// Every series but for its last bar.
    Appended,
}

impl State {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Cold, Self::Memory, Self::Disk, Self::Appended];

    /// The name of its rows.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::Appended => "appended",
        }
    }
}

/// Bytes that a cache on disk may take: enough for every workload.
const DISK_BYTES: usize = 256 << 20;

/// Brings a cache into a state; what is returned is what is timed.
pub(crate) fn prepare(
    state: State,
    executor: &Arc<dyn Executor>,
    task: &Task,
) -> Result<Timed, EvaluateError> {
    let missing = usize::from(state == State::Appended);
    let fill = |engine: &Engine| match state {
        State::Cold => Ok(()),
        _ => endings(engine, executor, task, missing).map(drop),
    };
    let (executor, task) = (Arc::clone(executor), task.clone());
    if state != State::Disk {
        let engine = engine(&task, Cache::in_memory());
        fill(&engine)?;
        return Ok(Box::new(move || ask(&engine, &executor, &task)));
    }
    let folder = TempDir::new().map_err(device)?;
    let open = |folder: &TempDir| Cache::in_directory(folder.path()).disk_bytes(DISK_BYTES);
    let before = engine(&task, open(&folder));
    fill(&before)?;
    if let Some(cache) = before.cache() {
        cache.save();
    }
    drop(before);
    Ok(Box::new(move || {
        let engine = engine(&task, open(&folder));
        ask(&engine, &executor, &task)
    }))
}

fn device(error: std::io::Error) -> EvaluateError {
    EvaluateError::Device(Box::new(error))
}

fn engine(task: &Task, cache: Cache) -> Engine {
    let engine = Engine::builder(Arc::clone(&task.plan)).cache(cache);
    let engine = engine.executor(atc_parallel::Sequential::new()).build();
    engine.expect("an executor was given")
}

/// Asks for every series, and counts how many the cache knew, wholly or in part.
fn ask(engine: &Engine, executor: &Arc<dyn Executor>, task: &Task) -> Result<Ran, EvaluateError> {
    let known = |engine: &Engine| {
        let of = engine.cache().map(|cache| cache.statistics());
        of.map_or(0, |of| of.hits() + of.hits_prefix)
    };
    let before = known(engine);
    let outputs = endings(engine, executor, task, 0)?;
    let hits = (known(engine) - before) as f64 / task.market.len() as f64;
    Ok(Ran {
        outputs,
        hits: Some(hits),
    })
}

/// Where the series stand without their last `n_missing` bars, a tile to each job.
fn endings(
    engine: &Engine,
    executor: &Arc<dyn Executor>,
    task: &Task,
    n_missing: usize,
) -> Result<Vec<Output>, EvaluateError> {
    const PER_JOB: usize = 8;
    let (engine, market) = (engine.clone(), Arc::clone(&task.market));
    let n_series = market.len();
    let per_job = PER_JOB.min(n_series.div_ceil(executor.lanes())).max(1);
    let tiles = executor.map(n_series.div_ceil(per_job), move |slot| {
        let first = slot.job * per_job;
        let tile = &market[first..n_series.min(first + per_job)];
        let prices = tile.iter().map(|close| Prices {
            close: &close[..close.len() - n_missing],
            source: None,
        });
        engine.endings(&prices.collect::<Vec<_>>())
    });
    // The states to go on from are what a cache keeps, not what was asked for.
    let plain = |ending: Ending| Output::Last(Box::new(ending));
    let endings = tiles.into_iter().flatten();
    endings.map(|ending| ending.map(plain)).collect()
}
