//! Knows which executors' jobs the current thread is inside of.
//!
//! A job that waits for a run on its own executor may wait for the lane it holds itself. That is
//! refused with a clear panic rather than left to hang.

use std::cell::RefCell;

use crate::sync::thread_local;

thread_local! {
    static INSIDE: RefCell<Vec<usize>> = RefCell::default();
}

/// Whether this thread is in a job of the executor that `key` stands for.
pub(crate) fn is_inside(key: usize) -> bool {
    INSIDE.with(|inside| inside.borrow().contains(&key))
}

/// Panics if this thread is in a job of the executor that `key` stands for.
pub(crate) fn refuse(key: usize) {
    assert!(
        !is_inside(key),
        "a job called run on its own executor, which would wait for itself; use another executor \
         for the inner jobs"
    );
}

/// Marks this thread as inside until dropped.
pub(crate) struct Inside(());

impl Inside {
    pub(crate) fn enter(key: usize) -> Self {
        INSIDE.with(|inside| inside.borrow_mut().push(key));
        Self(())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.borrow_mut().pop());
    }
}
