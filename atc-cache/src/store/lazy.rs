//! Blocks that are opened when they are needed: a process that finds what it asks among the newest
//! entries, and adds few, does without.

use std::time::Duration;

use tokio::{sync::OnceCell, task, time};

use super::{
    block_files::BlockFiles,
    blocks::{self, Hybrid},
    disk::NO_ANSWER,
    entry::EntryKey,
};
use crate::Key;

/// Blocks, open or not yet.
#[derive(Debug)]
pub(super) struct LazyBlocks {
    files: BlockFiles,
    patience: Duration,
    /// Whether an earlier process may have left entries in them.
    may_hold: bool,
    opened: OnceCell<Result<Hybrid, String>>,
}

impl LazyBlocks {
    /// Blocks that are not opened yet; says so in at most `patience` if they cannot be.
    pub(super) fn new(files: BlockFiles, patience: Duration) -> Self {
        Self {
            may_hold: files.exist(),
            files,
            patience,
            opened: OnceCell::new(),
        }
    }

    /// The blocks, if they were needed and could be opened.
    pub(super) fn opened(&self) -> Option<&Hybrid> {
        self.opened.get()?.as_ref().ok()
    }

    /// Whether asking for an entry would have to open them first.
    pub(super) fn is_closed(&self) -> bool {
        self.opened.get().is_none()
    }

    /// Whether an entry is in a block, as far as known without opening or reading one.
    pub(super) fn may_contain(&self, key: &Key) -> bool {
        match self.opened.get() {
            Some(Ok(hybrid)) => hybrid.storage().may_contains(&EntryKey(*key)),
            Some(Err(_)) => false,
            None => self.may_hold,
        }
    }

    /// Opens the blocks, once; the error is why that failed. Must run on the store's own runtime.
    pub(super) async fn open(&self) -> Result<&Hybrid, &str> {
        let open = async || {
            let opened = time::timeout(self.patience, self.open_now());
            opened.await.unwrap_or_else(|_| Err(NO_ANSWER.to_owned()))
        };
        let opened = self.opened.get_or_init(open).await;
        opened.as_ref().map_err(String::as_str)
    }

    async fn open_now(&self) -> Result<Hybrid, String> {
        let files = self.files.clone();
        // A disk that is far away may not even answer what is there.
        let ready = task::spawn_blocking(move || files.make_ready());
        let ready = ready.await.map_err(|_| NO_ANSWER.to_owned())?;
        let by_age = ready.map_err(|error| error.to_string())?;
        let opened = blocks::open(&self.files, by_age).await;
        opened.map_err(|error| error.to_string())
    }
}
