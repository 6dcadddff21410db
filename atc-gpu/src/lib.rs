#![doc = include_str!("../README.md")]

mod columns;
mod constants;
mod error;
mod policy;
mod precision;
mod program;
mod tiling;
pub mod twin;

pub use columns::{Columns, Series};
pub use error::Error;
pub use policy::Policy;
pub use precision::Precision;
pub use program::{FAMILIES, MAX_LENGTH, PerFamily, Program, Variants};
pub use tiling::{Demand, Limits, Tile, Tiles, Tiling};
