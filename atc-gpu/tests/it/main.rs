//! Integration tests of the crate.

mod carry;
mod compare;
mod faults;
mod golden;
mod gpu;
mod lanes;
mod market;
mod parity;
mod policy;
mod program;
mod refused;
mod tiling;
mod twin;
