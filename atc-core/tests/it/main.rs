//! Integration tests of the crate, one target.

mod golden;
mod naive;
