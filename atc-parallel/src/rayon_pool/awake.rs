//! Waiting without sleeping, for what comes within a millisecond.
//!
//! A thread that sleeps is woken in microseconds at best. In a virtual machine it may be milliseconds: the system does
//! not count a processor that the host has taken back as free, and lets the thread wait behind the one that wakes it.

use std::{
    sync::{
        Arc,
        atomic::{
            AtomicUsize,
            Ordering::{Acquire, Release},
        },
    },
    thread,
    time::{Duration, Instant},
};

/// The longest time to stay awake.
const PATIENCE: Duration = Duration::from_millis(1);

/// Waits for `is_there`, but not long, and gives way to whoever has something to do.
pub(super) fn until(is_there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_there() && begun.elapsed() < PATIENCE {
        thread::yield_now();
    }
}

/// How many runs were begun.
#[derive(Debug, Default)]
pub(super) struct Runs(AtomicUsize);

/// The run after those that were begun.
#[derive(Debug)]
pub(super) struct NextRun {
    runs: Arc<Runs>,
    before: usize,
}

impl Runs {
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Release);
    }

    pub(super) fn next(self: &Arc<Self>) -> NextRun {
        NextRun {
            runs: Arc::clone(self),
            before: self.0.load(Acquire),
        }
    }
}

impl NextRun {
    /// Waits for it, but not long.
    pub(super) fn wait(self) {
        until(|| self.runs.0.load(Acquire) != self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_what_is_there_or_never_comes() {
        let runs = Arc::<Runs>::default();
        let next = runs.next();
        runs.begin();
        next.wait();
        runs.next().wait(); // ends, although no run follows
        until(|| false);
        until(|| true);
    }
}
