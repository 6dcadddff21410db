//! What is wanted of an input.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// The series the averages are taken of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum SourceColumn {
    /// The close.
    #[default]
    Close,
    /// `(high + low) / 2`.
    Hl2,
    /// `(high + low + close) / 3`.
    Hlc3,
    /// `(open + high + low + close) / 4`.
    Ohlc4,
    /// A column of the input by its name: exactly, else without regard to case.
    Named(String),
}

impl FromStr for SourceColumn {
    type Err = Infallible;

    /// Understands `close`, `hl2`, `hlc3`, `ohlc4` in any case; everything else is a column name.
    ///
    /// ```
    /// use atc_cli::engine::dataset::SourceColumn;
    ///
    /// assert_eq!("HLC3".parse(), Ok(SourceColumn::Hlc3));
    /// assert_eq!("vwap".parse(), Ok(SourceColumn::Named("vwap".to_owned())));
    /// ```
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "close" => Self::Close,
            "hl2" => Self::Hl2,
            "hlc3" => Self::Hlc3,
            "ohlc4" => Self::Ohlc4,
            _ => Self::Named(text.trim().to_owned()),
        })
    }
}

impl fmt::Display for SourceColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Close => "close",
            Self::Hl2 => "hl2",
            Self::Hlc3 => "hlc3",
            Self::Ohlc4 => "ohlc4",
            Self::Named(name) => name,
        })
    }
}

/// What is wanted of an input: which source, and which symbol if it holds several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The series the averages are taken of.
    pub source: SourceColumn,
    /// The one symbol to read; `None` reads all that are there.
    pub symbol: Option<String>,
}
