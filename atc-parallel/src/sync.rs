//! The primitives the crate synchronises with: std's, or loom's when a model is checked.
//!
//! The bounded queue is crossbeam's; under loom a mutex and condition variable of the same
//! behaviour stand in for it, so that what is checked is [`Lanes`](crate::Lanes) itself.

use std::sync::PoisonError;

#[cfg(not(loom))]
pub(crate) use crossbeam_channel as channel;
#[cfg(loom)]
pub(crate) use loom::{
    sync::{
        Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread, thread_local,
};
#[cfg(not(loom))]
pub(crate) use std::{
    sync::{
        Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread, thread_local,
};

/// Locks, whether or not a holder panicked: every critical section here leaves its data whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a notification; the guard comes back locked.
pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

#[cfg(loom)]
pub(crate) mod channel {
    //! A bounded queue of one sender and one receiver, as crossbeam's behaves.

    use std::{collections::VecDeque, sync::Arc};

    use super::{Condvar, Mutex, lock, wait};

    struct Queue<T> {
        state: Mutex<(VecDeque<T>, bool)>,
        changed: Condvar,
        capacity: usize,
    }

    pub(crate) struct Sender<T>(Arc<Queue<T>>);
    pub(crate) struct Receiver<T>(Arc<Queue<T>>);

    pub(crate) fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
        let queue = Arc::new(Queue {
            state: Mutex::new((VecDeque::new(), true)),
            changed: Condvar::new(),
            capacity,
        });
        (Sender(Arc::clone(&queue)), Receiver(queue))
    }

    impl<T> Sender<T> {
        pub(crate) fn send(&self, value: T) -> Result<(), T> {
            let mut state = lock(&self.0.state);
            while state.0.len() == self.0.capacity {
                state = wait(&self.0.changed, state);
            }
            state.0.push_back(value);
            self.0.changed.notify_all();
            Ok(())
        }
    }

    impl<T> Drop for Sender<T> {
        fn drop(&mut self) {
            lock(&self.0.state).1 = false;
            self.0.changed.notify_all();
        }
    }

    impl<T> Receiver<T> {
        pub(crate) fn recv(&self) -> Result<T, ()> {
            let mut state = lock(&self.0.state);
            loop {
                if let Some(value) = state.0.pop_front() {
                    self.0.changed.notify_all();
                    return Ok(value);
                }
                if !state.1 {
                    return Err(());
                }
                state = wait(&self.0.changed, state);
            }
        }
    }
}
