//! The tier on disk: new entries queue up, go to the log or to blocks, and are acknowledged.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time;

use super::{
    backlog::Backlog,
    config::{Geometry, Timeouts},
    entry::{EntryKey, Value},
    lazy::LazyBlocks,
    log::Log,
    sealed::{Content, OnDisk, Patience, Sealed},
};
use crate::Key;

/// Why a disk is given up that lets everybody wait.
pub(super) const NO_ANSWER: &str = "its disk does not answer";

/// Bytes that are left to others on a disk that is almost full.
const SPARE: u64 = 256 << 10;

/// What is on disk, or on its way there.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) root: PathBuf,
    pub(super) geometry: Geometry,
    pub(super) blocks: LazyBlocks,
    timeouts: Timeouts,
    recent: RwLock<Newest>,
    /// The log as it was when it was opened.
    content: Content,
    pub(super) backlog: Backlog,
    stopped: AtomicBool,
}

/// Entries that are in no block yet: queued, being written, or in the log.
pub(super) type Newest = HashMap<Key, Recent>;

/// An entry that is in no block yet.
#[derive(Clone, Debug)]
pub(super) enum Recent {
    /// Of this process.
    Open(Value),
    /// Of an earlier one.
    Sealed(Sealed),
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) written: Vec<Value>,
    pub(super) lost: Vec<Key>,
    /// Why nothing more will be written, told once.
    pub(super) stopped: Option<String>,
}

impl Disk {
    /// A tier on disk that takes over what an earlier process left in the log.
    pub(super) fn new(
        root: PathBuf,
        (geometry, timeouts): (Geometry, Timeouts),
        blocks: LazyBlocks,
        (content, recent): (Content, Newest),
    ) -> Self {
        Self {
            root,
            geometry,
            blocks,
            timeouts,
            recent: RwLock::new(recent),
            content,
            backlog: Backlog::default(),
            stopped: AtomicBool::new(false),
        }
    }

