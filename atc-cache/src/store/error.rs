//! What can fail: never a lookup, only what a caller must know.

use std::{error::Error as StdError, fmt};

/// What failed. The store behaves as if the entry was missing wherever it can; this is what remains.
#[derive(Debug, thiserror::Error)]
#[error("{kind}: {context}")]
pub struct CacheError {
    kind: CacheErrorKind,
    context: String,
    #[source]
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of [`CacheError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheErrorKind {
    /// A thread of the store could not be started.
    Threads,
    /// Entries were not written: they are in memory at most.
    NotWritten,
    /// The disk did not answer in time.
    TimedOut,
}

impl fmt::Display for CacheErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Threads => "cannot start the cache's threads",
            Self::NotWritten => "the cache did not write all entries",
            Self::TimedOut => "the cache's disk did not answer in time",
        })
    }
}

impl CacheError {
    pub(super) fn new(kind: CacheErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }

    pub(super) fn because(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..self
        }
    }

    /// What failed.
    pub fn kind(&self) -> CacheErrorKind {
        self.kind
    }
}
