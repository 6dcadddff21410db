//! An executor that remembers what another did.

use std::sync::Arc;

use crate::{
    Control, Executor, Outcome, Slot, Work,
    sync::{AtomicUsize, Mutex, Ordering, lock},
};

/// One job that ran, between two ticks of a clock that counts starts and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// The job, and the lane it ran on.
    pub slot: Slot,
    /// Tick of its start.
    pub start: usize,
    /// Tick of its end.
    pub end: usize,
}

impl Record {
    /// Whether both ran at the same time.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Wraps an executor and records every job that finishes, over all its runs. For tests: it takes a lock
/// per job.
///
/// ```
/// use atc_parallel::{ExecutorExt, Recording, Sequential};
///
/// let executor = Recording::new(Sequential::new());
/// executor.map(3, |_| ());
/// assert_eq!(executor.records().len(), 3);
/// assert_eq!(executor.max_overlap(), 1);
/// ```
#[derive(Debug)]
pub struct Recording<E> {
    inner: E,
    log: Arc<Log>,
}

#[derive(Debug)]
struct Log {
    clock: AtomicUsize,
    records: Mutex<Vec<Record>>,
}

impl Log {
    fn tick(&self) -> usize {
        self.clock.fetch_add(1, Ordering::SeqCst)
    }
}

impl<E: Executor> Recording<E> {
    /// Records what `inner` does.
    pub fn new(inner: E) -> Self {
        let log = Log {
            clock: AtomicUsize::new(0),
            records: Mutex::new(Vec::new()),
        };
        Self {
            inner,
            log: Arc::new(log),
        }
    }

    /// The jobs that have finished, in the order of their ends.
    pub fn records(&self) -> Vec<Record> {
        let mut records = lock(&self.log.records).clone();
        records.sort_by_key(|record| record.end);
        records
    }

    /// The largest number of jobs that ran at the same time.
    pub fn max_overlap(&self) -> usize {
        let records = self.records();
        let running = |tick| {
            records
                .iter()
                .filter(|r| r.start <= tick && tick < r.end)
                .count()
        };
        records
            .iter()
            .map(|record| running(record.start))
            .max()
            .unwrap_or(0)
    }

    /// Two jobs that shared a lane while they overlapped, if the contract was broken.
    pub fn shared_lane(&self) -> Option<(Record, Record)> {
        let records = self.records();
        records.iter().enumerate().find_map(|(at, &one)| {
            let mut later = records[at + 1..].iter().copied();
            later
                .find(|other| one.slot.lane == other.slot.lane && one.overlaps(*other))
                .map(|other| (one, other))
        })
    }
}

impl<E: Executor> Executor for Recording<E> {
    fn lanes(&self) -> usize {
        self.inner.lanes()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        let log = Arc::clone(&self.log);
        let recorded = move |slot| {
            let start = log.tick();
            work(slot);
            let end = log.tick();
            lock(&log.records).push(Record { slot, start, end });
        };
        self.inner.run(n_jobs, Arc::new(recorded), control)
    }
}
