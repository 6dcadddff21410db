//! Why the GPU refused.

/// Why the GPU refused.
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
}
