//! What a store is to be: where, how large, how patient.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::Warning;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Ten years: longer than a process lives.
const FOR_EVER: Duration = Duration::from_hours(10 * 365 * 24);

/// The callback of [`Config::on_warning`].
type OnWarning = Arc<dyn Fn(&Warning) + Send + Sync>;

/// What [`Store::open`](super::Store::open) is to open.
///
/// ```
/// use atc_cache::Config;
///
/// let config = Config::in_directory("cache").memory_bytes(64 << 20).disk_bytes(2 << 30).schema(3);
/// assert_eq!(config.directory(), Some("cache".as_ref()));
/// assert_eq!(Config::memory_only().directory(), None);
/// ```
#[derive(Clone)]
pub struct Config {
    directory: Option<PathBuf>,
    memory_bytes: usize,
    disk_bytes: usize,
    block_bytes: Option<usize>,
    schema: u32,
    timeouts: Timeouts,
    on_warning: Option<OnWarning>,
}

impl Config {
    /// A store in `directory`, which is created if it is missing: 64 MiB in memory, 1 GiB on disk.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: Some(directory.into()),
            ..Self::memory_only()
        }
    }

    /// A store of this process alone: 64 MiB in memory.
    pub fn memory_only() -> Self {
        Self {
            directory: None,
            memory_bytes: 64 * MIB,
            disk_bytes: 1024 * MIB,
            block_bytes: None,
            schema: 0,
            timeouts: Timeouts::default(),
            on_warning: None,
        }
    }

    /// How many bytes of values are kept in memory. An entry above an eighth of it is not.
    #[must_use]
    pub fn memory_bytes(self, bytes: usize) -> Self {
        Self {
            memory_bytes: bytes,
            ..self
        }
    }

    /// How many bytes the blocks may take, rounded to whole ones; the newest entries add up to
    /// two of them, and what was set aside is on top. Changing it sets an existing directory aside.
    #[must_use]
    pub fn disk_bytes(self, bytes: usize) -> Self {
        Self {
            disk_bytes: bytes,
            ..self
        }
    }

    /// Bytes of one block, at least 64 KiB: what is evicted at once, and a little more than the
    /// largest entry. Without it a 64th of the disk's bytes, from 256 KiB to 16 MiB, or what makes
    /// 256 blocks of a very large disk.
    #[must_use]
    pub fn block_bytes(self, bytes: usize) -> Self {
        Self {
            block_bytes: Some(bytes),
            ..self
        }
    }

    /// The version of how the caller encodes values. A directory of another one is set aside.
    #[must_use]
    pub fn schema(self, schema: u32) -> Self {
        Self { schema, ..self }
    }

    /// How long to wait for the disk before going on without it.
    #[must_use]
    pub fn timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Calls `callback` with each [`Warning`]; possibly on a thread of the store, so it must not
    /// wait for the store.
    #[must_use]
    pub fn on_warning(self, callback: impl Fn(&Warning) + Send + Sync + 'static) -> Self {
        Self {
            on_warning: Some(Arc::new(callback)),
            ..self
        }
    }

    /// Where the store lies; `None` if in memory alone.
    pub fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    pub(super) fn memory(&self) -> usize {
        self.memory_bytes.max(8 * KIB)
    }

    /// The timeouts, of which none is so long that a sum of two, or the moment when it ends, cannot be told.
    pub(super) fn patience(&self) -> Timeouts {
        let Timeouts {
            open,
            read,
            write,
            close,
            flight,
        } = self.timeouts;
        Timeouts {
            open: open.min(FOR_EVER),
            read: read.min(FOR_EVER),
            write: write.min(FOR_EVER),
            close: close.min(FOR_EVER),
            flight: flight.min(FOR_EVER),
        }
    }

    pub(super) fn warn(&self, warning: &Warning) {
        if let Some(callback) = &self.on_warning {
            callback(warning);
        }
    }

    pub(super) fn geometry(&self) -> Geometry {
        let chosen = self.block_bytes.map_or_else(
            || {
                let usual = (self.disk_bytes / 64).clamp(256 * KIB, 16 * MIB);
                usual.max(self.disk_bytes / 256) // each block is an open file
            },
            |bytes| bytes.clamp(64 * KIB, 1024 * MIB),
        );
        let block_bytes = chosen.next_multiple_of(4 * KIB);
        Geometry {
            schema: self.schema,
            block_bytes,
            n_blocks: (self.disk_bytes / block_bytes).max(4),
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("directory", &self.directory)
            .field("memory_bytes", &self.memory_bytes)
            .field("disk_bytes", &self.disk_bytes)
            .field("block_bytes", &self.block_bytes)
            .field("schema", &self.schema)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

/// How long a store waits for its disk, and for other threads, before it goes on without them.
///
/// More than ten years, [`Duration::MAX`] say, count as ten: it waits for ever then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For opening a directory; then the store keeps to memory. 10 s.
    pub open: Duration,
    /// For reading one entry; then it is a miss. 2 s.
    pub read: Duration,
    /// For writing one batch, and for room in the queue; then entries are dropped. 10 s.
    pub write: Duration,
    /// For closing; then what is still running is abandoned. 5 s.
    pub close: Duration,
    /// For another thread that computes the same entry; then it is computed twice. 60 s.
    pub flight: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            open: Duration::from_secs(10),
            read: Duration::from_secs(2),
            write: Duration::from_secs(10),
            close: Duration::from_secs(5),
            flight: Duration::from_mins(1),
        }
    }
}

/// How the disk is laid out. A directory of another geometry is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Geometry {
    pub(super) schema: u32,
    pub(super) block_bytes: usize,
    pub(super) n_blocks: usize,
}

impl Geometry {
    /// Bytes of all blocks.
    pub(super) fn capacity(self) -> usize {
        self.block_bytes * self.n_blocks
    }

    /// Bytes of foyer's write buffer.
    pub(super) fn buffer_bytes(self) -> usize {
        (2 * self.block_bytes).max(MIB)
    }

    /// Bytes that may be on their way to the disk between two acknowledgements: what exceeds the
    /// buffer is dropped without a word, so never more than half of it; nor so many that they
    /// would evict each other.
    pub(super) fn budget(self) -> usize {
        (self.buffer_bytes() / 2).min(self.capacity() / 4)
    }

    /// Bytes up to which new entries are kept in a log. Each process that writes to the blocks
    /// begins a block of its own, so it should have enough to fill more than one; and what was
    /// added lately is asked again soonest, without opening the blocks.
    pub(super) fn log_bytes(self) -> u64 {
        self.block_bytes as u64 * 2
    }

    /// Bytes of the largest payload: a block less its index and what surrounds the payload.
    pub(super) fn largest_payload(self) -> usize {
        self.block_bytes - 16 * KIB
    }
}
