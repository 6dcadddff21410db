//! Lanes that threads borrow, for executors whose threads are not tied to one.

use std::sync::Arc;

use crate::{
    nesting::{self, Inside},
    sync::{Condvar, Mutex, lock, wait},
};

/// Lane numbers, each held by at most one thread at a time.
pub(crate) struct LaneSet {
    free: Mutex<Vec<usize>>,
    freed: Condvar,
    n_lanes: usize,
}

impl LaneSet {
    pub(crate) fn new(n_lanes: usize) -> Arc<Self> {
        Arc::new(Self {
            free: Mutex::new((0..n_lanes).rev().collect()),
            freed: Condvar::new(),
            n_lanes,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.n_lanes
    }

    /// Panics if this thread holds one of these lanes already.
    pub(crate) fn refuse_nested(&self) {
        nesting::refuse(self.key());
    }

    /// A free lane at once, unless there is none or this thread already holds one: a rayon thread may
    /// pick up a second run while a job of the first waits for its own inner rayon work.
    #[cfg(feature = "rayon")]
    pub(crate) fn try_lease(&self) -> Option<Lease<'_>> {
        if nesting::is_inside(self.key()) {
            return None;
        }
        let lane = lock(&self.free).pop()?;
        Some(self.held(lane))
    }

    /// Waits for a free lane; `None` as soon as `needless` says that there is nothing left to do.
    /// It is asked again whenever a lane comes free.
    pub(crate) fn lease_unless(&self, needless: impl Fn() -> bool) -> Option<Lease<'_>> {
        let mut free = lock(&self.free);
        loop {
            if needless() {
                return None;
            }
            if let Some(lane) = free.pop() {
                drop(free);
                return Some(self.held(lane));
            }
            free = wait(&self.freed, free);
        }
    }

    fn held(&self, lane: usize) -> Lease<'_> {
        Lease {
            set: self,
            lane,
            _inside: Inside::enter(&[self.key()]),
        }
    }

    /// Its address: as good as a name while it lives.
    fn key(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }
}

/// One lane, given back when dropped.
pub(crate) struct Lease<'a> {
    set: &'a LaneSet,
    pub(crate) lane: usize,
    _inside: Inside,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        lock(&self.set.free).push(self.lane);
        // All: some wait for a lane, others only to hear that their run is over.
        self.set.freed.notify_all();
    }
}
