//! The folder of a cache, looked at from outside.
//!
//! ```text
//! CACHEDIR.TAG whose folder it is
//! sources      what is known of sources without opening them
//! folders      what was in folders
//! readings/    last readings, one table per question
//! ends         where series ended
//! store/       entries with states to go on from
//! journal      what was asked
//! warm.*       a warming that runs or ran
//! ```

use std::fs;
use std::io;
use std::path::Path;

use atc_cache::{Journal, SourceIndex, Store};
use serde::Serialize;

use super::{Cache, QUESTIONS, tag};

pub(super) const FOLDERS: &str = "folders";
const FILES: [&str; 4] = ["sources", FOLDERS, "ends", "journal"];

/// What is in the folder of a cache.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Holdings {
    /// Sources that are known.
    pub sources: usize,
    /// Questions that have a table of readings.
    pub questions: usize,
    /// Bytes of index and tables.
    pub table_bytes: u64,
    /// Bytes that the store takes on disk.
    pub store_bytes: u64,
    /// Lines of the journal.
    pub queries: usize,
}

impl Cache {
    /// What is in a cache's folder, without opening its store.
    ///
    /// # Errors
    ///
    /// If the folder is there and cannot be read.
    pub fn holdings(folder: &Path) -> io::Result<Holdings> {
        let (questions, readings) = sizes(&folder.join("readings"))?;
        let file = |name: &str| fs::metadata(folder.join(name)).map_or(0, |meta| meta.len());
        Ok(Holdings {
            sources: SourceIndex::open(folder.join("sources")).len(),
            questions,
            table_bytes: readings + file("sources") + file(FOLDERS) + file("ends"),
            store_bytes: sizes(&folder.join("store"))?.1,
            queries: Journal::read(&folder.join("journal"))?.len(),
        })
    }

    /// Removes everything a cache has left in `folder`.
    ///
    /// # Errors
    ///
    /// If it holds no cache, another process uses the store, or something cannot be removed.
    pub fn clear(folder: &Path) -> io::Result<()> {
        if !folder.exists() {
            return Ok(());
        }
        if !tag::is_ours(folder) {
            return Err(io::Error::other(tag::refusal(folder)));
        }
        let store = folder.join("store");
        Store::clear(&store).map_err(|warning| io::Error::other(warning.to_string()))?;
        for name in ["readings", "store"] {
            gone(&folder.join(name), |path| fs::remove_dir_all(path))?;
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            // With what a process that was killed has left of them, which has an ending.
            let name = path.file_name().and_then(|name| name.to_str());
            let stem = name.and_then(|name| name.split('.').next());
            if stem.is_some_and(|stem| FILES.contains(&stem)) {
                gone(&path, |path| fs::remove_file(path))?;
            }
        }
        for name in tag::WARMING {
            gone(&folder.join(name), |path| fs::remove_file(path))?;
        }
        // The tag last: without it the rest would be taken for somebody else's.
        for name in [tag::DRAFT, tag::NAME] {
            gone(&folder.join(name), |path| fs::remove_file(path))?;
        }
        Ok(())
    }
}

/// Removes the tables of questions that were not asked for longest.
pub(super) fn forget_questions(folder: &Path) -> io::Result<()> {
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        tables.push((entry.metadata()?.modified()?, entry.path()));
    }
    tables.sort_unstable();
    let n_old = tables.len().saturating_sub(QUESTIONS);
    for (_, path) in &tables[..n_old] {
        fs::remove_file(path)?;
    }
    Ok(())
}

/// Removes something; what was not there need not be removed.
fn gone(path: &Path, remove: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    match remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let text = format!("{}: cannot be removed: {error}", path.display());
            Err(io::Error::new(error.kind(), text))
        }
        _ => Ok(()),
    }
}

/// How many files a folder holds, at any depth, and the bytes they take.
fn sizes(folder: &Path) -> io::Result<(usize, u64)> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, 0)),
        entries => entries?,
    };
    let (mut n_files, mut bytes) = (0, 0);
    for entry in entries {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_dir() {
            let (more, more_bytes) = sizes(&entry.path())?;
            n_files += more;
            bytes += more_bytes;
        } else {
            n_files += 1;
            bytes += taken(&meta);
        }
    }
    Ok((n_files, bytes))
}

/// Blocks of the store have holes: what counts is what they take.
#[cfg(unix)]
fn taken(meta: &fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    meta.blocks() * 512
}

#[cfg(not(unix))]
fn taken(meta: &fs::Metadata) -> u64 {
    meta.len()
}
