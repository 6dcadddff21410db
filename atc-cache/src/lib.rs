#![doc = include_str!("../README.md")]

mod chain;
mod fingerprint;
mod hex;
mod journal;
mod key;
mod ranking;
mod sources;
mod stamp;
#[cfg(feature = "store")]
mod store;
mod table;
mod whole;

pub use chain::{BLOCK_VALUES, Chain, ChainBuilder};
pub use fingerprint::Fingerprint;
pub use hex::ParseDigestError;
pub use journal::{Access, Journal};
pub use key::{Key, KeyBuilder};
pub use ranking::{Candidate, Ranking};
pub use sources::{Known, SourceDraft, SourceIndex};
pub use stamp::{Looker, Stamp};
#[cfg(feature = "store")]
pub use store::{
    CacheError, CacheErrorKind, Config, Entry, Explanation, Insertion, MissReason, Opening,
    Statistics, Store, Tier, Timeouts, Warning,
};
pub use table::{Table, TableDraft, TableWritten};
