//! What is known of sources without opening them.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use crate::{Stamp, stamp::Identity, table::write_whole};

const MAGIC: &[u8; 8] = b"ATCSRC01";
const DIGEST_BYTES: usize = 16;

/// What an index knows of a source that looks as it does now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was never recorded.
    Nothing,
    /// It has not changed: what was recorded holds, there is no need to open it.
    Unchanged(Arc<[u8]>),
    /// It looks the same, but may have been changed in the very moment it was recorded: read it
    /// again, and record it again.
    Racy(Arc<[u8]>),
    /// It is the same file, and longer: if it was only appended to, its first `length` bytes are
    /// what was recorded. That has to be checked.
    Grown {
        /// What was recorded.
        facts: Arc<[u8]>,
        /// How long it was then, in bytes.
        length: u64,
    },
    /// It is another one now.
    Changed,
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
    records: Records,
    /// What was recorded or forgotten since the index was read or saved.
    touched: Touched,
}

type Records = HashMap<Arc<str>, Arc<Record>>;
type Touched = HashMap<Arc<str>, Option<Arc<Record>>>;

/// What a [`SourceIndex`] is to write: [`SourceIndex::begin_save`].
#[derive(Debug)]
pub struct SourceDraft {
    path: PathBuf,
    touched: Touched,
}

#[derive(Debug)]
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
            records: read(&path),
            path: Some(path),
            touched: Touched::new(),
        }
    }

    /// An index of this process alone; saving it does nothing.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            records: Records::new(),
            touched: Touched::new(),
        }
    }

    /// What is known of the source at `location`, which looks like `now`.
    pub fn look_up(&self, location: &str, now: &Stamp) -> Known {
        let Some(record) = self.records.get(location) else {
            return Known::Nothing;
        };
        let then = &record.stamp;
        let facts = Arc::clone(&record.facts);
        if now.looks_like(then) {
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
        self.records.contains_key(location)
    }

    /// Remembers `facts` of the source at `location`, which looked like `stamp` before it was read.
    pub fn record(&mut self, location: &str, stamp: Stamp, facts: impl Into<Arc<[u8]>>) {
        let facts = facts.into();
        let record = Arc::new(Record { stamp, facts });
        let location: Arc<str> = location.into();
        self.records
            .insert(Arc::clone(&location), Arc::clone(&record));
        self.touched.insert(location, Some(record));
    }

    /// Forgets the source at `location`.
    pub fn forget(&mut self, location: &str) {
        if self.records.remove(location).is_some() {
            self.touched.insert(location.into(), None);
        }
    }

    /// How many sources are known.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether no source is known.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
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

    /// What [`save`](Self::save) would write, for saving while others use the index; `None` if there is nothing to
    /// write.
    pub fn begin_save(&mut self) -> Option<SourceDraft> {
        let path = self.path.clone()?;
        let touched = std::mem::take(&mut self.touched);
        (!touched.is_empty()).then_some(SourceDraft { path, touched })
    }

    /// Takes back what could not be written, for the next save.
    pub fn give_back(&mut self, draft: SourceDraft) {
        for (location, record) in draft.touched {
            self.touched.entry(location).or_insert(record);
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
        let mut records = read(&self.path);
        for (location, record) in &self.touched {
            match record {
                Some(record) => records.insert(Arc::clone(location), Arc::clone(record)),
                None => records.remove(location),
            };
        }
        write_whole(&self.path, &encode(&records)).map_err(|error| (error, self))
    }
}

fn read(path: &Path) -> Records {
    let bytes = fs::read(path).ok();
    bytes.and_then(|bytes| decode(&bytes)).unwrap_or_default()
}

/// Magic; per record location, length, modified, taken, identity, facts; digest of all of it.
fn encode(records: &Records) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (location, record) in records {
        let Record { stamp, facts } = &**record;
        put_bytes(&mut bytes, location.as_bytes());
        put_number(&mut bytes, stamp.length);
        for time in [stamp.modified, stamp.taken] {
            put_number(&mut bytes, time.as_secs());
            put_number(&mut bytes, time.subsec_nanos().into());
        }
        let (kind, device, inode, tag) = match &stamp.identity {
            Identity::File(device, inode) => (0, *device, *inode, ""),
            Identity::Tag(tag) => (1, 0, 0, tag.as_str()),
            Identity::Files(digest) => (2, 0, 0, digest.as_str()),
        };
        for number in [kind, device, inode] {
            put_number(&mut bytes, number);
        }
        put_bytes(&mut bytes, tag.as_bytes());
        put_bytes(&mut bytes, facts);
    }
    let digest = blake3::hash(&bytes);
    bytes.extend_from_slice(&digest.as_bytes()[..DIGEST_BYTES]);
    bytes
}

fn decode(bytes: &[u8]) -> Option<Records> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
    if blake3::hash(content).as_bytes()[..DIGEST_BYTES] != *digest {
        return None;
    }
    let mut rest = content.strip_prefix(MAGIC)?;
    let mut records = Records::new();
    while !rest.is_empty() {
        let location = str::from_utf8(take_bytes(&mut rest)?).ok()?;
        let length = take_number(&mut rest)?;
        let modified = take_time(&mut rest)?;
        let taken = take_time(&mut rest)?;
        let numbers = [(); 3].map(|()| take_number(&mut rest));
        let tag = str::from_utf8(take_bytes(&mut rest)?).ok()?.to_owned();
        let identity = match numbers {
            [Some(0), Some(device), Some(inode)] => Identity::File(device, inode),
            [Some(1), ..] => Identity::Tag(tag),
            [Some(2), ..] => Identity::Files(tag),
            _ => return None,
        };
        let stamp = Stamp {
            length,
            modified,
            identity,
            taken,
        };
        let facts = take_bytes(&mut rest)?.into();
        records.insert(location.into(), Arc::new(Record { stamp, facts }));
    }
    Some(records)
}

fn put_number(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn put_bytes(bytes: &mut Vec<u8>, part: &[u8]) {
    put_number(bytes, part.len() as u64);
    bytes.extend_from_slice(part);
}

fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u64::from_le_bytes(*number))
}

fn take_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(part)
}

fn take_time(rest: &mut &[u8]) -> Option<Duration> {
    let seconds = take_number(rest)?;
    let nanos = u32::try_from(take_number(rest)?).ok()?;
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}
