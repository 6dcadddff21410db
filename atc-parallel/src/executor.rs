//! The contract: jobs, lanes, slots.

use std::{
    fmt,
    num::NonZero,
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use crate::{
    BuildError, CancelToken, Control, Outcome, ordered,
    sync::{Mutex, lock},
};

/// The most lanes of an executor that starts threads: as many as rayon allows a pool.
pub(crate) const MAX_LANES: usize = 65_535;

/// Which job runs, and on which lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The job's number, below the run's `n_jobs`.
    pub job: usize,
    /// The lane's number, below [`Executor::lanes`]. Jobs that overlap in time never share one, so
    /// scratch memory kept per lane is never contended.
    pub lane: usize,
}

/// What every job of a run calls with its slot.
pub type Work = Arc<dyn Fn(Slot) + Send + Sync>;

/// Runs independent jobs.
///
/// An implementation promises, and [`conformance`](crate#features) checks:
///
/// 1. each job runs exactly once, or, after a cancellation or a panic, at most once;
/// 2. two jobs that overlap in time never share a lane, in one run or in several concurrent ones;
/// 3. `run` returns after the last running job, and holds no clone of `work` any more;
/// 4. a panic in a job starts no further jobs and is re-raised on the caller once the running ones have
///    finished, with the job's number: `job 7 panicked: …` (the smallest number if several did);
/// 5. a cancelled run starts no further jobs; the outcome says how many finished;
/// 6. a job that calls `run` on its own executor panics at once instead of blocking for ever.
///
/// Jobs may start in any order, and may use any *other* executor.
///
/// # Nesting
///
/// Executors of this crate keep promise 6 also if a run comes back by way of others: what a run is inside
/// of goes with it to all of its lanes. Nobody sees, and it may hang, if a run comes back
///
/// - from a thread or task that a job started by itself and waits for: a `std::thread`, rayon work that
///   another thread took, an async task, a job of `TokioPool::run_async`;
/// - from a thread of an executor of another crate. One that hands its runs on to an executor of this
///   crate, as [`Recording`](crate::Recording) does, is seen through.
///
/// Executors are like locks: if one run nests B in A while another nests A in B, each may wait for the
/// lane that the other holds. Nest them in one order.
///
/// # An executor of your own
///
/// Best hand runs on to an executor of this crate. One with threads of its own has to
///
/// - give [`lanes`](Self::lanes) one value, at least 1, for its lifetime, and keep the free lanes in
///   itself, not in a run: a lane is taken for as long as a job of whatever run is on it;
/// - ask [`Control::is_cancelled`] before each job, count a job when it ends, and then
///   [`report`](Control::report) it, while it still holds the lane;
/// - catch panics of `work` and of the report, start no further job, and once the running ones have ended
///   panic with the text of [`JobPanic`](crate::JobPanic);
/// - drop every clone of `work` before `run` returns or panics, also those of lanes that came too late;
/// - know on its threads, and on a caller's that runs jobs, that they are in a job of this executor, and
///   panic in `run` there.
///
/// `conformance::check` and `conformance::check_nesting` are the way to see that it does: call both in a
/// test, with one lane and with several. The first law that is broken is what they panic with.
pub trait Executor: Send + Sync {
    /// How many jobs can overlap in time. At least one.
    fn lanes(&self) -> usize;

    /// Calls `work` once for each job in `0..n_jobs` and returns after the last.
    ///
    /// # Panics
    ///
    /// If a job panics, or if called from a job of this executor, directly or by way of other executors
    /// (see [nesting](Executor#nesting)).
    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome;
}

/// What every [`Executor`] can do.
pub trait ExecutorExt: Executor {
    /// Runs `job` once for each number in `0..n_jobs` and returns the results in job order.
    ///
    /// # Panics
    ///
    /// As [`Executor::run`], and if the executor breaks its promise and leaves out a job.
    fn map<T, F>(&self, n_jobs: usize, job: F) -> Vec<T>
    where
        T: Send + 'static,
        F: Fn(Slot) -> T + Send + Sync + 'static,
    {
        let results: Vec<T> = self
            .map_with(n_jobs, &Control::new(), job)
            .into_iter()
            .flatten()
            .collect();
        assert_eq!(results.len(), n_jobs, "the executor did not run every job");
        results
    }

