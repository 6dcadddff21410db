//! Integration tests of the cache.

mod chains;
mod keys;
