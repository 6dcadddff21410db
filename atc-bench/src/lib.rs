//! Measures ATC: the same result by different means, in turn, with digests that must agree.
//!
//! A [`Workload`](market::Workload) is a made-up market. Every [`Subject`](subject::Subject), an
//! executor times an evaluator, computes it in every round; [`measure`](matrix::measure) times them,
//! compares the digests of what they returned, and fails if one bit differs. Numbers are compared
//! within a round only, since the machine may be busier in the next one.

pub mod digest;
pub mod machine;
pub mod market;
pub mod matrix;
pub mod memory;
pub mod report;
pub mod stats;
pub mod stream;
pub mod subject;