    /// As [`map`](Self::map), stoppable and watched; `None` stands where a cancellation came first.
    ///
    /// # Panics
    ///
    /// As [`Executor::run`].
    fn map_with<T, F>(&self, n_jobs: usize, control: &Control, job: F) -> Vec<Option<T>>
    where
        T: Send + 'static,
        F: Fn(Slot) -> T + Send + Sync + 'static,
    {
        // A cell per job: its lock is only ever taken by that job and, afterwards, below.
        let cells: Arc<[Mutex<Option<T>>]> = (0..n_jobs).map(|_| Mutex::new(None)).collect();
        let results = Arc::clone(&cells);
        let work = Arc::new(move |slot: Slot| *lock(&results[slot.job]) = Some(job(slot)));
        self.run(n_jobs, work, control);
        cells.iter().map(|cell| lock(cell).take()).collect()
    }

    /// Runs `job` once for each number in `0..n_jobs`, and hands each result to `take` on the calling
    /// thread: in job order, and as soon as it is its turn, while later jobs run.
    ///
    /// At most twice as many results as there are lanes wait for `take`; lanes that are further ahead
    /// wait too, so memory is bounded however slow it is. Several lanes are waited for by a thread of
    /// its own; with one, jobs and `take` alternate. Gives the number of results taken, fewer than
    /// `n_jobs` if `cancel` came first; or what `take` broke off with, once the jobs under way have
    /// ended. `take` must not use this executor: its lanes may all be waiting for `take`.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    /// use atc_parallel::{CancelToken, ExecutorExt, Lanes};
    ///
    /// let executor = Lanes::new(2)?;
    /// let mut text = String::new();
    /// let done = executor.for_each_in_order(5, &CancelToken::new(), |slot| slot.job * 2, |even| {
    ///     text += &format!("{even} ");
    ///     if even < 6 { ControlFlow::Continue(()) } else { ControlFlow::Break("enough") }
    /// });
    /// assert_eq!((done, text.as_str()), (ControlFlow::Break("enough"), "0 2 4 6 "));
    /// # Ok::<(), atc_parallel::BuildError>(())
    /// ```
    ///
    /// # Panics
    ///
    /// If a job or `take` panics, if called from a job of this executor, or if the executor breaks its
    /// promise and runs more jobs, or without a cancellation fewer, than it was given.
    fn for_each_in_order<T, B, F>(
        &self,
        n_jobs: usize,
        cancel: &CancelToken,
        job: F,
        take: impl FnMut(T) -> ControlFlow<B>,
    ) -> ControlFlow<B, usize>
    where
        T: Send + 'static,
        F: Fn(Slot) -> T + Send + Sync + 'static,
    {
        ordered::for_each_in_order(self, n_jobs, cancel, job, take)
    }
}

impl<E: Executor + ?Sized> ExecutorExt for E {}

impl<E: Executor + ?Sized> Executor for &E {
    fn lanes(&self) -> usize {
        (**self).lanes()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        (**self).run(n_jobs, work, control)
    }
}

impl<E: Executor + ?Sized> Executor for Arc<E> {
    fn lanes(&self) -> usize {
        (**self).lanes()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        (**self).run(n_jobs, work, control)
    }
}

impl<E: Executor + ?Sized> Executor for Box<E> {
    fn lanes(&self) -> usize {
        (**self).lanes()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        (**self).run(n_jobs, work, control)
    }
}

impl fmt::Debug for dyn Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("lanes", &self.lanes())
            .finish_non_exhaustive()
    }
}

/// One lane per core this process may use, as it was when this was asked first; one if that cannot be told.
pub fn available_lanes() -> usize {
    // On Linux a dozen files say so.
    static LANES: OnceLock<usize> = OnceLock::new();
    *LANES.get_or_init(|| std::thread::available_parallelism().map_or(1, NonZero::get))
}

/// `lanes`, or one per core if it is zero.
pub(crate) fn or_available(lanes: usize) -> usize {
    if lanes == 0 { available_lanes() } else { lanes }
}

/// As [`or_available`], for an executor that starts a thread for each lane: refuses what no system could.
pub(crate) fn startable(n_lanes: usize, kind: &'static str) -> Result<usize, BuildError> {
    if n_lanes > MAX_LANES {
        return Err(BuildError {
            kind,
            n_lanes,
            source: format!("an executor has at most {MAX_LANES} lanes").into(),
        });
    }
    Ok(or_available(n_lanes))
}