    /// The entry, if it is in no block yet; the error is that only the disk has it.
    pub(super) fn recent(&self, key: &Key, patience: Patience) -> Result<Option<Value>, OnDisk> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        let found = recent.get(key).cloned();
        drop(recent);
        let sealed = match found {
            None => return Ok(None),
            Some(Recent::Open(value)) => return Ok(Some(value)),
            Some(Recent::Sealed(sealed)) => sealed,
        };
        let value = self.content.unseal(key, sealed, patience)?;
        if value.is_none() {
            // So that it can be inserted again.
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            if matches!(recent.get(key), Some(Recent::Sealed(_))) {
                recent.remove(key);
            }
        }
        Ok(value)
    }

    /// Whether the entry is on disk or on its way, as far as known without reading.
    pub(super) fn may_contain(&self, key: &Key) -> bool {
        self.is_recent(key) || self.blocks.may_contain(key)
    }

    /// Whether the entry is known to be on disk or on its way.
    pub(super) fn contains(&self, key: &Key) -> bool {
        self.is_recent(key) || !self.blocks.is_closed() && self.blocks.may_contain(key)
    }

    /// Whether the entry is known to be in no block yet.
    pub(super) fn is_recent(&self, key: &Key) -> bool {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.contains_key(key)
    }

    /// Whether nothing is written any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire)
    }

    /// Whether so much is queued that a caller should wait before it adds to it.
    pub(super) fn is_crowded(&self) -> bool {
        2 * self.geometry.budget() < self.backlog.bytes()
    }

    /// Queues an entry; it can be found at once.
    pub(super) fn push(&self, value: Value) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.insert(value.key, Recent::Open(value.clone()));
        drop(recent);
        self.backlog.push(value);
    }

    /// Writes what is queued, batch by batch, for as long as the store lives.
    pub(super) async fn write_forever(&self, mut log: Option<Log>, settled: impl Fn(Settled)) {
        let budget = self.geometry.budget();
        let mut in_blocks = false;
        loop {
            self.backlog.gather(budget).await;
            while let Some(batch) = self.backlog.take(budget) {
                let result = match &mut log {
                    Some(log) if !self.is_stopped() => {
                        self.settle(batch, log, &mut in_blocks).await
                    }
                    _ => self.lose(&batch),
                };
                let n_lost = result.lost.len() as u64;
                settled(result);
                self.backlog.advance(n_lost);
            }
        }
    }

    /// Goes on after a panic in the writer: what it was writing is lost, and nothing is written any
    /// more. Returns the reason the first time.
    pub(super) fn go_on(&self) -> Option<String> {
        let stopped = self.stop("its writer failed".to_owned());
        self.backlog.lose_batch();
        stopped
    }

    /// Appends the batch to the log while that is small, else moves both into blocks.
    async fn settle(&self, batch: Vec<Value>, log: &mut Log, in_blocks: &mut bool) -> Settled {
        let bytes = log.bytes_with(&batch);
        if !*in_blocks && bytes <= self.geometry.log_bytes() {
            let appended = tokio::task::block_in_place(|| log.append(&batch));
            return match appended {
                Ok(()) => Settled {
                    written: batch,
                    ..Settled::default()
                },
                Err(error) => Settled {
                    stopped: self.stop(error.to_string()),
                    ..self.lose(&batch)
                },
            };
        }
        *in_blocks = true;
        if let Err(stopped) = self.move_log(log).await {
            return Settled {
                stopped,
                ..self.lose(&batch)
            };
        }
        self.write_blocks(batch).await
    }

    /// Moves what the log holds into blocks. If the disk does not take all of it, the log keeps it
    /// for the next process; then the error says what to warn of, if it was not told already.
    async fn move_log(&self, log: &mut Log) -> Result<(), Option<String>> {
        let values = tokio::task::block_in_place(|| log.values());
        let mut values = values.as_slice();
        while !values.is_empty() {
            let mut bytes = 0;
            let fits = values.iter().take_while(|value| {
                bytes += value.block_bytes();
                bytes <= self.geometry.budget()
            });
            let (part, rest) = values.split_at(fits.count().max(1));
            let moved = self.write_blocks(part.to_vec()).await;
            if !moved.lost.is_empty() {
                return Err(moved.stopped);
            }
            values = rest;
        }
        // A log that cannot be cleared holds copies of what is in blocks: harmless.
        let _ = tokio::task::block_in_place(|| log.clear());
        Ok(())
    }

    /// Hands the batch to foyer, waits until it is through with it, and looks what it took.
    async fn write_blocks(&self, batch: Vec<Value>) -> Settled {
        if !self.has_room(&batch) {
            return Settled {
                stopped: self.stop("its disk is almost full".to_owned()),
                ..self.lose(&batch)
            };
        }
        let hybrid = match self.blocks.open().await {
            Ok(hybrid) => hybrid,
            Err(reason) => {
                return Settled {
                    stopped: self.stop(reason.to_owned()),
                    ..self.lose(&batch)
                };
            }
        };
        let storage = hybrid.storage();
        for value in &batch {
            let key = EntryKey(value.key);
            // While the blocks were closed, nobody knew that it was there.
            if !storage.may_contains(&key) {
                hybrid.storage_writer(key).insert(value.clone());
            }
        }
        if time::timeout(self.timeouts.write, storage.wait())
            .await
            .is_err()
        {
            return Settled {
                stopped: self.stop(NO_ANSWER.to_owned()),
                ..self.lose(&batch)
            };
        }
        let mut result = Settled::default();
        for value in batch {
            if storage.may_contains(&EntryKey(value.key)) {
                result.written.push(value);
            } else {
                result.lost.push(value.key);
            }
        }
        if !result.lost.is_empty() {
            // After a failed write foyer may take an old block for a new one: not one more.
            result.stopped = self.stop("its disk fails".to_owned());
        }
        let keys = result.written.iter().map(|value| &value.key);
        self.forget(keys.chain(&result.lost));
        result
    }

    /// Whether the disk has twice the room the batch can take. foyer does not survive a full disk:
    /// it goes on at the wrong place and overwrites what it has acknowledged.
    fn has_room(&self, batch: &[Value]) -> bool {
        let bytes: usize = batch.iter().map(Value::block_bytes).sum();
        let needed = 2 * bytes as u64 + SPARE;
        // Where the system cannot tell, the write will.
        fs4::available_space(&self.root).map_or(true, |available| needed <= available)
    }

    fn lose(&self, batch: &[Value]) -> Settled {
        let lost: Vec<Key> = batch.iter().map(|value| value.key).collect();
        self.forget(&lost);
        Settled {
            lost,
            ..Settled::default()
        }
    }

    fn forget<'a>(&self, keys: impl IntoIterator<Item = &'a Key>) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            recent.remove(key);
        }
    }

    /// Writes nothing from now on; returns the reason the first time.
    pub(super) fn stop(&self, reason: String) -> Option<String> {
        let first = !self.stopped.swap(true, Ordering::AcqRel);
        first.then_some(reason)
    }
}
