//! What a cache has done.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use atc_cache::{Statistics, Tier};
use serde::Serialize;

macro_rules! counters {
    ($($(#[$docs:meta])* $name:ident),* $(,)?) => {
        /// Running sums.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: AtomicU64,)*
        }

        /// What a cache has done for this process.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
        #[non_exhaustive]
        pub struct CacheStatistics {
            $($(#[$docs])* pub $name: u64,)*
            /// What the store has done; `None` if it was never needed, and so not opened.
            pub store: Option<Statistics>,
        }

        impl Counters {
            pub(super) fn read(&self, store: Option<Statistics>) -> CacheStatistics {
                CacheStatistics {
                    $($name: self.$name.load(Relaxed),)*
                    store,
                }
            }
        }
    };
}

counters! {
    /// Sources that have not changed and were not opened.
    sources_unchanged,
    /// Sources that were opened and read.
    sources_opened,
    /// Of these, text that had grown and of which only the new rows were parsed.
    sources_grown,
    /// Of these, sources that turned out to hold the same bytes.
    sources_equal,
    /// Series found in a table of readings.
    hits_table,
    /// Series found in the store's memory.
    hits_memory,
    /// Series found among the store's newest entries.
    hits_recent,
    /// Series found in the store's blocks on disk.
    hits_disk,
    /// Series of which a beginning was found, and the rest computed from its state.
    hits_prefix,
    /// Series computed from their first bar.
    computed,
    /// Series that could not be computed.
    refused,
    /// Bars that were computed.
    bars_computed,
    /// Bars that hits did not have to compute.
    bars_saved,
    /// Nanoseconds of computing.
    computing_nanos,
    /// Entries handed to the store.
    kept,
    /// Bytes of them.
    kept_bytes,
}

impl CacheStatistics {
    /// Series that were found whole.
    pub const fn hits(&self) -> u64 {
        self.hits_table + self.hits_memory + self.hits_recent + self.hits_disk
    }

    /// Series that were asked for.
    pub const fn lookups(&self) -> u64 {
        self.hits() + self.hits_prefix + self.computed + self.refused
    }

    /// Whether something was read or computed, so that there is more to save than a line of the journal.
    pub const fn has_news(&self) -> bool {
        0 < self.sources_opened + self.hits_prefix + self.computed
    }
}

impl Counters {
    pub(super) fn add(counter: &AtomicU64, amount: usize) {
        counter.fetch_add(amount as u64, Relaxed);
    }

    pub(super) fn hit(&self, tier: Option<Tier>, n_bars: usize) {
        let counter = match tier {
            None => &self.hits_table,
            Some(Tier::Disk) => &self.hits_disk,
            Some(Tier::Recent) => &self.hits_recent,
            Some(_) => &self.hits_memory,
        };
        Self::add(counter, 1);
        Self::add(&self.bars_saved, n_bars);
    }

    /// Whether nothing was asked of the cache.
    pub(super) fn is_idle(&self) -> bool {
        let read = self.read(None);
        read.lookups() + read.sources_opened + read.sources_unchanged == 0
    }
}
