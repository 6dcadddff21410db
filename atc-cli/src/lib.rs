//! The engine behind the `atc` command: whole markets, read, classified and written.

pub mod engine;
