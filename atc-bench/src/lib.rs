//! Measures ATC: the same result by different means, in turn, with digests that must agree.
//!
//! A `market::Workload` is a made-up market. Every `subject::Subject`, an
//! executor times an evaluator, computes it in every round; `matrix::measure` times them,
//! compares the digests of what they returned, and fails if one bit differs. Numbers are compared
//! within a round only, since the machine may be busier in the next one.

#[cfg(feature = "engine")]
pub mod cached;
#[cfg(feature = "engine")]
pub mod generate;
pub mod machine;
pub mod market;
#[cfg(feature = "engine")]
pub mod matrix;
#[cfg(feature = "engine")]
pub mod memory;
#[cfg(feature = "engine")]
pub mod reads;
pub mod report;
// The tests of the engine read from the same server.
#[cfg(feature = "engine")]
#[path = "../../atc-cli/tests/it/remote/server.rs"]
mod server;
pub mod stats;
#[cfg(feature = "engine")]
pub mod subject;
pub mod universe;
