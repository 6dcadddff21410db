//! What is known of sources without opening them.

mod saved;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io,
    path::PathBuf,
    sync::Arc,
};

use crate::{Stamp, stamp::Identity};
use saved::Saved;

/// What an index knows of a source that looks as it does now; the facts are copied or borrowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<Facts = Arc<[u8]>> {
    /// It was never recorded.
    Nothing,
    /// It has not changed: what was recorded holds, there is no need to open it.
    Unchanged(Facts),
    /// It looks the same, but may have been changed in the very moment it was recorded: read it
    /// again, and record it again.
    Racy(Facts),
    /// It is the same file, and longer: if it was only appended to, its first `length` bytes are
    /// what was recorded. That has to be checked.
    Grown {
        /// What was recorded.
        facts: Facts,
        /// How long it was then, in bytes.
        length: u64,
    },
    /// It is another one now.
    Changed,
}

impl Known<&[u8]> {
    /// The same with a copy of the facts.
    pub fn into_owned(self) -> Known {
        match self {
            Self::Nothing => Known::Nothing,
            Self::Unchanged(facts) => Known::Unchanged(facts.into()),
            Self::Racy(facts) => Known::Racy(facts.into()),
            Self::Grown { facts, length } => Known::Grown {
                facts: facts.into(),
                length,
            },
            Self::Changed => Known::Changed,
        }
    }
}

/// Remembers facts about sources (their fingerprints, say) as long as the sources look the same, so
/// that they need not be opened. What the facts are is the caller's business.
///
/// ```
/// use atc_cache::{Chain, Known, SourceIndex, Stamp};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("index");
/// let mut index = SourceIndex::open(&path);
/// let stamp = Stamp::of_object(24, "\"v1\"");
/// let chain = Chain::of(&[1.0, 1.5, 1.25]); // read only now, after the stamp was taken
/// index.record("s3://bars/btc", stamp.clone(), chain.to_bytes());
/// index.save()?;
///
/// let index = SourceIndex::open(&path);
/// let Known::Unchanged(facts) = index.look_up("s3://bars/btc", &stamp) else { panic!() };
/// assert_eq!(Chain::from_bytes(&facts), Some(chain));
/// assert_eq!(index.look_up("s3://bars/btc", &Stamp::of_object(24, "\"v2\"")), Known::Changed);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct SourceIndex {
    path: Option<PathBuf>,
    saved: Arc<Saved>,
    /// What was recorded or forgotten since the index was read.
    touched: Touched,
    /// What of it was not saved yet.
    unsaved: Touched,
}

/// What was recorded of a location; `None` if it was forgotten.
type Touched = BTreeMap<Arc<str>, Option<Arc<Record>>>;

/// What a [`SourceIndex`] is to write: [`SourceIndex::begin_save`].
#[derive(Debug)]
pub struct SourceDraft {
    path: PathBuf,
    saved: Arc<Saved>,
    touched: Touched,
}

#[derive(Clone, Debug)]
struct Record {
    stamp: Stamp,
    facts: Arc<[u8]>,
}

