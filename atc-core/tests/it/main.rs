//! Integration tests of the crate, one target.

mod golden;
mod lanes;
mod laws;
mod market;
mod naive;
