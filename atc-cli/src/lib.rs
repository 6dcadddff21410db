#![doc = include_str!("../README.md")]

pub mod engine;

/// The cookbook's examples are tested like those of these pages.
#[cfg(doctest)]
#[doc = include_str!("../../docs/cookbook.md")]
struct Cookbook;
