//! No thread outlives its executor.

use std::{thread, time::Instant};

use super::LIMIT;
use crate::{CancelToken, Control, Executor, ExecutorExt};

/// Checks that threads an executor starts are gone after it is dropped, also when its last run was
/// cancelled. Counts the threads of the process (on Linux; elsewhere only runs and drops): nothing else
/// may start or end threads meanwhile.
///
/// # Panics
///
/// If there are more threads afterwards than before.
pub fn check_threads<E: Executor>(make: impl Fn() -> E) {
    drop(make()); // whatever starts once per process starts here
    let before = n_threads();
    for n_rounds in 0..20 {
        let executor = make();
        let token = CancelToken::new();
        let control = Control::new().cancel_with(&token);
        executor.map_with(100, &control, move |slot| {
            if slot.job == 5 * n_rounds {
                token.cancel();
            }
        });
    }
    let start = Instant::now();
    while n_threads() > before {
        let left = n_threads();
        assert!(
            start.elapsed() < LIMIT,
            "{left} threads after the drop, {before} before the start"
        );
        thread::yield_now();
    }
}

fn n_threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}
