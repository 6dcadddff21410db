#![doc = include_str!("../README.md")]

mod error;
mod policy;
mod precision;
mod tiling;

pub use error::Error;
pub use policy::Policy;
pub use precision::Precision;
pub use tiling::{Demand, Limits, Tile, Tiles, Tiling};
