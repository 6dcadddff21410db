//! What callers and the store's own threads do to the same state.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::{task, time};

use super::{
    Entry, FATES, Insertion, MissReason, Shared, Tier, Warning,
    backlog::Progress,
    disk::{Disk, Settled},
    entry::{EntryKey, Value},
    runtime::NoAnswer,
    sealed::{OnDisk, Patience},
    stats::Counters,
};
use crate::Key;

impl Shared {
    /// The entry if no disk has to be read; `None` if one must.
    pub(super) fn find_at_hand(&self, key: &Key) -> Result<Option<Entry>, MissReason> {
        if let Some(entry) = self.memory.get(&EntryKey(*key)) {
            return Ok(Some(Entry::new(entry.value().clone(), Tier::Memory)));
        }
        let Some(disk) = &self.disk else {
            return Err(self.fate(key));
        };
        match disk.recent(key, Patience::Never) {
            Ok(Some(value)) => return Ok(Some(Entry::new(value, Tier::Recent))),
            Ok(None) => (),
            Err(OnDisk) => return Ok(None),
        }
        if disk.may_contain(key) {
            return Ok(None);
        }
        Err(self.fate(key))
    }

    /// The entry, if it is in no block yet. May wait for the disk.
    fn recent_on_disk(&self, key: &Key) -> Option<Value> {
        let read = self.disk.as_ref()?.recent(key, Patience::Wait);
        read.ok().flatten()
    }

    /// Puts a new entry into memory and on its way to disk.
    pub(super) fn keep(&self, value: Value) -> Insertion {
        let key = value.key;
        if !self.memory.contains(&EntryKey(key)) {
            self.memory.insert(EntryKey(key), value.clone());
        }
        let insertion = self.keep_on_disk(value);
        match insertion {
            Insertion::Present => Counters::add(&self.counters.already_present, 1),
            Insertion::TooLarge => {
                Counters::add(&self.counters.dropped_too_large, 1);
                self.note(&[key], MissReason::TooLarge);
            }
            Insertion::NotWritten => {
                Counters::add(&self.counters.dropped_not_written, 1);
                self.note(&[key], MissReason::NotWritten);
            }
            Insertion::Stored | Insertion::InMemory => {
                Counters::add(&self.counters.inserted, 1);
                self.note(&[key], MissReason::Evicted);
            }
        }
        insertion
    }

    fn keep_on_disk(&self, value: Value) -> Insertion {
        let Some(disk) = &self.disk else {
            return Insertion::InMemory;
        };
        if disk.geometry.largest_payload() < value.payload.len() {
            return Insertion::TooLarge;
        }
        if disk.contains(&value.key) {
            return Insertion::Present;
        }
        if disk.is_stopped() {
            return Insertion::InMemory;
        }
        if disk.is_crowded() {
            return Insertion::NotWritten;
        }
        disk.push(value);
        Insertion::Stored
    }

    /// Whether an insertion should wait for room.
    pub(super) fn is_crowded(&self) -> bool {
        let disk = self.disk.as_ref();
        disk.is_some_and(|disk| disk.is_crowded() && !disk.is_stopped())
    }

    /// Asks for all that is queued to be written, and returns how many entries must be settled.
    pub(super) fn hurry(&self) -> u64 {
        let disk = self.disk.as_ref();
        disk.map_or(0, |disk| disk.backlog.hurry())
    }

    /// What is settled of what was queued.
    pub(super) fn progress(&self) -> Progress {
        let disk = self.disk.as_ref();
        disk.map_or_else(Progress::default, |disk| *disk.backlog.progress().borrow())
    }

    /// Records what became of a batch.
    pub(super) fn record(&self, settled: &Settled) {
        let written = settled.written.len() as u64;
        let bytes = settled
            .written
            .iter()
            .map(|value| value.payload.len() as u64);
        Counters::add(&self.counters.written, written);
        Counters::add(&self.counters.bytes_written, bytes.sum());
        Counters::add(
            &self.counters.dropped_not_written,
            settled.lost.len() as u64,
        );
        self.note(&settled.lost, MissReason::NotWritten);
        self.warn_stopped(settled.stopped.as_deref());
    }

    /// Goes on after a panic in the writer.
    pub(super) fn go_on(&self) {
        let reason = self.disk.as_ref().and_then(Disk::go_on);
        self.warn_stopped(reason.as_deref());
    }

    /// Writes nothing any more, and says why.
    pub(super) fn give_up(&self, reason: &str) {
        let disk = self.disk.as_ref();
        let reason = disk.and_then(|disk| disk.stop(reason.to_owned()));
        self.warn_stopped(reason.as_deref());
    }

    fn warn_stopped(&self, reason: Option<&str>) {
        if let (Some(reason), Some(disk)) = (reason, &self.disk) {
            self.warn(Warning::WritingStopped {
                directory: disk.root.clone(),
                reason: reason.to_owned(),
            });
        }
    }

