//! Async jobs as a stream, a bounded number in flight.

use std::{
    fmt,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use thiserror::Error;
use tokio::{
    runtime::Handle,
    task::{JoinError, JoinHandle},
};

use crate::{
    Control, JobPanic, Progress, Slot,
    sync::{AtomicUsize, Mutex, Ordering, lock},
};

/// How many async jobs may be started and not yet taken, and in which order results come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    n: usize,
    in_order: bool,
}

impl InFlight {
    /// Results as jobs end: a slow job delays no other. At least one job is in flight.
    pub fn as_ended(n: usize) -> Self {
        Self {
            n: n.max(1),
            in_order: false,
        }
    }

    /// Results in job order: a slow job holds back those after it once `n` are in flight.
    pub fn in_order(n: usize) -> Self {
        Self {
            n: n.max(1),
            in_order: true,
        }
    }
}

/// Why an async job gave no result.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JobError {
    /// It panicked.
    #[error(transparent)]
    Panic(#[from] JobPanic),
    /// The runtime shut down under it.
    #[error("job {job} was dropped because its runtime shut down")]
    Shutdown {
        /// The job's number.
        job: usize,
    },
}

/// The results of [`TokioPool::run_async`](crate::TokioPool::run_async), each with its slot.
#[must_use = "jobs start when the stream is polled"]
pub struct JobStream<T> {
    results: BoxStream<'static, (Slot, Result<T, JobError>)>,
}

impl<T> Stream for JobStream<T> {
    type Item = (Slot, Result<T, JobError>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.results.poll_next_unpin(cx)
    }
}

impl<T> fmt::Debug for JobStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobStream").finish_non_exhaustive()
    }
}

pub(crate) fn start<T, F, Fut>(
    runtime: Handle,
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
    let flight = Arc::new(Flight {
        runtime,
        n_jobs,
        control: control.clone(),
        finished: AtomicUsize::new(0),
        free: Mutex::new((0..in_flight.n.min(n_jobs)).rev().collect()),
    });
    let gate = control.clone();
    let jobs = stream::iter((0..n_jobs).take_while(move |_| !gate.is_cancelled()))
        .map(move |number| flight.start(number, &job));
    let results = match in_flight {
        InFlight { n, in_order: true } => jobs.buffered(n).boxed(),
        InFlight { n, in_order: false } => jobs.buffer_unordered(n).boxed(),
    };
    JobStream { results }
}

/// What the jobs of one stream share.
struct Flight {
    runtime: Handle,
    n_jobs: usize,
    control: Control,
    finished: AtomicUsize,
    /// Lanes no job in flight holds.
    free: Mutex<Vec<usize>>,
}

impl Flight {
    /// Starts a job as a task; the future that is returned only waits for it.
    fn start<T, F, Fut>(
        self: &Arc<Self>,
        number: usize,
        job: &F,
    ) -> impl Future<Output = (Slot, Result<T, JobError>)> + Send + use<T, F, Fut>
    where
        T: Send + 'static,
        F: Fn(Slot) -> Fut,
        Fut: Future<Output = T> + Send + 'static,
    {
        let lane = lock(&self.free)
            .pop()
            .expect("the stream starts no more jobs than lanes");
        let slot = Slot { job: number, lane };
        let task = catch_unwind(AssertUnwindSafe(|| job(slot)))
            .map(|future| self.spawn(slot, future))
            .map_err(|payload| JobPanic::new(number, &*payload));
        let flight = Arc::clone(self);
        async move {
            let result = match task {
                Ok(mut task) => (&mut task.0).await.map_err(|error| failure(number, error)),
                Err(panic) => Err(panic.into()),
            };
            lock(&flight.free).push(lane);
            (slot, result)
        }
    }

    fn spawn<T, Fut>(self: &Arc<Self>, slot: Slot, future: Fut) -> AbortOnDrop<T>
    where
        T: Send + 'static,
        Fut: Future<Output = T> + Send + 'static,
    {
        let flight = Arc::clone(self);
        AbortOnDrop(self.runtime.spawn(async move {
            let value = future.await;
            flight.report(slot);
            value
        }))
    }

    fn report(&self, slot: Slot) {
        let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
        self.control.report(|| Progress {
            slot,
            finished,
            n_jobs: self.n_jobs,
        });
    }
}

fn failure(job: usize, error: JoinError) -> JobError {
    match error.try_into_panic() {
        Ok(payload) => JobPanic::new(job, &*payload).into(),
        Err(_) => JobError::Shutdown { job },
    }
}

/// A task that does not outlive the stream it belongs to.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
