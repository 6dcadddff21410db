//! Why an input failed, in terms of its files.

use std::fmt;

use atc_core::Error as CoreError;

use super::dataset::{Bars, DatasetError, ErrorKind, Place};
use super::evaluate::EvaluateError;

/// Why an input gave no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// It could not be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Its bars are refused.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// The device or store behind the evaluator failed.
    #[error("{input}: {error}")]
    Device {
        /// The input as the user named it.
        input: String,
        /// What failed.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Some inputs of one output have times, others do not.
    #[error(
        "{input}: it {} times, the inputs before it {}; compute it by itself",
        if *has_times { "has" } else { "has no" },
        if *has_times { "have none" } else { "have them" }
    )]
    MixedTimes {
        /// The input as the user named it.
        input: String,
        /// Whether this one has times.
        has_times: bool,
    },
}

/// An input, or one symbol of it, that failed; the others are not affected.
#[derive(Debug)]
pub struct Failure {
    /// The input as the user named it.
    pub input: String,
    /// The symbol, as far as it is known.
    pub symbol: Option<String>,
    /// Why it failed.
    pub error: EngineError,
}

impl EngineError {
    /// A refusal of the bars of one symbol, told in terms of their file.
    pub(super) fn refused(bars: &Bars, error: CoreError) -> Self {
        let first = bars.row_of(0);
        Self::Refused(Box::new(Refusal {
            input: first.map_or_else(String::new, |place| place.path.to_string()),
            symbol: bars.symbol.clone(),
            place: bar_of(&error).and_then(|bar| bars.row_of(bar)),
            error,
        }))
    }
}

impl Failure {
    /// The failure of an evaluator, told in terms of the file.
    pub(super) fn of_series(input: &str, bars: &Bars, error: EvaluateError) -> Self {
        let error = match error {
            EvaluateError::Refused(error) => EngineError::refused(bars, error),
            EvaluateError::Device(error) => EngineError::Device {
                input: input.to_owned(),
                error,
            },
        };
        Self {
            input: input.to_owned(),
            symbol: Some(bars.symbol.clone()),
            error,
        }
    }

    /// Whether it is worth telling, of a run in which `n_done` symbols were done: with a symbol that was asked for, an
    /// input that lacks it counts only if no other has it.
    pub fn counts(&self, n_done: usize) -> bool {
        n_done == 0 || !self.lacks_symbol()
    }

    /// Whether there is no such input.
    pub fn is_not_found(&self) -> bool {
        matches!(&self.error, EngineError::Dataset(error) if error.kind() == ErrorKind::NotFound)
    }

    /// Whether the input is sound but lacks the symbol that was asked for.
    pub fn lacks_symbol(&self) -> bool {
        matches!(&self.error, EngineError::Dataset(error) if error.kind() == ErrorKind::Symbol && error.row_number().is_none())
    }
}

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        Self {
            input: error.path().to_owned(),
            symbol: None,
            error: error.into(),
        }
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.source()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

/// The bar that a refusal is about.
const fn bar_of(error: &CoreError) -> Option<usize> {
    match error {
        CoreError::NotFinite { bar, .. } | CoreError::NotPositive { bar, .. } => Some(*bar),
        _ => None,
    }
}

/// Bars that the indicator refuses; displayed as readers word their errors: file, row, value, remedy.
#[derive(Debug)]
pub struct Refusal {
    /// The input as the user named it.
    pub input: String,
    /// The symbol.
    pub symbol: String,
    /// The file and row of the bar that is refused, where it is one bar.
    pub place: Option<Place>,
    /// The refusal; its bar is an index into the series.
    pub error: CoreError,
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}, row {}", place.path, place.row)?,
            None => write!(f, "{}, symbol {}", self.input, self.symbol)?,
        }
        match &self.error {
            CoreError::NotFinite { column, value, .. } => write!(
                f,
                ", column `{column}`: `{value}` is missing or not finite; fill it in, or leave such bars out with `--gaps skip`"
            ),
            CoreError::NotPositive { value, .. } => write!(
                f,
                ", column `close`: `{value}` is not above zero; correct the price or remove the row"
            ),
            CoreError::Cutout { cutout, n_bars } => write!(
                f,
                ": `{n_bars}` bars are too few for a cutout of {cutout}; take a smaller cutout or a longer history"
            ),
            CoreError::Empty => {
                f.write_str(": no bar has a finite close; check the column of closing prices")
            }
            error => write!(f, ": {error}"),
        }
    }
}
