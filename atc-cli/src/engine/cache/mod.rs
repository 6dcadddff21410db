//! The cache: what was computed, and what is known of sources without opening them.
//!
//! ```text
//! source ─ index ┬ unchanged ─ table of readings ───────────────────────► row
//!                ├ grown ───── bytes hashed, new rows parsed ─ state ───► row, kept
//!                └ else ────── read ─ table ─ store ┬ exact ────────────► row
//!                                                   ├ prefix ─ state ───► row, kept
//!                                                   └ nothing ─ evaluate ► row, kept
//! ```
//!
//! A key is made of the numbers of a series and of what is asked, never of names; see
//! `docs/cache.md`. Whatever happens to the files, an answer is right or missing.

mod answers;
mod asked;
mod beginnings;
mod bytes;
mod ending;
mod explain;
mod facts;
mod folder;
mod glance;
mod grown;
mod journal;
mod looked;
mod open;
mod question;
mod save;
mod see;
mod statistics;
mod swept;
mod tag;
mod tile;
mod trail;

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, RwLock};

use atc_cache::{Opening, SourceIndex, Store, Table};

use super::background::Traffic;
use super::dataset::Folders;
use super::lock::{read, write};

use self::asked::Asked;
use self::statistics::Counters;

pub use self::explain::{Explained, Recorded, SeriesExplained};
pub use self::folder::Holdings;
pub use self::journal::Query;
pub(super) use self::looked::Looked;
pub use self::statistics::CacheStatistics;
pub(super) use self::swept::{Stands, SweptQuestion, SweptSource};
pub(super) use self::tile::Stand;

/// Bytes of where a series ended: how many values, and two fingerprints.
const END_BYTES: usize = 8 + 32 + 32;
/// Questions whose tables are kept.
const QUESTIONS: usize = 64;

/// What is believed of a source that was read before, without reading all of it again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Nothing: every source is read and hashed.
    Nothing,
    /// That a file whose length, time of change and inode are as they were (an object: length and tag) holds what it
    /// held. If it has become longer, all bytes that were there are hashed.
    #[default]
    Unchanged,
    /// That texts, besides, are only ever appended to: of one that has become longer, the first KiB and at least as
    /// much before its old end must be as they were, and what lies between is not read. Right for files of a
    /// collector that appends; a program that rewrites a file with other old bars, and more of them, goes unnoticed.
    Appends,
}

type OnWarning = Box<dyn Fn(&str) + Send + Sync>;

/// What an [`Engine`](super::Engine) remembers from scan to scan, and from process to process.
///
/// ```
/// use atc_cli::engine::{Cache, Engine, dataset::{Request, discover}};
/// use atc_core::{Params, Plan};
///
/// let candles = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
/// let engine = Engine::builder(Plan::new(Params::default())?).cache(Cache::in_memory()).build()?;
/// let scan = || engine.scan(discover(&[candles.to_owned()]).sources, &Request::default());
/// assert_eq!(scan().rows, scan().rows);
/// let statistics = engine.cache().expect("it was given one").statistics();
/// assert_eq!((statistics.computed, statistics.sources_unchanged), (5, 5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Cache {
    home: Option<PathBuf>,
    /// Where relative paths begin.
    here: PathBuf,
    memory_bytes: usize,
    disk_bytes: usize,
    trust: Trust,
    on_warning: OnWarning,
    has_warned: Arc<AtomicBool>,
    warned: Arc<Mutex<Vec<String>>>,
    store: OnceLock<Option<Store>>,
    opening: Mutex<Option<Opening>>,
    /// Read when it is asked first.
    index: OnceLock<RwLock<SourceIndex>>,
    folders: OnceLock<Folders>,
    readings: Mutex<HashMap<String, Arc<RwLock<Table>>>>,
    /// What was asked last, latest last.
    asked: Mutex<Vec<Arc<Asked>>>,
    ends: OnceLock<RwLock<Table>>,
    counters: Counters,
    saving: Mutex<()>,
    traffic: Traffic,
    /// The shortest time between two bars that was seen, in nanoseconds.
    interval: AtomicI64,
}

impl Cache {
    /// A cache in `directory`, which is created when there is something to keep: 1 GiB on disk.
    ///
    /// Of that, up to 64 MiB are in memory as well. A directory that cannot be used, or that holds something else, costs
    /// one warning, and the cache keeps to memory.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        let home = directory.into();
        let mut cache = Self::in_memory().memory_bytes(64 << 20);
        if !tag::is_ours(&home) {
            cache.warned = Arc::new(Mutex::new(vec![tag::refusal(&home)]));
            return cache;
        }
        cache.home = Some(home);
        cache
    }

    /// A cache of this process alone: at most 256 MiB of states.
    pub fn in_memory() -> Self {
        Self {
            home: None,
            here: std::env::current_dir().unwrap_or_default(),
            memory_bytes: 256 << 20,
            disk_bytes: 1 << 30,
            trust: Trust::default(),
            on_warning: Box::new(|_| ()),
            has_warned: Arc::default(),
            warned: Arc::default(),
            store: OnceLock::new(),
            opening: Mutex::default(),
            index: OnceLock::new(),
            folders: OnceLock::new(),
            readings: Mutex::default(),
            asked: Mutex::default(),
            ends: OnceLock::new(),
            counters: Counters::default(),
            saving: Mutex::default(),
            traffic: Traffic::default(),
            interval: AtomicI64::new(i64::MAX),
        }
    }

    /// How many bytes of states may be in memory; what has no room there is asked of the disk, if there is one.
    #[must_use]
    pub fn memory_bytes(mut self, bytes: usize) -> Self {
        self.memory_bytes = bytes;
        self
    }

    /// How many bytes the store may take on disk. Changing it begins an empty store.
    #[must_use]
    pub fn disk_bytes(mut self, bytes: usize) -> Self {
        self.disk_bytes = bytes;
        self
    }

    /// What it believes of sources that were read before.
    #[must_use]
    pub fn trust(mut self, trust: Trust) -> Self {
        self.trust = trust;
        self
    }

    /// Calls `callback` with the first thing that goes wrong; the cache works on without it.
    #[must_use]
    pub fn on_warning(mut self, callback: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_warning = Box::new(callback);
        self
    }

    /// What is being asked of it.
    pub(super) fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Lets what the store writes wait until nobody else has anything to do.
    pub(super) fn yield_to_others(&self) {
        if let Some(Some(store)) = self.store.get() {
            store.yield_to_others();
        }
    }

    /// Where it lies; `None` if in memory alone.
    pub fn directory(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// What it has done for this process.
    pub fn statistics(&self) -> CacheStatistics {
        let store = self.store.get().and_then(Option::as_ref);
        self.counters.read(store.map(Store::statistics))
    }

    /// The shortest time between two bars of the sources that were asked for, if they have times.
    pub fn interval(&self) -> Option<std::time::Duration> {
        let nanos = u64::try_from(self.interval.load(Relaxed)).ok()?;
        (nanos < i64::MAX as u64).then(|| std::time::Duration::from_nanos(nanos))
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("home", &self.home)
            .field("store", &self.store.get())
            .field("statistics", &self.statistics())
            .finish_non_exhaustive()
    }
}
