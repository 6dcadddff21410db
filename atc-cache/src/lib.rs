#![doc = include_str!("../README.md")]

mod chain;
mod fingerprint;
mod key;

pub use chain::{BLOCK_VALUES, Chain, ChainBuilder};
pub use fingerprint::Fingerprint;
pub use key::{Key, KeyBuilder, ParseKeyError};
