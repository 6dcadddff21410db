//! What a store tells its owner.

use std::{fmt, path::PathBuf};

/// Why a store does less than it was asked to. It goes on working: nothing of this changes a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Another process has the directory; this store keeps to memory.
    InUse {
        /// The directory.
        directory: PathBuf,
    },
    /// The directory cannot be used; this store keeps to memory.
    Unusable {
        /// The directory.
        directory: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The directory held another version's entries, or was of another size; it was set aside and
    /// the store begins empty.
    SetAside {
        /// Where the older entries lie now; they are removed when that happens again.
        to: PathBuf,
    },
    /// Entries cannot be written any more, for want of space or of a working disk; what is there is
    /// still read.
    WritingStopped {
        /// The directory.
        directory: PathBuf,
        /// What was seen.
        reason: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { directory } => write!(
                f,
                "cache {} is used by another process, so results are kept in memory only",
                directory.display()
            ),
            Self::Unusable { directory, reason } => write!(
                f,
                "cache {} cannot be used, so results are kept in memory only: {reason}",
                directory.display()
            ),
            Self::SetAside { to } => write!(
                f,
                "the cache was of another version or size and begins anew, its entries are in {}",
                to.display()
            ),
            Self::WritingStopped { directory, reason } => write!(
                f,
                "cache {} takes no more entries: {reason}; make room or choose another directory",
                directory.display()
            ),
        }
    }
}
