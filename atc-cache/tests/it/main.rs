//! Integration tests of the cache.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod chains;
mod journal;
mod keys;
mod ranking;
mod sources;
#[cfg(feature = "store")]
mod store;
mod tables;
