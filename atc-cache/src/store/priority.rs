//! Threads that run only when no other one wants to, once somebody asks for that.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::Store;

impl Store {
    /// Lets the store's own threads run only when no other thread wants to, from now on and for good: for a process
    /// that fills it in the background while others wait for answers. Only Linux can; elsewhere it does nothing.
    ///
    /// Entries in memory are found as before; those on disk are read by these threads.
    pub fn yield_to_others(&self) {
        self.inner.threads.yield_to_others();
    }
}

/// The threads of a store, and whether they give way.
#[derive(Debug, Default)]
pub(super) struct Priority(Mutex<Members>);

#[derive(Debug, Default)]
struct Members {
    yield_to_others: bool,
    threads: HashSet<system::Thread>,
}

impl Priority {
    /// The calling thread is one of them, until it [`leaves`](Self::leave).
    pub(super) fn join(&self) {
        let mut members = self.lock();
        members.threads.insert(system::this());
        if members.yield_to_others {
            system::lower(system::this());
        }
    }

    /// The calling thread ends.
    pub(super) fn leave(&self) {
        self.lock().threads.remove(&system::this());
    }

    /// Lets all of them give way, and those that are started later.
    pub(super) fn lower(&self) {
        let mut members = self.lock();
        if !members.yield_to_others {
            members.yield_to_others = true;
            members.threads.iter().copied().for_each(system::lower);
        }
    }

    /// Whether they give way.
    pub(super) fn is_low(&self) -> bool {
        self.lock().yield_to_others
    }

    fn lock(&self) -> MutexGuard<'_, Members> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(target_os = "linux")]
mod system {
    pub(super) type Thread = rustix::process::Pid;

    pub(super) fn this() -> Thread {
        rustix::thread::gettid()
    }

    /// A thread has a priority of its own, though standards say that a process has one.
    pub(super) fn lower(thread: Thread) {
        // A thread that may not be polite is a little less polite.
        let _ = rustix::process::setpriority_process(Some(thread), 19);
    }
}

/// Elsewhere priorities belong to processes.
#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) type Thread = std::thread::ThreadId;

    pub(super) fn this() -> Thread {
        std::thread::current().id()
    }

    pub(super) fn lower(_: Thread) {}
}
