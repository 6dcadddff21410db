//! The store: memory, then the newest entries, then blocks on disk; and what guards them.

#[cfg(target_os = "linux")]
mod ahead;
mod backlog;
mod batch;
mod block_files;
mod blocks;
mod compute;
mod config;
mod directory;
mod disk;
mod entry;
mod error;
mod explain;
mod flight;
mod lazy;
mod log;
mod look_up;
mod open;
mod priority;
mod runtime;
mod sealed;
mod shared;
mod stats;
mod warning;

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64},
    },
    time::Duration,
};

use crate::Key;
use blocks::Memory;
use directory::Directory;
use disk::Disk;
use entry::Value;
use flight::Flights;
use runtime::Threads;
use shared::{room, settled, time_limited};
use stats::Counters;

pub use config::{Config, Timeouts};
pub use entry::Entry;
pub use error::{CacheError, CacheErrorKind};
pub use explain::Explanation;
pub use open::Opening;
pub use stats::{MissReason, Statistics, Tier};
pub use warning::Warning;

/// How many keys' fates are remembered, to say why they are missed.
const FATES: usize = 100_000;

/// A store of immutable entries in memory and, if it has a directory, on disk.
///
/// Clones share it; the last one closes it. Every method may be called from any thread: of a pool,
/// of rayon, of a tokio runtime. Those that are not `async` park the calling thread while the disk
/// is read (about 50 µs) or while another thread computes the same entry.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Insertion {
    /// It can be found from now on, and is being written; [`Store::flush`] waits for that.
    Stored,
    /// It was on disk already, or on its way there, and is not written again.
    Present,
    /// It is in memory alone: the store has no disk, or the disk takes nothing any more.
    InMemory,
    /// It is in memory at most: larger than the disk takes.
    TooLarge,
    /// It is in memory at most: the disk is too slow for what is inserted.
    NotWritten,
}

struct Inner {
    shared: Arc<Shared>,
    flights: Flights,
    lost_told: AtomicU64,
    closed: AtomicBool,
    threads: Threads,
    timeouts: Timeouts,
    directory: Mutex<Option<Directory>>,
}

/// What the store's own threads see of it.
#[derive(Debug)]
struct Shared {
    config: Config,
    memory: Memory,
    disk: Option<Disk>,
    counters: Counters,
    fates: Mutex<HashMap<Key, MissReason>>,
    warnings: Mutex<Vec<Warning>>,
}

impl Store {
    /// Keeps `payload` under `key`. Computing it took `cost`.
    ///
    /// Entries are immutable: the first payload of a key stays. Returns at once unless far more is
    /// inserted than the disk can write; then it waits for room.
    pub fn insert(&self, key: Key, payload: impl Into<Arc<[u8]>>, cost: Duration) -> Insertion {
        let shared = &self.inner.shared;
        let value = Value {
            key,
            cost,
            payload: payload.into(),
        };
        if shared.is_crowded() {
            let room = room(Arc::clone(shared));
            let waited = self.inner.threads.wait(self.inner.timeouts.write, room);
            if waited.is_err() {
                shared.give_up(disk::NO_ANSWER);
            }
        }
        self.keep(value)
    }

    /// As [`insert`](Self::insert), without parking the thread while there is no room.
    pub async fn insert_async(
        &self,
        key: Key,
        payload: impl Into<Arc<[u8]>>,
        cost: Duration,
    ) -> Insertion {
        let shared = &self.inner.shared;
        let value = Value {
            key,
            cost,
            payload: payload.into(),
        };
        if shared.is_crowded() {
            let patience = self.inner.timeouts.write;
            let room = time_limited(patience, room(Arc::clone(shared)));
            if !matches!(self.inner.threads.run(room).await, Ok(Ok(()))) {
                shared.give_up(disk::NO_ANSWER);
            }
        }
        self.keep(value)
    }

    fn keep(&self, value: Value) -> Insertion {
        let insertion = self.inner.shared.keep(value);
        // The writer may not be there yet.
        if insertion == Insertion::Stored && self.inner.threads.handle().is_err() {
            self.inner.shared.give_up("the system refuses a thread");
        }
        insertion
    }

    /// Waits until everything is on disk for which an insertion so far said [`Stored`](Insertion::Stored): it will be
    /// found by the next process, even if this one is killed right now.
    ///
    /// It knows nothing of entries that were never on their way to the disk, and is `Ok` about them: those for which the
    /// insertion said [`InMemory`](Insertion::InMemory), [`TooLarge`](Insertion::TooLarge) or
    /// [`NotWritten`](Insertion::NotWritten). After `get_or_compute`, which does not say, ask
    /// [`is_persistent`](Self::is_persistent) whether there is a disk at all (not in memory alone, in a directory that
    /// another process uses, or after [`close`](Self::close)), and [`statistics`](Self::statistics) for what was dropped.
    ///
    /// # Errors
    ///
    /// If the disk did not take all entries that were on their way since the last flush, or did not answer in time. The
    /// store works on.
    pub fn flush(&self) -> Result<(), CacheError> {
        let patience = self.inner.timeouts.write * 2;
        self.inner.judge(self.inner.flush(patience))
    }

    /// As [`flush`](Self::flush), without parking the thread.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub async fn flush_async(&self) -> Result<(), CacheError> {
        let target = self.inner.shared.hurry();
        let progress = self.inner.shared.progress();
        if target <= progress.settled {
            return self.inner.judge(Ok(progress));
        }
        let settled = settled(Arc::clone(&self.inner.shared), target);
        let settled = time_limited(self.inner.timeouts.write * 2, settled);
        let progress = self.inner.threads.run(settled).await;
        self.inner.judge(progress.and_then(|progress| progress))
    }

    /// What the store has done since it was opened.
    pub fn statistics(&self) -> Statistics {
        let shared = &self.inner.shared;
        Statistics {
            memory_entries: shared.memory.entries() as u64,
            memory_bytes: shared.memory.usage() as u64,
            ..shared.counters.read()
        }
    }

    /// Whether new entries go to disk. If not, [`flush`](Self::flush) answers for none of them.
    pub fn is_persistent(&self) -> bool {
        let disk = self.inner.shared.disk.as_ref();
        disk.is_some_and(|disk| !disk.is_stopped())
    }

    /// Everything that was to be warned of, also told to [`Config::on_warning`].
    pub fn warnings(&self) -> Vec<Warning> {
        let warnings = self.inner.shared.warnings.lock();
        warnings.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what is left, lets go of the directory and ends the store's threads, all within the
    /// time limits. Dropping the last clone does the same. Afterwards only memory answers.
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn close(&self) -> Result<(), CacheError> {
        let flushed = self.flush();
        self.inner.close();
        flushed
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("config", &self.inner.shared.config)
            .field("persistent", &self.is_persistent())
            .field("threads", &self.inner.threads)
            .finish_non_exhaustive()
    }
}
