//! Integration tests of the crate.

mod compare;
mod market;
mod policy;
mod program;
mod tiling;
mod twin;
