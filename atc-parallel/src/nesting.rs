//! Knows which executors' jobs the current thread is inside of.
//!
//! A job that waits for a run on its own executor may wait for the lane it holds itself. That is
//! refused with a clear panic rather than left to hang. The same goes for a run that comes back to its
//! executor by way of others, on threads of theirs: so a run notes what is [`around`] it where it begins,
//! and every lane that works for it enters that.

use std::cell::RefCell;

use crate::sync::thread_local;

thread_local! {
    static INSIDE: RefCell<Vec<usize>> = RefCell::default();
}

/// The executors whose jobs this thread is in. Allocates nothing outside of jobs.
pub(crate) fn around() -> Box<[usize]> {
    INSIDE.with(|inside| inside.borrow().as_slice().into())
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
pub(crate) struct Inside {
    /// How many executors it was inside of before.
    before: usize,
}

impl Inside {
    pub(crate) fn enter(keys: &[usize]) -> Self {
        INSIDE.with(|inside| {
            let mut inside = inside.borrow_mut();
            let before = inside.len();
            inside.extend_from_slice(keys);
            Self { before }
        })
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.with(|inside| inside.borrow_mut().truncate(self.before));
    }
}
