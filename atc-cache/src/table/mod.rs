//! Small values, found without opening the store.

mod draft;
mod records;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use crate::{Key, whole};
use records::Records;

pub use draft::TableDraft;

/// A file of small values of one size, such as last readings, that is read at once: looking one up
/// takes well under a microsecond, and opens no store.
///
/// Unlike the entries of a store, a value may be replaced. When the table is saved, what it has
/// room for is kept, first what was used lately; what another process has saved meanwhile is kept
/// as well.
///
/// ```
/// use atc_cache::{KeyBuilder, Table};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("readings");
/// let key = KeyBuilder::new("reading", 1).uint("series", 7).finish();
/// let mut table = Table::open(&path, 2, 1000);
/// table.insert(key, &[4, 2]);
/// table.save()?;
/// assert_eq!(Table::open(&path, 2, 1000).get(&key), Some(&[4, 2][..]));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Table {
    path: Option<PathBuf>,
    width: usize,
    limit: usize,
    saved: Arc<Saved>,
    /// What is being saved just now; of a table in memory, what was inserted before `added`.
    saving: Arc<Added>,
    added: Added,
}

/// New values; `None` for what was removed.
type Added = BTreeMap<Key, Option<Box<[u8]>>>;

/// What is in the file.
#[derive(Debug, Default)]
struct Saved {
    records: Records,
    /// For each record, whether it was used since.
    used: Vec<AtomicBool>,
    version: whole::Version,
}

/// A [`Table`] as it was written: [`Table::end_save`].
#[derive(Debug)]
pub struct TableWritten(Saved);

impl Table {
    /// Reads the table at `path`, of values of `width` bytes. A file that is missing, damaged or of
    /// another width is an empty table. Saving refuses values of 4 GiB or more, and keeps about `limit` values, at least twice as many
    /// as were used since.
    pub fn open(path: impl Into<PathBuf>, width: usize, limit: usize) -> Self {
        let path = path.into();
        let saved = Saved::read(&path, width);
        Self {
            saved: Arc::new(saved),
            path: Some(path),
            ..Self::in_memory(width, limit)
        }
    }

    /// A table of this process alone; saving it does nothing. It keeps the `limit` values that were inserted last, and
    /// up to as many before them.
    pub fn in_memory(width: usize, limit: usize) -> Self {
        Self {
            path: None,
            width,
            limit,
            saved: Arc::default(),
            saving: Arc::default(),
            added: Added::new(),
        }
    }

    /// The value of `key`.
    pub fn get(&self, key: &Key) -> Option<&[u8]> {
        if let Some(value) = self.added.get(key).or_else(|| self.saving.get(key)) {
            return value.as_deref();
        }
        let Saved { records, used, .. } = &*self.saved;
        let at = records.find(key, self.width)?;
        used[at].store(true, Relaxed);
        Some(records.value(at, self.width))
    }

    /// Sets the value of `key`.
    ///
    /// # Panics
    ///
    /// If the value has not the table's width.
    pub fn insert(&mut self, key: Key, value: &[u8]) {
        assert_eq!(value.len(), self.width, "all values have one width");
        if self.path.is_none() && self.limit <= self.added.len() {
            // Nothing is ever saved: the older half makes room.
            self.saving = Arc::new(std::mem::take(&mut self.added));
        }
        self.added.insert(key, Some(value.into()));
    }

    /// Forgets the value of `key`, here and in the file.
    pub fn remove(&mut self, key: &Key) {
        let is_new = self.added.contains_key(key) || self.saving.contains_key(key);
        if is_new || self.saved.records.find(key, self.width).is_some() {
            self.added.insert(*key, None);
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        let Saved { records, used, .. } = &*self.saved;
        let mut n_values = used.len();
        let saving = self.saving.iter();
        let saving = saving.filter(|(key, _)| !self.added.contains_key(key));
        for (key, value) in self.added.iter().chain(saving) {
            let was_there = records.find(key, self.width).is_some();
            n_values = n_values + usize::from(value.is_some()) - usize::from(was_there);
        }
        n_values
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the table, whole or not at all, if anything was inserted.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn save(&mut self) -> io::Result<()> {
        if let Some(draft) = self.begin_save() {
            let written = draft.write()?;
            self.end_save(written);
        }
        Ok(())
    }

    /// What [`save`](Self::save) would write, for saving while others use the table; `None` if there is nothing to
    /// write. One save at a time: write the draft, then hand it to [`end_save`](Self::end_save). If writing fails,
    /// the next save tries again.
    pub fn begin_save(&mut self) -> Option<TableDraft> {
        let path = self.path.clone()?;
        let mut adding = std::mem::take(&mut self.added);
        for (key, value) in self.saving.iter() {
            adding.entry(*key).or_insert_with(|| value.clone());
        }
        self.saving = Arc::new(adding);
        (!self.saving.is_empty()).then(|| TableDraft {
            path,
            width: self.width,
            limit: self.limit,
            saved: Arc::clone(&self.saved),
            adding: Arc::clone(&self.saving),
        })
    }

    /// Goes on from what was written.
    pub fn end_save(&mut self, TableWritten(saved): TableWritten) {
        self.saved = Arc::new(saved);
        self.saving = Arc::default();
    }
}

impl Saved {
    /// What is in a file; nothing if it is missing, damaged or of another width.
    fn read(path: &Path, width: usize) -> Self {
        let whole::Whole { bytes, version } = whole::Whole::read(path);
        let records = Records::decode(bytes, width).unwrap_or_default();
        Self {
            version,
            ..Self::new(records, width, false)
        }
    }

    fn new(records: Records, width: usize, is_used: bool) -> Self {
        let used = (0..records.len(width)).map(|_| AtomicBool::new(is_used));
        Self {
            used: used.collect(),
            records,
            version: whole::Version::default(),
        }
    }
}