    pub(super) fn warn(&self, warning: Warning) {
        self.config.warn(&warning);
        let warnings = self.warnings.lock();
        warnings
            .unwrap_or_else(PoisonError::into_inner)
            .push(warning);
    }

    pub(super) fn count(&self, found: &Result<Entry, MissReason>) {
        match found {
            Ok(entry) => self.count_hit(entry),
            Err(reason) => self.counters.miss(*reason),
        }
    }

    pub(super) fn count_hit(&self, entry: &Entry) {
        self.counters.hit(entry.tier(), entry.len(), entry.cost());
    }

    /// Why a key that is nowhere is nowhere.
    fn fate(&self, key: &Key) -> MissReason {
        let fates = self.fates.lock().unwrap_or_else(PoisonError::into_inner);
        fates.get(key).copied().unwrap_or(MissReason::Unknown)
    }

    fn note(&self, keys: &[Key], fate: MissReason) {
        let mut fates = self.fates.lock().unwrap_or_else(PoisonError::into_inner);
        if FATES < fates.len() + keys.len() {
            fates.clear();
        }
        fates.extend(keys.iter().map(|&key| (key, fate)));
    }
}

/// Reads an entry that is not at hand: of the log, or of a block.
pub(super) async fn load(shared: Arc<Shared>, key: Key) -> Result<Entry, MissReason> {
    let Some(disk) = &shared.disk else {
        return Err(shared.fate(&key));
    };
    if disk.is_recent(&key) {
        let log = Arc::clone(&shared);
        let read = task::spawn_blocking(move || log.recent_on_disk(&key)).await;
        if let Ok(Some(value)) = read {
            return Ok(Entry::new(value, Tier::Recent));
        }
    }
    if !disk.may_contain(&key) {
        return Err(shared.fate(&key));
    }
    let hybrid = match disk.blocks.open().await {
        Ok(hybrid) => hybrid,
        Err(reason) => {
            shared.warn_stopped(disk.stop(reason.to_owned()).as_deref());
            return Err(MissReason::ReadFailed);
        }
    };
    let key = EntryKey(key);
    if !hybrid.storage().may_contains(&key) {
        return Err(shared.fate(&key.0));
    }
    match hybrid.get(&key).await {
        Ok(Some(entry)) if entry.value().key == key.0 => {
            let value = entry.value().clone();
            shared.memory.insert(key, value.clone());
            Ok(Entry::new(value, Tier::Disk))
        }
        Ok(_) => Err(MissReason::Damaged),
        Err(_) => Err(MissReason::ReadFailed),
    }
}

/// Waits until there is room in the queue.
pub(super) async fn room(shared: Arc<Shared>) {
    let Some(disk) = &shared.disk else { return };
    let mut progress = disk.backlog.progress();
    disk.backlog.hurry();
    // Ends when the writer does, which is when the store closes.
    let _ = progress.wait_for(|_| !shared.is_crowded()).await;
}

/// Waits until `target` entries are settled.
pub(super) async fn settled(shared: Arc<Shared>, target: u64) -> Progress {
    let Some(disk) = &shared.disk else {
        return Progress::default();
    };
    let mut progress = disk.backlog.progress();
    let settled = progress.wait_for(|progress| target <= progress.settled);
    settled.await.map(|progress| *progress).unwrap_or_default()
}

/// Ends `task` when patience does. Must run on the store's own runtime, which has a clock.
pub(super) async fn time_limited<T>(
    patience: Duration,
    task: impl Future<Output = T>,
) -> Result<T, NoAnswer> {
    time::timeout(patience, task).await.map_err(|_| NoAnswer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Config, Store};

    #[test]
    fn an_entry_of_the_log_that_is_not_at_hand_is_read_by_who_may_wait() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::in_directory(folder.path());
        let key = |number: u8| Key::from_bytes([number; 32]);
        let store = Store::open(&config).unwrap();
        store.insert(key(1), [1; 9], Duration::ZERO);
        store.close().unwrap();
        let store = Store::open(&config).unwrap();
        let find = |key| {
            let inner = &store.inner;
            let load = load(Arc::clone(&inner.shared), key);
            inner.threads.wait(Duration::from_mins(1), load).unwrap()
        };
        let found = find(key(1)).unwrap();
        assert_eq!((&*found, found.tier()), (&[1; 9][..], Tier::Recent));
        assert_eq!(find(key(2)).unwrap_err(), MissReason::Unknown);
        // As after a file was cut under the store's hands.
        std::fs::write(folder.path().join("recent"), [0; 40]).unwrap();
        assert_eq!(find(key(1)).unwrap_err(), MissReason::Unknown);
        assert!(store.get(&key(1)).is_none());
    }
}
