//! Integration tests of the crate, one target.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod digests;
mod generate;
mod report;
mod stats;
