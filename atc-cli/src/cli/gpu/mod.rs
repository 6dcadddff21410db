//! Whether a GPU computes, as flags and the variable `ATC_GPU` say.

mod args;
#[cfg(not(feature = "gpu"))]
mod disabled;
#[cfg(feature = "gpu")]
mod enabled;

pub(crate) use args::GpuArgs;
#[cfg(not(feature = "gpu"))]
pub(crate) use disabled::{Gpu, adapters, route};
#[cfg(feature = "gpu")]
pub(crate) use enabled::{Gpu, adapters, route, select};
