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
}
