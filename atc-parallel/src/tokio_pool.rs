//! Jobs on a tokio runtime.

use std::{fmt, future::Future, sync::Arc};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::{
    BuildError, Control, Executor, InFlight, JobStream, Outcome, Slot, Work,
    executor::{MAX_LANES, or_available, startable},
    lane_set::LaneSet,
    run::Run,
    stream,
};

/// Runs jobs on a tokio runtime: its own or a given one.
///
/// [`run`](Executor::run) takes jobs that compute: they run on the runtime's blocking threads and on the
/// calling thread, never on more than [`lanes`](Executor::lanes) at a time. It blocks its caller: inside
/// a service call it from `spawn_blocking`, or use [`run_async`](Self::run_async). If it is called on an
/// async worker all the same, jobs that land on the calling thread are in async code, where
/// `Handle::block_on` panics: such a job panics on some runs and not on others.
///
/// `run_async` takes jobs that wait, and overlaps them.
pub struct TokioPool {
    handle: Handle,
    lanes: Arc<LaneSet>,
    /// The runtime, if it is its own.
    runtime: Option<Runtime>,
}

impl TokioPool {
    /// A runtime of its own with all drivers enabled: `n_lanes` async threads and as many lanes for
    /// blocking jobs, one per core if zero. Dropped outside of async code it waits for its threads;
    /// inside it lets them end by themselves.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread or an event queue, or above 65,535.
    pub fn new(n_lanes: usize) -> Result<Self, BuildError> {
        let n_lanes = startable(n_lanes, "tokio")?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(n_lanes)
            .thread_name("atc-tokio")
            .enable_all()
            .build()
            .map_err(|source| BuildError {
                kind: "tokio",
                n_lanes,
                source: source.into(),
            })?;
        let handle = runtime.handle().clone();
        Ok(Self {
            handle,
            lanes: LaneSet::new(n_lanes),
            runtime: Some(runtime),
        })
    }

    /// Uses the runtime of `handle`, and at most `n_lanes` (one per core if zero) of its blocking threads
    /// at a time; above 65,535 it is that many. Starts no second runtime.
    pub fn with_handle(handle: Handle, n_lanes: usize) -> Self {
        Self {
            handle,
            lanes: LaneSet::new(or_available(n_lanes).min(MAX_LANES)),
            runtime: None,
        }
    }

    /// The runtime jobs run on, to spawn on it.
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Runs an async job for each number in `0..n_jobs` and streams the results.
    ///
    /// At most `in_flight` jobs are started and not yet taken from the stream: whoever reads slowly
    /// holds up the jobs, not memory. Each job is a task of the runtime, so jobs go on while the reader
    /// is busy, and the stream may be polled from any thread or runtime. Lanes count from zero to
    /// `in_flight`, per stream. Nothing starts before the first poll.
    ///
    /// A job that panics gives an error in its place and the others go on. A cancelled token starts no
    /// further jobs: the stream ends after those in flight. Dropping the stream aborts them.
    ///
    /// ```
    /// use atc_parallel::{Control, InFlight, TokioPool};
    /// use futures::{StreamExt, executor::block_on};
    ///
    /// let pool = TokioPool::new(2)?;
    /// let jobs = pool.run_async(3, InFlight::in_order(2), &Control::new(), |slot| async move {
    ///     slot.job * 10 // reading something that takes its time
    /// });
    /// let results: Vec<_> = block_on(jobs.map(|(_, result)| result.expect("no job panics")).collect());
    /// assert_eq!(results, [0, 10, 20]);
    /// # Ok::<(), atc_parallel::BuildError>(())
    /// ```
    pub fn run_async<T, F, Fut>(
        &self,
        n_jobs: usize,
        in_flight: InFlight,
        control: &Control,
        job: F,
    ) -> JobStream<T>
    where
        T: Send + 'static,
        F: Fn(Slot) -> Fut + Send + 'static,
        Fut: Future<Output = T> + Send + 'static,
    {
        stream::start(self.handle.clone(), n_jobs, in_flight, control, job)
    }
}

impl Executor for TokioPool {
    fn lanes(&self) -> usize {
        self.lanes.len()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        self.lanes.refuse_nested();
        let run = Run::new(n_jobs, work, control);
        // One fewer than lanes: the caller takes part as well, so the run ends even if every blocking
        // thread is taken, by other callers of `run` for example, or the runtime has shut down.
        for _ in 1..n_jobs.min(self.lanes()) {
            let ticket = run.ticket();
            let lanes = Arc::clone(&self.lanes);
            self.handle.spawn_blocking(move || {
                if let Some(lease) = lanes.lease_unless(|| ticket.is_needless()) {
                    ticket.drive(lease.lane);
                }
            });
        }
        run.complete_with(&self.lanes)
    }
}

impl Drop for TokioPool {
    fn drop(&mut self) {
        // A runtime may not be waited for in async code; there its threads end by themselves.
        if let Some(runtime) = self.runtime.take()
            && Handle::try_current().is_ok()
        {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for TokioPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.runtime.is_some() {
            "own"
        } else {
            "given"
        };
        f.debug_struct("TokioPool")
            .field("runtime", &kind)
            .field("lanes", &self.lanes())
            .finish_non_exhaustive()
    }
}
