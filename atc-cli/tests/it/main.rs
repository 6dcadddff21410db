//! Integration tests of the engine and the command.

mod dataset;
mod why;
