//! Integration tests of the crate.

mod compare;
mod gpu;
mod market;
mod parity;
mod policy;
mod program;
mod tiling;
mod twin;
