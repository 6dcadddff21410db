//! Integration tests of the engine and the command.

mod cache;
mod cancel;
#[cfg(feature = "cli")]
mod cli;
mod dataset;
mod evaluators;
mod executors;
#[cfg(feature = "gpu")]
mod gpu;
mod prove;
#[cfg(feature = "remote")]
mod remote;
mod watch;
mod why;
