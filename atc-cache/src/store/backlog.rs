//! What waits to be written, and how far the writer has come.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time,
};

use super::entry::Value;

/// How long a lone entry waits for company before it is written.
const LINGER: Duration = Duration::from_millis(5);

/// Entries on their way to the writer.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    queue: Mutex<Queue>,
    /// There is something to write.
    work: Notify,
    /// Somebody waits for it.
    hurry: Notify,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Default)]
struct Queue {
    values: VecDeque<Value>,
    bytes: usize,
    /// Entries ever queued.
    queued: u64,
    /// Entries of the batch that is being written.
    under_way: u64,
}

/// How far the writer has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Entries that were queued and are settled, one way or the other.
    pub(super) settled: u64,
    /// Those among them that the disk did not take.
    pub(super) lost: u64,
}

impl Backlog {
    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.lock().bytes
    }

    pub(super) fn push(&self, value: Value) {
        let mut queue = self.lock();
        queue.bytes += value.block_bytes();
        queue.queued += 1;
        queue.values.push_back(value);
        drop(queue);
        self.work.notify_one();
    }

    /// Asks for everything queued so far to be written; settled when the progress reaches the
    /// number returned.
    pub(super) fn hurry(&self) -> u64 {
        self.hurry.notify_one();
        self.lock().queued
    }

    pub(super) fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Waits until there is something to write, and a moment longer for `budget` bytes to come
    /// together, unless somebody is waiting for them.
    pub(super) async fn gather(&self, budget: usize) {
        self.work.notified().await;
        if self.bytes() < budget {
            // Not an error: either somebody waits, or time is up.
            let _ = time::timeout(LINGER, self.hurry.notified()).await;
        }
    }

    /// The next entries, at most `budget` bytes of them unless the first is larger.
    pub(super) fn take(&self, budget: usize) -> Option<Vec<Value>> {
        let mut queue = self.lock();
        let mut batch = Vec::new();
        let mut bytes = 0;
        while let Some(value) = queue.values.front() {
            let with_it = bytes + value.block_bytes();
            if !batch.is_empty() && budget < with_it {
                break;
            }
            bytes = with_it;
            batch.extend(queue.values.pop_front());
        }
        queue.bytes -= bytes;
        queue.under_way = batch.len() as u64;
        (!batch.is_empty()).then_some(batch)
    }

    /// Settles the batch that was taken last.
    pub(super) fn advance(&self, n_lost: u64) {
        let n_settled = std::mem::take(&mut self.lock().under_way);
        self.progress.send_modify(|progress| {
            progress.settled += n_settled;
            progress.lost += n_lost;
        });
    }

    /// Settles the batch that was taken last as lost, and wakes whoever writes next.
    pub(super) fn lose_batch(&self) {
        let n_lost = self.lock().under_way;
        self.advance(n_lost);
        self.work.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;

    #[test]
    fn every_entry_is_settled_once_even_if_the_writer_dies() {
        let backlog = Backlog::default();
        for number in 0..10 {
            backlog.push(Value {
                key: Key::from_bytes([number; 32]),
                cost: Duration::ZERO,
                payload: vec![0; 5000].into(),
            });
        }
        assert_eq!(backlog.take(4 * 8192).map(|batch| batch.len()), Some(4));
        backlog.advance(1);
        assert_eq!(backlog.take(1).map(|batch| batch.len()), Some(1));
        backlog.lose_batch();
        assert_eq!(backlog.bytes(), 5 * 8192);
        assert_eq!(backlog.take(usize::MAX).map(|batch| batch.len()), Some(5));
        backlog.advance(0);
        assert!(backlog.take(1).is_none());
        let expected = Progress {
            settled: 10,
            lost: 2,
        };
        assert_eq!(*backlog.progress().borrow(), expected);
        assert_eq!(backlog.hurry(), 10);
    }
}
