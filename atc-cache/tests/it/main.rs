//! Integration tests of the cache.

mod chains;
mod keys;
#[cfg(feature = "store")]
mod store;
