#![doc = include_str!("../README.md")]

mod chain;
mod fingerprint;
mod key;
#[cfg(feature = "store")]
mod store;

pub use chain::{BLOCK_VALUES, Chain, ChainBuilder};
pub use fingerprint::Fingerprint;
pub use key::{Key, KeyBuilder, ParseKeyError};
#[cfg(feature = "store")]
pub use store::{
    CacheError, CacheErrorKind, Config, Entry, Explanation, Insertion, MissReason, Statistics,
    Store, Tier, Timeouts, Warning,
};
