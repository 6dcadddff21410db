//! Who goes first: questions that somebody waits for, or a warming that nobody waits for.

use std::cell::Cell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a warming that gives way goes without looking whether it was cancelled.
const PATIENCE: Duration = Duration::from_millis(50);

/// Questions that are being answered.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    n_questions: Mutex<usize>,
    is_quiet: Condvar,
}

/// A question that is being answered, until it is dropped.
#[derive(Debug)]
pub(super) struct OnTheWay<'a>(&'a Traffic);

impl Traffic {
    /// A question that goes first.
    pub(super) fn enter(&self) -> OnTheWay<'_> {
        *self.lock() += 1;
        OnTheWay(self)
    }

    /// Waits until no question is on its way, or it is time to look around.
    pub(super) fn give_way(&self) {
        let n_questions = self.lock();
        if 0 < *n_questions {
            let waited = self
                .is_quiet
                .wait_timeout_while(n_questions, PATIENCE, |n| 0 < *n);
            drop(waited);
        }
    }

    /// Whether a question is on its way.
    pub(super) fn is_busy(&self) -> bool {
        0 < *self.lock()
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        let n_questions = self.n_questions.lock();
        n_questions.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OnTheWay<'_> {
    fn drop(&mut self) {
        let mut n_questions = self.0.lock();
        *n_questions -= 1;
        if *n_questions == 0 {
            self.0.is_quiet.notify_all();
        }
    }
}

/// Lets this thread run only when no other one wants to, from now on.
pub(super) fn yield_to_others() {
    thread_local! {
        static YIELDS: Cell<bool> = const { Cell::new(false) };
    }
    if !YIELDS.replace(true) {
        lower_priority();
    }
}

/// On Linux a process "0" is the calling thread.
#[cfg(target_os = "linux")]
fn lower_priority() {
    // A thread that may not be polite is a little less polite.
    let _ = rustix::process::setpriority_process(None, 19);
}

/// Elsewhere priorities belong to processes.
#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
