#![doc = include_str!("../README.md")]

mod bind;
mod buffers;
mod carry;
mod columns;
mod constants;
mod device;
mod error;
mod health;
mod lane;
mod lanes;
mod output;
mod pack;
mod pipelines;
mod policy;
mod precision;
mod program;
mod real;
mod run;
mod shaders;
mod spirv;
mod stage;
mod tiling;
mod timeline;
pub mod twin;
mod unroll;

pub use carry::{Ending, FamilyCarry};
pub use columns::{Columns, Flip, Reading, Series};
pub use device::{Device, DeviceKind, Select, devices};
pub use error::Error;
pub use lane::{Lane, Options};
pub use lanes::Lanes;
pub use policy::Policy;
pub use precision::Precision;
pub use program::{FAMILIES, MAX_LENGTH, PerFamily, Program, Variants};
pub use tiling::{Demand, Limits, Tile, Tiles, Tiling};
pub use timeline::{TileTimes, Timeline};
