//! Why the GPU refused, or failed.

use std::time::Duration;

use crate::Precision;

/// Why the GPU refused, or failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A name that stands for nothing.
    #[error("unknown {what} {got:?}, expected one of {known:?}")]
    UnknownName {
        /// What was to be named.
        what: &'static str,
        /// What came.
        got: String,
        /// The names there are.
        known: &'static [&'static str],
    },
    /// Not even one bar of one series fits the device.
    #[error(
        "one series needs {needed} bytes of {what} in one buffer, this device allows {limit}; shorten the lengths or compute on the processor"
    )]
    DoesNotFit {
        /// What the buffer holds.
        what: &'static str,
        /// The bytes of the smallest tile.
        needed: u64,
        /// The bytes a buffer may have.
        limit: u64,
    },
    /// The driver ends loops before one bar is computed.
    #[error(
        "one bar needs {needed} steps of loops, this driver allows {limit}; shorten the lengths or compute on the processor"
    )]
    TooManySteps {
        /// The steps of the smallest tile.
        needed: u64,
        /// The steps a launch may take.
        limit: u64,
    },
    /// A length that is no length, or too long.
    #[error("a length of the {family} family must lie in 1 ..= {max} bars, got {got}", max = crate::MAX_LENGTH)]
    Length {
        /// The family.
        family: &'static str,
        /// The length that came.
        got: usize,
    },
    /// Window sums that would start afresh too seldom.
    #[error(
        "the spacing of the {family} family must lie in 1 ..= {shortest} bars, its shortest window, got {got}"
    )]
    Spacing {
        /// The family.
        family: &'static str,
        /// The spacing that came.
        got: usize,
        /// Its shortest window.
        shortest: usize,
    },
    /// A cutout beyond what kernels count.
    #[error("the cutout must be at most {max} bars, got {got}", max = u32::MAX)]
    Cutout {
        /// The cutout that came.
        got: usize,
    },
    /// A number of a program with which nothing can be computed.
    #[error("the {what} of a program cannot be {got}")]
    Number {
        /// What it is.
        what: &'static str,
        /// What came, NaN or an infinity.
        got: String,
    },
    /// Two series that must share one time axis do not.
    #[error("{got} {what} for {n_bars} closes")]
    LengthMismatch {
        /// What there are too few or too many of.
        what: &'static str,
        /// How many came.
        got: usize,
        /// The bars of the series.
        n_bars: usize,
    },
    /// There is no device of the kind wanted.
    #[error(
        "no GPU: wanted {wanted} with {precision}, found {known:?}; install a Vulkan driver or compute on the processor"
    )]
    NoDevice {
        /// What was wanted.
        wanted: String,
        /// The precision that was wanted.
        precision: Precision,
        /// The names of the devices there are.
        known: Vec<String>,
    },
    /// The device wanted does not compute in `f64`.
    #[error("{name} does not compute in f64; choose another device, or f32")]
    NoF64 {
        /// Its name.
        name: String,
    },
    /// The driver refused to open the device.
    #[error("cannot open {name}: {reason}")]
    Open {
        /// Its name.
        name: String,
        /// What the driver says.
        reason: String,
    },
    /// A kernel does not compile.
    #[error("kernel {name} does not compile: {reason}")]
    Kernel {
        /// Its name.
        name: &'static str,
        /// What the compiler says.
        reason: String,
    },
    /// The device has no memory left.
    #[error("the device is out of memory: {reason}; use fewer lanes or smaller tiles")]
    OutOfMemory {
        /// What the driver says.
        reason: String,
    },
    /// The device refused a command.
    #[error("the device refused a command: {reason}")]
    Device {
        /// What the driver says.
        reason: String,
    },
    /// The device is gone; so is its lane.
    #[error("the device is lost: {reason}; open it again, or compute on the processor")]
    Lost {
        /// What the driver says.
        reason: String,
    },
    /// The device did not answer in time; its lane is given up.
    #[error(
        "the device did not finish a tile within {limit:?}; allow it more time, or compute on the processor"
    )]
    Timeout {
        /// How long it had.
        limit: Duration,
    },
}
