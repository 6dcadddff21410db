//! What is new, on disk for the next process.

use std::io;
use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError, RwLock, atomic::Ordering::Relaxed};

use atc_cache::Table;
use atc_parallel::ExecutorExt as _;

use super::looked::path_of;
use super::{Cache, folder, read, write};
use crate::engine::Engine;
use crate::engine::lock::forget_gone;

/// Sources that are looked for at a save.
const AT_A_SAVE: usize = 64;
/// What there is to save. In any order: what is said of a source whose reading is missing costs time when it is
/// asked for, no more.
const PARTS: [fn(&Cache, &Path) -> io::Result<()>; 2] = [Cache::save_tables, Cache::save_sources];

impl Engine {
    /// As [`Cache::save`] of its cache, on its executor.
    pub fn save_cache(&self) {
        let Some(cache) = &self.cache else { return };
        let _one_at_a_time = cache.begin_save();
        let saving = Arc::clone(cache);
        self.executor
            .map(PARTS.len(), move |slot| saving.save_part(slot.job));
        cache.tell();
    }
}

impl Cache {
    /// Puts everything new on disk; the next process will find it.
    ///
    /// What cannot be written costs a warning, and time when it is asked for again.
    pub fn save(&self) {
        let _one_at_a_time = self.begin_save();
        for part in 0..PARTS.len() {
            self.save_part(part);
        }
        self.tell();
    }

    /// Waits until nobody else saves, and for the states that are on their way.
    fn begin_save(&self) -> MutexGuard<'_, ()> {
        let one_at_a_time = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Some(store)) = self.store.get()
            && let Err(error) = store.flush()
        {
            self.warn(&error.to_string());
        }
        one_at_a_time
    }

    fn save_part(&self, part: usize) {
        if !self.counters.is_idle()
            && let Some(home) = &self.home
            && let Err(error) = PARTS[part](self, home)
        {
            self.warn(&format!("{}: cannot be written: {error}", home.display()));
        }
    }

    /// Writes what is new of the tables, and holds up nobody who asks meanwhile.
    fn save_tables(&self, home: &Path) -> io::Result<()> {
        let folder = home.join("readings");
        let readings = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let tables: Vec<Arc<RwLock<Table>>> = readings().values().cloned().collect();
        let mut is_written = false;
        for table in tables.iter().map(|table| &**table).chain(self.ends.get()) {
            let draft = write(table).begin_save();
            if let Some(draft) = draft {
                Self::claim(home)?;
                std::fs::create_dir_all(&folder)?;
                let written = draft.write()?;
                write(table).end_save(written);
                is_written = true;
            }
        }
        if is_written && 0 < self.counters.kept.load(Relaxed) {
            folder::forget_questions(&folder)?;
        }
        Ok(())
    }

    /// Writes what is new of the index, and of folders.
    fn save_sources(&self, home: &Path) -> io::Result<()> {
        if read(self.index()).has_news() {
            Self::claim(home)?;
            forget_gone(self.index(), AT_A_SAVE, is_gone);
        }
        let draft = write(self.index()).begin_save();
        if let Some(draft) = draft {
            draft.write().map_err(|(error, draft)| {
                write(self.index()).give_back(draft);
                error
            })?;
        }
        match self.folders.get() {
            Some(folders) if folders.has_news() => {
                Self::claim(home)?;
                folders.save()
            }
            _ => Ok(()),
        }
    }
}

/// Whether the file of a location is missing; of a member it is the archive, and an object is never asked for.
fn is_gone(location: &str) -> bool {
    let path = path_of(location);
    let is_there = |path: &str| Path::new(path).symlink_metadata().is_ok();
    let archive = path.rsplit_once(':').map(|(archive, _)| archive);
    !path.contains("://") && !is_there(path) && !archive.is_some_and(is_there)
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.save();
    }
}
