//! Outputs: frames of columns, written as text or in columnar formats.

mod atomic;
mod columnar;
mod frame;
mod number;
mod text;

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use arrow_schema::ArrowError;
use parquet::errors::ParquetError;

pub use self::atomic::AtomicFile;
pub use self::columnar::{ArrowSink, ParquetSink};
pub use self::frame::{Column, Frame, Values};
pub use self::number::{push_integer, push_number};
pub use self::text::{CsvSink, JsonSink, csv_text};

/// Takes frames, one per symbol, and writes them as one output.
///
/// All frames have the same columns.
pub trait Sink {
    /// Writes the next frame.
    ///
    /// # Errors
    ///
    /// What the writer below says.
    fn write(&mut self, frame: &Frame) -> Result<(), SinkError>;

    /// Writes what is left; nothing may be written afterwards.
    ///
    /// # Errors
    ///
    /// What the writer below says.
    fn finish(&mut self) -> Result<(), SinkError>;
}

/// A format that frames are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// The same, separated by tabs.
    Tsv,
    /// One JSON array of objects.
    Json,
    /// One JSON object per line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
    /// An Arrow IPC file, also known as Feather 2.
    Arrow,
}

impl Format {
    /// Every format, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::Tsv,
        Self::Json,
        Self::Jsonl,
        Self::Parquet,
        Self::Arrow,
    ];

    /// The name users type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Whether it is text that a terminal can show.
    pub const fn is_text(self) -> bool {
        !matches!(self, Self::Parquet | Self::Arrow)
    }

    /// The format that a file name's extension stands for.
    ///
    /// ```
    /// use atc_cli::engine::sink::Format;
    ///
    /// assert_eq!(Format::of_path("out/btc.feather".as_ref()), Some(Format::Arrow));
    /// assert_eq!(Format::of_path("btc.txt".as_ref()), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "pq" => Some(Self::Parquet),
            "feather" | "ipc" => Some(Self::Arrow),
            "ndjson" => Some(Self::Jsonl),
            name => name.parse().ok(),
        }
    }

    /// A sink that writes this format.
    pub fn sink<'a>(self, writer: impl Write + Send + 'a) -> Box<dyn Sink + 'a> {
        match self {
            Self::Csv => Box::new(CsvSink::new(writer)),
            Self::Tsv => Box::new(CsvSink::separated_by('\t', writer)),
            Self::Json => Box::new(JsonSink::array(writer)),
            Self::Jsonl => Box::new(JsonSink::lines(writer)),
            Self::Parquet => Box::new(ParquetSink::new(writer)),
            Self::Arrow => Box::new(ArrowSink::new(writer)),
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let is_it = |format: &Self| format.name() == text;
        Self::ALL
            .into_iter()
            .find(is_it)
            .ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// A name that is no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`, expected csv, tsv, json, jsonl, parquet or arrow")]
pub struct UnknownFormat(String);

/// Why an output could not be written.
#[derive(Debug)]
pub struct SinkError(Box<dyn StdError + Send + Sync>);

impl SinkError {
    /// The operating system's error behind it, if there is one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        let mut error: Option<&(dyn StdError + 'static)> = Some(self.0.as_ref());
        while let Some(at) = error {
            if let Some(io) = at.downcast_ref::<io::Error>() {
                return Some(io.kind());
            }
            error = at.source();
        }
        None
    }
}

impl fmt::Display for SinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for SinkError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

impl From<io::Error> for SinkError {
    fn from(error: io::Error) -> Self {
        Self(Box::new(error))
    }
}

impl From<ArrowError> for SinkError {
    fn from(error: ArrowError) -> Self {
        match error {
            ArrowError::IoError(_, error) => error.into(),
            error => Self(Box::new(error)),
        }
    }
}

impl From<ParquetError> for SinkError {
    fn from(error: ParquetError) -> Self {
        match error {
            ParquetError::External(error) => Self(error),
            error => Self(Box::new(error)),
        }
    }
}
