//! What was in folders, so that they need not be listed again.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use atc_cache::{Known, SourceIndex, Stamp};

use super::folder::{self, Kind};
use crate::engine::lock::{forget_gone, read, write};

/// Listings beyond this many bytes are not remembered.
const LISTING_BYTES: usize = 16 << 20;

/// Folders that are looked for at a save.
const AT_A_SAVE: usize = 16;

/// Remembers what was in folders: one to which nothing was added since, and from which nothing was removed, is not
/// listed again. That is told by the time of its last change, which nobody can set, and only on file systems that are
/// known to keep it (those of local Linux); all other folders are listed each time.
///
/// ```
/// use atc_cli::engine::dataset::{Finder, Folders};
///
/// let candles = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
/// let folders = Folders::in_memory();
/// let find = || Finder::default().folders(&folders).find(&[candles.to_owned()]);
/// assert_eq!(find().sources.len(), find().sources.len());
/// assert!(folders.n_listed() <= 2); // 1 where folders keep their times, and this one was not changed just now
/// ```
#[derive(Debug)]
pub struct Folders {
    /// Where relative paths begin.
    here: PathBuf,
    index: RwLock<SourceIndex>,
    n_listed: AtomicUsize,
}

impl Folders {
    /// What was remembered in the file at `path`; nothing if it is missing or damaged.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        Self::with(SourceIndex::open(path))
    }

    /// Remembers for this process alone.
    pub fn in_memory() -> Self {
        Self::with(SourceIndex::in_memory())
    }

    fn with(index: SourceIndex) -> Self {
        Self {
            here: std::env::current_dir().unwrap_or_default(),
            index: RwLock::new(index),
            n_listed: AtomicUsize::new(0),
        }
    }

    /// How many folders had to be listed.
    pub fn n_listed(&self) -> usize {
        self.n_listed.load(Relaxed)
    }

    /// Whether there is anything to save.
    pub fn has_news(&self) -> bool {
        read(&self.index).has_news()
    }

    /// Writes what is new, if there is a file and anything is.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&self) -> io::Result<()> {
        if self.has_news() {
            let is_gone = |place: &str| Path::new(place).symlink_metadata().is_err();
            forget_gone(&self.index, AT_A_SAVE, is_gone);
        }
        write(&self.index).save()
    }

    /// As [`folder::list`], in the order of names where the folder was listed whole.
    pub(super) fn list(&self, folder: &Path, mut each: impl FnMut(&str, Kind)) -> io::Result<()> {
        let place = self.here.join(folder);
        let (Some(location), Ok(stamp)) = (place.to_str(), Stamp::of_folder(&place)) else {
            self.n_listed.fetch_add(1, Relaxed);
            return folder::list(folder, each);
        };
        let known = read(&self.index).look_up(location, &stamp);
        if let Known::Unchanged(listing) = &known
            && let Some(entries) = decode(listing)
        {
            entries.for_each(|(name, kind)| each(name, kind));
            return Ok(());
        }
        self.n_listed.fetch_add(1, Relaxed);
        let (entries, listed) = folder::in_order(folder);
        let listing = encode(&entries);
        if listed.is_ok() && listing.len() <= LISTING_BYTES {
            write(&self.index).record(location, stamp, listing);
        }
        for (name, kind) in &entries {
            each(name, *kind);
        }
        listed
    }
}

/// Kind and name of each entry, which a slash ends: no name has one.
fn encode(entries: &[(String, Kind)]) -> Vec<u8> {
    let mut listing = String::new();
    for (name, kind) in entries {
        listing.push(match kind {
            Kind::Folder => 'd',
            Kind::Unclear => '?',
            Kind::File => 'f',
        });
        listing.push_str(name);
        listing.push('/');
    }
    listing.into()
}

/// What [`encode`] wrote.
fn decode(listing: &[u8]) -> Option<impl Iterator<Item = (&str, Kind)>> {
    let entries = str::from_utf8(listing).ok()?.split_terminator('/');
    Some(entries.filter_map(entry_of))
}

fn entry_of(entry: &str) -> Option<(&str, Kind)> {
    let (kind, name) = entry.split_at_checked(1)?;
    let kind = match kind {
        "d" => Kind::Folder,
        "f" => Kind::File,
        _ => Kind::Unclear,
    };
    Some((name, kind))
}
