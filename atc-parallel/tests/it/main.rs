//! Integration tests: every executor keeps the contract.
#![cfg(not(loom))]

mod build;
mod contract;
mod lanes;
mod nesting;
mod ordered;
mod threads;
#[cfg(feature = "tokio")]
mod tokio_pool;
