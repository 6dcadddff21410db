//! The engine: inputs, plan, run and sink, where the crates meet.

pub mod dataset;
pub mod inspect;
