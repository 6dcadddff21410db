//! Waiting without sleeping, for what comes within a millisecond.
//!
//! A thread that sleeps is woken in microseconds at best. In a virtual machine it may be milliseconds: the system does
//! not count a processor that the host has taken back as free, and lets the thread wait behind the one that wakes it.

use std::{
    thread,
    time::{Duration, Instant},
};

use rayon::Yield;

/// The longest time to stay awake.
const PATIENCE: Duration = Duration::from_millis(1);

/// Waits for `is_there`, but not long, and gives way to whoever has something to do.
pub(super) fn until(is_there: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_there() && begun.elapsed() < PATIENCE {
        thread::yield_now();
    }
}

/// Does what a pool has to do on the calling thread, one of its own, until there was nothing for a while.
pub(super) fn serve() {
    let mut idle = Instant::now();
    while idle.elapsed() < PATIENCE {
        if rayon::yield_now() == Some(Yield::Executed) {
            idle = Instant::now();
        } else {
            thread::yield_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_what_is_there_or_never_comes() {
        until(|| true);
        until(|| false);
        serve(); // outside of a pool there is nothing to do
    }
}
