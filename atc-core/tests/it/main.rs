//! Integration tests of the crate, one target.

mod accuracy;
mod forged;
mod golden;
mod lanes;
mod laws;
mod market;
mod naive;
mod refusals;
mod slices;
mod sweep;
mod universe;
mod warm_up;
mod words;