impl SourceIndex {
    /// Reads the index at `path`. A file that is missing, damaged or of another version is an empty
    /// index.
    pub fn open(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            saved: Arc::new(Saved::read(&path)),
            path: Some(path),
            ..Self::in_memory()
        }
    }

    /// An index of this process alone; saving it does nothing.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            saved: Arc::default(),
            touched: Touched::new(),
            unsaved: Touched::new(),
        }
    }

    /// What is known of the source at `location`, which looks like `now`.
    pub fn look_up(&self, location: &str, now: &Stamp) -> Known {
        self.known(location, now).into_owned()
    }

    /// As [`look_up`](Self::look_up), without a copy of the facts.
    pub fn known(&self, location: &str, now: &Stamp) -> Known<&[u8]> {
        let Some((then, facts)) = self.find(location) else {
            return Known::Nothing;
        };
        if now.looks_like(&then) {
            return if then.is_racy() {
                Known::Racy(facts)
            } else {
                Known::Unchanged(facts)
            };
        }
        let same_file = then.identity == now.identity && now.identity != Identity::File(0, 0);
        if same_file && then.length < now.length {
            return Known::Grown {
                facts,
                length: then.length,
            };
        }
        Known::Changed
    }

    /// Whether anything is recorded of the source at `location`, however it looked.
    pub fn knows(&self, location: &str) -> bool {
        match self.touched.get(location) {
            Some(record) => record.is_some(),
            None => self.saved.contains(location),
        }
    }

    /// The locations that begin with `prefix` and are recorded, ascending.
    pub fn locations(&self, prefix: &str) -> Vec<&str> {
        let is_known = |location: &&str| !self.touched.contains_key(*location);
        let mut all: Vec<&str> = self.saved.locations(prefix).filter(is_known).collect();
        for (location, record) in &self.touched {
            if record.is_some() && location.starts_with(prefix) {
                all.push(location);
            }
        }
        all.sort_unstable();
        all
    }

    /// The first and the last of [`locations`](Self::locations).
    pub fn ends(&self, prefix: &str) -> Option<(&str, &str)> {
        if self.touched.is_empty() {
            return self.saved.ends(prefix);
        }
        let locations = self.locations(prefix);
        Some((locations.first()?, locations.last()?))
    }

    /// Up to `n` of the locations that were saved, neighbours from a place on that is another one each time: for looking
    /// now and then which of them are still there.
    pub fn some_locations(&self, n: usize) -> Vec<&str> {
        let start = RandomState::new().build_hasher().finish();
        self.saved.some_locations(start as usize, n)
    }

    /// Remembers `facts` of the source at `location`, which looked like `stamp` before it was read.
    pub fn record(&mut self, location: &str, stamp: Stamp, facts: impl Into<Arc<[u8]>>) {
        let facts = facts.into();
        self.touch(location, Some(Arc::new(Record { stamp, facts })));
    }

    /// Forgets the source at `location`.
    pub fn forget(&mut self, location: &str) {
        if self.knows(location) {
            self.touch(location, None);
        }
    }

    fn touch(&mut self, location: &str, record: Option<Arc<Record>>) {
        let location: Arc<str> = location.into();
        self.unsaved.insert(Arc::clone(&location), record.clone());
        self.touched.insert(location, record);
    }

    fn find(&self, location: &str) -> Option<(Cow<'_, Stamp>, &[u8])> {
        if let Some(record) = self.touched.get(location) {
            let Record { stamp, facts } = record.as_deref()?;
            return Some((Cow::Borrowed(stamp), facts));
        }
        let (stamp, facts) = self.saved.get(location)?;
        Some((Cow::Owned(stamp), facts))
    }

    /// How many sources are known.
    pub fn len(&self) -> usize {
        let was_saved = |location: &str| usize::from(self.saved.contains(location));
        let mut n_sources = self.saved.len();
        for (location, record) in &self.touched {
            n_sources = n_sources + usize::from(record.is_some()) - was_saved(location);
        }
        n_sources
    }

    /// Whether no source is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the index, whole or not at all, if anything has changed. What another process has
    /// saved meanwhile is kept, but for the sources that both recorded.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&mut self) -> io::Result<()> {
        let Some(draft) = self.begin_save() else {
            return Ok(());
        };
        draft.write().map_err(|(error, draft)| {
            self.give_back(draft);
            error
        })
    }

    /// Whether there is anything to save.
    pub fn has_news(&self) -> bool {
        !self.unsaved.is_empty()
    }

    /// What [`save`](Self::save) would write, for saving while others use the index; `None` if there is nothing to
    /// write.
    pub fn begin_save(&mut self) -> Option<SourceDraft> {
        let path = self.path.clone()?;
        let touched = std::mem::take(&mut self.unsaved);
        (!touched.is_empty()).then(|| SourceDraft {
            path,
            saved: Arc::clone(&self.saved),
            touched,
        })
    }

    /// Takes back what could not be written, for the next save.
    pub fn give_back(&mut self, draft: SourceDraft) {
        for (location, record) in draft.touched {
            self.unsaved.entry(location).or_insert(record);
        }
    }
}

impl SourceDraft {
    /// Writes the index, whole or not at all.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; the draft comes back with the error.
    pub fn write(self) -> Result<(), (io::Error, Self)> {
        let written = if self.saved.is_still_in(&self.path) {
            self.saved.write_with(&self.touched, &self.path)
        } else {
            Saved::read(&self.path).write_with(&self.touched, &self.path)
        };
        written.map_err(|error| (error, self))
    }
}
