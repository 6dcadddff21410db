//! What a store did, by tier and by reason.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Where an entry was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Tier {
    /// In memory.
    Memory,
    /// Among the newest entries, which are not in a block yet.
    Recent,
    /// In a block on disk.
    Disk,
    /// Nowhere: it was computed just now, by this caller.
    Computed,
    /// Nowhere: another thread computed it while this caller waited.
    Shared,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "in memory",
            Self::Recent => "among the newest entries",
            Self::Disk => "on disk",
            Self::Computed => "computed just now",
            Self::Shared => "computed by another thread just now",
        })
    }
}

/// Why an entry was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MissReason {
    /// The store does not know the key: it was never asked to keep it, or an earlier process was
    /// and it has been evicted since.
    Unknown,
    /// This process inserted it, and it has been evicted.
    Evicted,
    /// This process tried to insert it, and it was too large.
    TooLarge,
    /// This process tried to insert it, and the disk did not take it.
    NotWritten,
    /// It was on disk, and is damaged or was evicted while it was read.
    Damaged,
    /// The disk failed to read it.
    ReadFailed,
    /// The disk did not answer in time.
    TimedOut,
}

impl fmt::Display for MissReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "never stored here, or evicted before this process began",
            Self::Evicted => "stored by this process and evicted since",
            Self::TooLarge => "too large to be stored",
            Self::NotWritten => "not written, the disk did not take it",
            Self::Damaged => "damaged on disk, or evicted while it was read",
            Self::ReadFailed => "the disk failed to read it",
            Self::TimedOut => "the disk did not answer in time",
        })
    }
}

macro_rules! counters {
    ($($(#[$docs:meta])* $name:ident),* $(,)?) => {
        /// Running sums, shared by all clones of a store.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: AtomicU64,)*
        }

        /// What a store has done since it was opened.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(default))]
        #[non_exhaustive]
        pub struct Statistics {
            $($(#[$docs])* pub $name: u64,)*
            /// Entries in memory now.
            pub memory_entries: u64,
            /// Bytes in memory now.
            pub memory_bytes: u64,
        }

        impl Counters {
            pub(super) fn read(&self) -> Statistics {
                Statistics {
                    $($name: self.$name.load(Relaxed),)*
                    ..Statistics::default()
                }
            }
        }
    };
}

counters! {
    /// Entries found in memory.
    hits_memory,
    /// Entries found among the newest, not in a block yet.
    hits_recent,
    /// Entries found on disk.
    hits_disk,
    /// Of all hits, those of [`get_first`](super::Store::get_first) under a later key than the first.
    hits_prefix,
    /// Entries that another thread computed while this one waited.
    shared,
    /// Misses: key unknown.
    misses_unknown,
    /// Misses: inserted by this process and evicted since.
    misses_evicted,
    /// Misses: refused by this process as too large.
    misses_too_large,
    /// Misses: not written by this process.
    misses_not_written,
    /// Misses: damaged on disk.
    misses_damaged,
    /// Misses: the disk failed to read.
    misses_read_failed,
    /// Misses: the disk did not answer in time.
    misses_timed_out,
    /// Entries inserted.
    inserted,
    /// Insertions of what was there already; nothing is written again.
    already_present,
    /// Entries that were not kept on disk because they are too large.
    dropped_too_large,
    /// Entries that the disk did not take.
    dropped_not_written,
    /// Entries written and acknowledged.
    written,
    /// Payload bytes of them.
    bytes_written,
    /// Payload bytes of all hits.
    bytes_hit,
    /// Nanoseconds of computing that hits saved, as told when the entries were inserted.
    saved_nanos,
}

impl Statistics {
    /// Hits of all tiers.
    pub fn hits(&self) -> u64 {
        self.hits_memory + self.hits_recent + self.hits_disk + self.shared
    }

    /// Misses for all reasons.
    pub fn misses(&self) -> u64 {
        self.misses_unknown
            + self.misses_evicted
            + self.misses_too_large
            + self.misses_not_written
            + self.misses_damaged
            + self.misses_read_failed
            + self.misses_timed_out
    }

    /// Hits per lookup, from 0 to 1; 0 if there was none.
    pub fn hit_rate(&self) -> f64 {
        let lookups = self.hits() + self.misses();
        self.hits() as f64 / lookups.max(1) as f64
    }

    /// The computing that hits saved.
    pub fn saved(&self) -> Duration {
        Duration::from_nanos(self.saved_nanos)
    }
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Relaxed);
    }

    pub(super) fn hit(&self, tier: Tier, bytes: usize, saved: Duration) {
        let counter = match tier {
            Tier::Memory => &self.hits_memory,
            Tier::Recent => &self.hits_recent,
            Tier::Disk => &self.hits_disk,
            Tier::Shared => &self.shared,
            Tier::Computed => return,
        };
        Self::add(counter, 1);
        Self::add(&self.bytes_hit, bytes as u64);
        let saved = u64::try_from(saved.as_nanos()).unwrap_or(u64::MAX);
        Self::add(&self.saved_nanos, saved);
    }

    pub(super) fn miss(&self, reason: MissReason) {
        let counter = match reason {
            MissReason::Unknown => &self.misses_unknown,
            MissReason::Evicted => &self.misses_evicted,
            MissReason::TooLarge => &self.misses_too_large,
            MissReason::NotWritten => &self.misses_not_written,
            MissReason::Damaged => &self.misses_damaged,
            MissReason::ReadFailed => &self.misses_read_failed,
            MissReason::TimedOut => &self.misses_timed_out,
        };
        Self::add(counter, 1);
    }
}
