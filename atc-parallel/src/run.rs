//! One run: who takes which job, and when it is over.
//!
//! Lanes claim job numbers from one atomic counter, one at a time: that costs some tens of nanoseconds
//! and balances jobs of unequal length without knowing their length. A lane takes part through a
//! [`Ticket`]; the caller waits until no lane is at work and none will come or has anything to take.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use thiserror::Error;

use crate::{
    Control, Outcome, Progress, Slot, Work,
    lane_set::LaneSet,
    nesting::{self, Inside},
    sync::{AtomicBool, AtomicUsize, Condvar, Mutex, Ordering, lock, wait},
};

/// A job panicked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("job {job} panicked: {message}")]
pub struct JobPanic {
    /// The job's number.
    pub job: usize,
    /// The panic's message, if it was text.
    pub message: String,
}

impl JobPanic {
    pub(crate) fn new(job: usize, payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "with a payload that is not text".to_owned());
        Self { job, message }
    }
}

/// Threads of an executor could not be started.
#[derive(Debug, Error)]
#[error("cannot start {n_lanes} {kind} threads; ask for fewer")]
pub struct BuildError {
    pub(crate) kind: &'static str,
    pub(crate) n_lanes: usize,
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}

/// The shared state of one run.
pub(crate) struct Run {
    n_jobs: usize,
    /// The first job nobody has claimed; passes `n_jobs` by at most one per lane.
    next: AtomicUsize,
    finished: AtomicUsize,
    panicked: AtomicBool,
    control: Control,
    /// The executors whose jobs it is inside of.
    around: Box<[usize]>,
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Gone once the run is over: a late lane finds nothing and keeps nothing alive.
    work: Option<Work>,
    /// Lanes that hold a clone of `work`.
    active: usize,
    /// Tickets not yet dropped.
    tickets: usize,
    panic: Option<JobPanic>,
}

impl Run {
    pub(crate) fn new(n_jobs: usize, work: Work, control: &Control) -> Arc<Self> {
        Arc::new(Self {
            n_jobs,
            next: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            control: control.clone(),
            around: nesting::around(),
            state: Mutex::new(State {
                work: Some(work),
                active: 0,
                tickets: 0,
                panic: None,
            }),
            changed: Condvar::new(),
        })
    }

    /// The right to take part, once.
    pub(crate) fn ticket(self: &Arc<Self>) -> Ticket {
        lock(&self.state).tickets += 1;
        Ticket(Arc::clone(self))
    }

    /// Whether no further job will start.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.next.load(Ordering::Relaxed) >= self.n_jobs || self.is_stopped()
    }

    /// Has the calling thread take part when a lane comes free while jobs are left, then waits for the
    /// end. So a run ends even if none of its tickets is ever used.
    pub(crate) fn complete_with(&self, lanes: &LaneSet) -> Outcome {
        if let Some(lease) = lanes.lease_unless(|| self.is_exhausted()) {
            self.drive(lease.lane);
        }
        self.complete()
    }

    /// Waits for the end and raises what panicked.
    pub(crate) fn complete(&self) -> Outcome {
        let mut state = lock(&self.state);
        while state.active > 0 || (state.tickets > 0 && !self.is_exhausted()) {
            state = wait(&self.changed, state);
        }
        let work = state.work.take();
        let panic = state.panic.take();
        drop(state);
        drop(work); // outside the lock: it may own anything
        if let Some(panic) = panic {
            panic!("{panic}");
        }
        Outcome {
            finished: self.finished.load(Ordering::Relaxed),
            n_jobs: self.n_jobs,
        }
    }

    /// Runs jobs on `lane` until none is left.
    fn drive(&self, lane: usize) {
        let Some(work) = self.join() else { return };
        while !self.is_stopped() {
            let job = self.next.fetch_add(1, Ordering::Relaxed);
            if job >= self.n_jobs {
                break;
            }
            self.run_one(&work, Slot { job, lane });
        }
        drop(work); // before the caller can see that this lane has left
        lock(&self.state).active -= 1;
        self.changed.notify_all();
    }

    fn join(&self) -> Option<Work> {
        let mut state = lock(&self.state);
        let work = state.work.clone()?;
        state.active += 1;
        Some(work)
    }

    fn run_one(&self, work: &Work, slot: Slot) {
        let result = catch_unwind(AssertUnwindSafe(|| {
            work(slot);
            let finished = self.finished.fetch_add(1, Ordering::Relaxed) + 1;
            self.control.report(|| Progress {
                slot,
                finished,
                n_jobs: self.n_jobs,
            });
        }));
        if let Err(payload) = result {
            self.record(JobPanic::new(slot.job, &*payload));
        }
    }

    fn record(&self, panic: JobPanic) {
        self.panicked.store(true, Ordering::Release);
        let first = &mut lock(&self.state).panic;
        if first.as_ref().is_none_or(|first| panic.job < first.job) {
            *first = Some(panic);
        }
    }

    fn is_stopped(&self) -> bool {
        self.panicked.load(Ordering::Acquire) || self.control.is_cancelled()
    }
}

/// The right to take part in a run. Dropping it unused says that this lane will not come.
pub(crate) struct Ticket(Arc<Run>);

impl Ticket {
    /// Runs jobs on `lane` until none is left, inside of what the run is inside of.
    pub(crate) fn drive(self, lane: usize) {
        let _inside = Inside::enter(&self.0.around);
        self.0.drive(lane);
    }

    /// Whether no further job will start.
    #[cfg(feature = "tokio")]
    pub(crate) fn is_needless(&self) -> bool {
        self.0.is_exhausted()
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        lock(&self.0.state).tickets -= 1;
        self.0.changed.notify_all();
    }
}
