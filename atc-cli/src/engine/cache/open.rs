//! The parts of a cache, each opened when it is needed first, and what goes wrong with them.

use std::sync::{Arc, PoisonError, RwLock, atomic::Ordering::Relaxed};

use atc_cache::{CacheError, Config, Opening, SourceIndex, Store};

use super::question::SCHEMA;
use super::{Cache, Trust, folder};
use crate::engine::dataset::Folders;

impl Cache {
    /// What is known of sources.
    pub(super) fn index(&self) -> &RwLock<SourceIndex> {
        let open = || match &self.home {
            Some(home) => SourceIndex::open(home.join("sources")),
            None => SourceIndex::in_memory(),
        };
        self.index.get_or_init(|| RwLock::new(open()))
    }

    /// What it remembers of folders, for a [`Finder`](crate::engine::dataset::Finder); `None` if nothing is believed.
    pub fn folders(&self) -> Option<&Folders> {
        let open = || match &self.home {
            Some(home) => Folders::open(home.join(folder::FOLDERS)),
            None => Folders::in_memory(),
        };
        (self.trust != Trust::Nothing).then(|| self.folders.get_or_init(open))
    }

    /// Begins to open the store; whoever needs it first waits for it.
    pub(super) fn begin_store(&self) {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.store.get().is_none() && opening.is_none() {
            *opening = self.begin_open().ok();
        }
    }

    fn begin_open(&self) -> Result<Opening, CacheError> {
        if let Some(home) = &self.home {
            // If it cannot be written, opening the store says so.
            let _ = Self::claim(home);
        }
        Store::begin_open(&self.config())
    }

    /// Whether nobody who needs the store has to wait for it.
    pub(super) fn is_open(&self) -> bool {
        self.store.get().is_some()
    }

    pub(super) fn store(&self) -> Option<&Store> {
        let open = || {
            let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = || self.begin_open();
            let opening = opening.take().map_or_else(begin, Ok);
            let store = opening.map(Opening::finish);
            if let Err(error) = &store {
                self.warn(&error.to_string());
            }
            self.tell();
            store.ok()
        };
        self.store.get_or_init(open).as_ref()
    }

    fn config(&self) -> Config {
        let config = match &self.home {
            Some(home) => Config::in_directory(home.join("store")),
            None => Config::memory_only(),
        };
        let warned = Arc::clone(&self.warned);
        config
            .memory_bytes(self.memory_bytes)
            .disk_bytes(self.disk_bytes)
            .schema(SCHEMA)
            .on_warning(move |warning| {
                let mut warned = warned.lock().unwrap_or_else(PoisonError::into_inner);
                warned.push(warning.to_string());
            })
    }

    /// Hands on what the store has warned of.
    pub(super) fn tell(&self) {
        let warned =
            std::mem::take(&mut *self.warned.lock().unwrap_or_else(PoisonError::into_inner));
        for text in warned {
            self.warn(&text);
        }
    }

    /// One thing goes wrong in many ways; the first is told.
    pub(super) fn warn(&self, text: &str) {
        if !self.has_warned.swap(true, Relaxed) {
            (self.on_warning)(text);
        }
    }
}
