//! Integration tests of the crate.

mod policy;
mod tiling;
