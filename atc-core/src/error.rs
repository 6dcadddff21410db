//! Why a parameter, a bar or a snapshot was refused.

use crate::Family;

/// Why a parameter, a bar or a snapshot was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A base length from which one of the nine lengths would not be positive.
    #[error(
        "{family}_len {length} is too short for robustness {robustness}: its nine lengths would reach {shortest}, all must be at least 1"
    )]
    LengthTooShort {
        /// The family whose length was refused.
        family: Family,
        /// The base length that came.
        length: usize,
        /// The robustness whose offsets were applied.
        robustness: &'static str,
        /// The shortest of the nine lengths.
        shortest: isize,
    },
    /// A base length above [`MAX_LENGTH`](crate::MAX_LENGTH).
    #[error("{family}_len {length} is above the largest supported length of {max} bars")]
    LengthTooLong {
        /// The family whose length was refused.
        family: Family,
        /// The base length that came.
        length: usize,
        /// The largest supported length.
        max: usize,
    },
    /// A starting weight that is not a positive number, or above [`MAX_WEIGHT`](crate::MAX_WEIGHT).
    #[error("{family}_weight must be a number above 0 and at most {max:e}, got {got:?}", max = crate::MAX_WEIGHT)]
    Weight {
        /// The family whose weight was refused.
        family: Family,
        /// The weight that came.
        got: f64,
    },
    /// A parameter outside its range.
    #[error("{name} must lie in {range}, got {got}")]
    OutOfRange {
        /// The parameter.
        name: &'static str,
        /// The range it must lie in, in words.
        range: &'static str,
        /// The value that came.
        got: f64,
    },
    /// A long threshold that does not exceed the short one.
    #[error("long_threshold ({long}) must exceed short_threshold ({short})")]
    Thresholds {
        /// The long threshold that came.
        long: f64,
        /// The short threshold that came.
        short: f64,
    },
    /// A name that is none of the known ones.
    #[error("unknown {what} `{got}`, expected one of {known}", known = known.join(", "))]
    UnknownName {
        /// What was being named.
        what: &'static str,
        /// The name that came.
        got: String,
        /// The names that would have been understood.
        known: &'static [&'static str],
    },
    /// A series without bars.
    #[error("the series has no bars")]
    Empty,
    /// A cutout that leaves no bar.
    #[error("cutout {cutout} leaves nothing of a series of {n_bars} bars, it must be smaller")]
    Cutout {
        /// The cutout that came.
        cutout: usize,
        /// Bars of the series.
        n_bars: usize,
    },
    /// A sweep without parameter sets.
    #[error("a sweep needs at least one parameter set")]
    EmptySweep,
    /// Plans of one sweep that treat missing bars differently.
    #[error("the parameter sets of one sweep must agree on gaps, some say reject and some skip")]
    MixedGaps,
    /// Two series that must share one time axis do not.
    #[error("close has {close} bars and source {source_bars}, they must be equally long")]
    LengthMismatch {
        /// Bars of the closes.
        close: usize,
        /// Bars of the source.
        source_bars: usize,
    },
    /// A close or source value that is not finite, under `gaps = reject`.
    #[error("bar {bar} is not finite: {column} is {value} (gaps = skip leaves such bars out)")]
    NotFinite {
        /// Index of the bar, from 0.
        bar: usize,
        /// `close` or `source`.
        column: &'static str,
        /// The value that came.
        value: f64,
    },
    /// A close that is zero or negative.
    #[error("bar {bar}: close is {value}, closes must be positive")]
    NotPositive {
        /// Index of the bar, from 0.
        bar: usize,
        /// The close that came.
        value: f64,
    },
    /// A classifier for a universe of another plan.
    #[error("the classifier was made with other parameters than the universe")]
    OtherPlan,
    /// Bytes that are no snapshot of this version and plan.
    #[error("snapshot refused: {reason}")]
    Snapshot {
        /// What is wrong with the bytes.
        reason: &'static str,
    },
}
