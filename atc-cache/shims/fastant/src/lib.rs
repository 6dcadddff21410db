//! The part of the crate `fastant` that foyer uses, on the clock of the standard library.
//!
//! The original calibrates a time stamp counter before `main`: at least 20 ms of a processor at
//! every start of every program that is linked with foyer, longer on a busy machine. A scan that
//! finds all it needs in the cache takes less than that. foyer asks it for the time only to throttle
//! a device, which `atc-cache` does not use.
//!
//! Named in `[patch.crates-io]` of the workspace; programs outside of it get the original.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What all instants are counted from.
static ORIGIN: LazyLock<std::time::Instant> = LazyLock::new(std::time::Instant::now);

/// A moment, in nanoseconds since the first one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// This moment.
    pub fn now() -> Self {
        let nanos = ORIGIN.elapsed().as_nanos();
        Self(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The time from `earlier` to this moment; zero if that was later.
    #[must_use]
    pub fn duration_since(&self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A moment that threads share.
#[derive(Debug)]
pub struct Atomic(AtomicU64);

impl Atomic {
    /// Begins with `instant`.
    pub const fn new(instant: Instant) -> Self {
        Self(AtomicU64::new(instant.0))
    }

    /// The moment it holds.
    pub fn load(&self, order: Ordering) -> Instant {
        Instant(self.0.load(order))
    }

    /// Sets the moment it holds.
    pub fn store(&self, instant: Instant, order: Ordering) {
        self.0.store(instant.0, order);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_and_never_runs_backwards() {
        let first = Instant::now();
        std::thread::sleep(Duration::from_millis(2));
        let second = Instant::now();
        assert!(Duration::from_millis(2) <= second.duration_since(first));
        assert_eq!(first.duration_since(second), Duration::ZERO);
        let shared = Atomic::new(first);
        shared.store(second, Ordering::Relaxed);
        assert_eq!(shared.load(Ordering::Relaxed), second);
    }
}
