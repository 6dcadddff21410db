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
use runtime::{NoAnswer, Threads};
use shared::{load, room, settled, time_limited};
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
    /// It was there already, and is not written again.
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
    /// Finds the entry of `key`.
    pub fn get(&self, key: &Key) -> Option<Entry> {
        let found = self.find(key);
        self.inner.shared.count(&found);
        found.ok()
    }

    /// Finds the entry of `key`, without parking the thread while the disk is read.
    pub async fn get_async(&self, key: &Key) -> Option<Entry> {
        let found = self.find_async(key).await;
        self.inner.shared.count(&found);
        found.ok()
    }

    /// Finds the entry of the first of `keys` that has one, and says which. Counts as one lookup;
    /// as a prefix hit if it is not the first.
    ///
    /// Meant for a series' fingerprint followed by those of its shorter and shorter prefixes.
    pub fn get_first(&self, keys: &[Key]) -> Option<(usize, Entry)> {
        let mut missed = None;
        for (index, key) in keys.iter().enumerate() {
            let found = self.find(key);
            if let Ok(entry) = found {
                if 0 < index {
                    Counters::add(&self.inner.shared.counters.hits_prefix, 1);
                }
                self.inner.shared.count_hit(&entry);
                return Some((index, entry));
            }
            missed = missed.or(found.err());
        }
        if let Some(reason) = missed {
            self.inner.shared.counters.miss(reason);
        }
        None
    }

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

    /// Waits until everything inserted so far is on disk: it will be found by the next process,
    /// even if this one is killed right now.
    ///
    /// # Errors
    ///
    /// If the disk did not take all entries since the last flush, or did not answer in time. The
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

    /// Says where the entry of `key` is, or why it is missed. Counts as no lookup.
    pub fn explain(&self, key: &Key) -> Explanation {
        Explanation::new(self.find(key))
    }

    /// Whether new entries go to disk.
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

    fn find(&self, key: &Key) -> Result<Entry, MissReason> {
        if let Some(entry) = self.inner.shared.find_at_hand(key)? {
            return Ok(entry);
        }
        let load = load(Arc::clone(&self.inner.shared), *key);
        let loaded = self.inner.threads.wait(self.patience(), load);
        loaded.unwrap_or(Err(MissReason::TimedOut))
    }

    /// How long a lookup may take, which may have to open the blocks first.
    fn patience(&self) -> Duration {
        let Timeouts { open, read, .. } = self.inner.timeouts;
        let disk = self.inner.shared.disk.as_ref();
        if disk.is_some_and(|disk| disk.blocks.is_closed()) {
            open + read
        } else {
            read
        }
    }

    async fn find_async(&self, key: &Key) -> Result<Entry, MissReason> {
        if let Some(entry) = self.inner.shared.find_at_hand(key)? {
            return Ok(entry);
        }
        let load = load(Arc::clone(&self.inner.shared), *key);
        let load = time_limited(self.patience(), load);
        match self.inner.threads.run(load).await {
            Ok(Ok(loaded)) => loaded,
            Ok(Err(NoAnswer)) | Err(NoAnswer) => Err(MissReason::TimedOut),
        }
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
