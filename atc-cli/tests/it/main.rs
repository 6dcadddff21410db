//! Integration tests of the engine and the command.

#[cfg(feature = "cli")]
mod cli;
mod dataset;
mod prove;
#[cfg(feature = "gpu")]
mod gpu;
#[cfg(feature = "remote")]
mod remote;
mod why;
