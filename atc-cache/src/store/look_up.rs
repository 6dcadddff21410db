//! Finding entries.

use std::{sync::Arc, time::Duration};

use super::{
    Entry, Explanation, MissReason, Store, Timeouts,
    runtime::NoAnswer,
    shared::{load, time_limited},
    stats::Counters,
};
use crate::Key;

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
            match self.find(key) {
                Ok(entry) => return Some((index, self.found_at(index, entry))),
                Err(reason) => missed = missed.or(Some(reason)),
            }
        }
        self.missed_all(missed)
    }

    /// As [`get_first`](Self::get_first), without parking the thread while the disk is read.
    pub async fn get_first_async(&self, keys: &[Key]) -> Option<(usize, Entry)> {
        let mut missed = None;
        for (index, key) in keys.iter().enumerate() {
            match self.find_async(key).await {
                Ok(entry) => return Some((index, self.found_at(index, entry))),
                Err(reason) => missed = missed.or(Some(reason)),
            }
        }
        self.missed_all(missed)
    }

    fn found_at(&self, index: usize, entry: Entry) -> Entry {
        if 0 < index {
            Counters::add(&self.inner.shared.counters.hits_prefix, 1);
        }
        self.inner.shared.count_hit(&entry);
        entry
    }

    /// Counts as one miss, for the `reason` of the first key, if there was one.
    fn missed_all<T>(&self, reason: Option<MissReason>) -> Option<T> {
        self.inner.shared.counters.miss(reason?);
        None
    }

    /// Says where the entry of `key` is, or why it is missed. Counts as no lookup.
    pub fn explain(&self, key: &Key) -> Explanation {
        Explanation::new(self.find(key))
    }

    pub(super) fn find(&self, key: &Key) -> Result<Entry, MissReason> {
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

    pub(super) async fn find_async(&self, key: &Key) -> Result<Entry, MissReason> {
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
