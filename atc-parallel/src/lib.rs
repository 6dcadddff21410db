#![doc = include_str!("../README.md")]

mod control;
mod executor;
mod lane_set;
mod lanes;
mod nesting;
mod ordered;
mod recording;
mod run;
mod sequential;
mod sync;

#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "rayon")]
mod rayon_pool;
#[cfg(feature = "tokio")]
mod stream;
#[cfg(feature = "tokio")]
mod tokio_pool;

pub use control::{CancelToken, Control, Outcome, Progress};
pub use executor::{Executor, ExecutorExt, Slot, Work, available_lanes};
pub use lanes::Lanes;
#[cfg(feature = "rayon")]
pub use rayon_pool::RayonPool;
pub use recording::{Record, Recording};
pub use run::{BuildError, JobPanic};
pub use sequential::Sequential;
#[cfg(feature = "tokio")]
pub use stream::{InFlight, JobError, JobStream};
#[cfg(feature = "tokio")]
pub use tokio_pool::TokioPool;
