//! What is known of sources without opening them.

use std::{
    collections::{HashMap, HashSet},
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
    records: HashMap<String, Record>,
    /// What was recorded or forgotten since the index was read or saved.
    touched: HashSet<String>,
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
            touched: HashSet::new(),
        }
    }

    /// An index of this process alone; saving it does nothing.
    pub fn in_memory() -> Self {
        Self {
            path: None,
            records: HashMap::new(),
            touched: HashSet::new(),
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

    /// Remembers `facts` of the source at `location`, which looked like `stamp` before it was read.
    pub fn record(&mut self, location: &str, stamp: Stamp, facts: impl Into<Arc<[u8]>>) {
        let facts = facts.into();
        self.records
            .insert(location.to_owned(), Record { stamp, facts });
        self.touched.insert(location.to_owned());
    }

    /// Forgets the source at `location`.
    pub fn forget(&mut self, location: &str) {
        if self.records.remove(location).is_some() {
            self.touched.insert(location.to_owned());
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
        let Some(path) = self.path.clone() else {
            return Ok(());
        };
        if self.touched.is_empty() {
            return Ok(());
        }
        for (location, record) in read(&path) {
            if !self.touched.contains(&location) {
                self.records.insert(location, record);
            }
        }
        write_whole(&path, &encode(&self.records))?;
        self.touched.clear();
        Ok(())
    }
}

fn read(path: &Path) -> HashMap<String, Record> {
    let bytes = fs::read(path).ok();
    bytes.and_then(|bytes| decode(&bytes)).unwrap_or_default()
}

/// Magic; per record location, length, modified, taken, identity, facts; digest of all of it.
fn encode(records: &HashMap<String, Record>) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    for (location, Record { stamp, facts }) in records {
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

fn decode(bytes: &[u8]) -> Option<HashMap<String, Record>> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST_BYTES)?)?;
    if blake3::hash(content).as_bytes()[..DIGEST_BYTES] != *digest {
        return None;
    }
    let mut rest = content.strip_prefix(MAGIC)?;
    let mut records = HashMap::new();
    while !rest.is_empty() {
        let location = String::from_utf8(take_bytes(&mut rest)?.to_vec()).ok()?;
        let length = take_number(&mut rest)?;
        let modified = take_time(&mut rest)?;
        let taken = take_time(&mut rest)?;
        let numbers = [(); 3].map(|()| take_number(&mut rest));
        let tag = String::from_utf8(take_bytes(&mut rest)?.to_vec()).ok()?;
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
        records.insert(location, Record { stamp, facts });
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
