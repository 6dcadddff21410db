//! Turns of lanes on a device that is the processor under another name.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::DeviceKind;

/// Lanes that a software driver works for at once.
///
/// It gives each lane a thread for each core: one lane occupies them all, and a second one fills the
/// gaps that the first leaves between tiles. More only push each other's buffers out of the caches:
/// see "Measured" in `docs/gpu.md`.
const AT_ONCE: usize = 2;

/// How many lanes of a device may have work on it at once: any number on hardware, which
/// schedules them itself, [`AT_ONCE`] on a software driver. Others wait in the order they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns(Option<Arc<Gate>>);

#[derive(Debug)]
struct Gate {
    queue: Mutex<Queue>,
    moved: Condvar,
}

/// Numbers as they are drawn at a counter: those before `called` have had, or have, their turn.
#[derive(Debug)]
struct Queue {
    drawn: u64,
    called: u64,
    free: usize,
}

/// A turn, which ends when it is dropped: with its run, whether that succeeds, fails or panics.
#[derive(Debug)]
pub(crate) struct Turn(Option<Arc<Gate>>);

impl Turns {
    /// Those of the lanes of a device.
    pub(crate) fn of(kind: DeviceKind) -> Self {
        let gate = || Gate {
            queue: Mutex::new(Queue {
                drawn: 0,
                called: 0,
                free: AT_ONCE,
            }),
            moved: Condvar::new(),
        };
        Self((kind == DeviceKind::Software).then(|| Arc::new(gate())))
    }

    /// Waits for a turn.
    ///
    /// Whoever has one waits for nothing but its own device, and no longer than for
    /// [`Options::timeout`](crate::Options) per tile: turns come. That time runs from the turn on.
    pub(crate) fn take(&self) -> Turn {
        if let Some(gate) = &self.0 {
            let mut queue = gate.queue();
            let number = queue.drawn;
            queue.drawn += 1;
            let is_early = |queue: &mut Queue| queue.called != number || queue.free == 0;
            let waited = gate.moved.wait_while(queue, is_early);
            let mut queue = waited.unwrap_or_else(PoisonError::into_inner);
            queue.called += 1;
            queue.free -= 1;
            drop(queue);
            // The next one may have been woken before its number was called.
            gate.moved.notify_all();
        }
        Turn(self.0.clone())
    }
}

impl Gate {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(gate) = &self.0 {
            gate.queue().free += 1;
            gate.moved.notify_all();
        }
    }
}

#[cfg(test)]
mod tests;
