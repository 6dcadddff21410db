//! Why an input could not be read.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

/// What kind of trouble an input has; the words are in [`DatasetError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such file, or a pattern matches none.
    NotFound,
    /// The file is there but may not be read.
    NoPermission,
    /// The operating system failed while reading.
    Io,
    /// The input holds no rows.
    Empty,
    /// The input is none of the known formats.
    UnknownFormat,
    /// The input starts like a known format but cannot be decoded: damaged, truncated or unsupported.
    Damaged,
    /// A compressed input grows beyond all proportion.
    Bomb,
    /// A column that is needed is missing or has no usable type.
    Column,
    /// A row has fewer or more cells than its header.
    Row,
    /// A cell that must hold a number does not.
    Number,
    /// A cell that must hold a time does not.
    Time,
    /// Times are not strictly ascending.
    Order,
    /// The symbol asked for is not there, or symbols are mixed where one is expected.
    Symbol,
}

/// A number, and the word for one or for several.
pub(crate) fn counted(n: usize, one: &str, several: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}

/// Why an input could not be read: where, what came, and what to do about it.
///
/// Displayed as one line:
///
/// ```text
/// btc.csv, row 3, column `close`: `abc` is not a number; write a number or leave the cell empty
/// ```
#[derive(Clone, Debug)]
pub struct DatasetError {
    inner: Box<Inner>,
}

#[derive(Clone, Debug)]
struct Inner {
    kind: ErrorKind,
    path: String,
    row: Option<u64>,
    column: Option<String>,
    value: Option<String>,
    what: String,
    remedy: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl DatasetError {
    pub(crate) fn new(kind: ErrorKind, path: &str, what: impl Into<String>) -> Self {
        let inner = Inner {
            kind,
            path: path.to_owned(),
            row: None,
            column: None,
            value: None,
            what: one_line(&what.into()),
            remedy: String::new(),
            source: None,
        };
        Self {
            inner: Box::new(inner),
        }
    }

    /// The error of a system call on `path`; an error of ours that travelled inside `io::Error` comes out again.
    pub(crate) fn from_io(path: &str, error: io::Error) -> Self {
        let error = match error.downcast::<Bomb>() {
            Ok(bomb) => {
                return Self::new(ErrorKind::Bomb, path, bomb.to_string())
                    .remedy("decompress it by hand and look at it before reading it");
            }
            Err(error) => error,
        };
        let (kind, what, remedy) = match error.kind() {
            io::ErrorKind::NotFound if path.contains(char::REPLACEMENT_CHARACTER) => (
                ErrorKind::NotFound,
                "its name is not UTF-8".to_owned(),
                "rename the file",
            ),
            io::ErrorKind::NotFound => (
                ErrorKind::NotFound,
                "no such file or directory".to_owned(),
                "check the path",
            ),
            io::ErrorKind::PermissionDenied => (
                ErrorKind::NoPermission,
                "permission denied".to_owned(),
                "make the file readable for this user",
            ),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::InvalidData
            | io::ErrorKind::InvalidInput => (
                ErrorKind::Damaged,
                format!("the data is damaged or truncated ({error})"),
                "fetch or write the file again",
            ),
            _ => (
                ErrorKind::Io,
                format!("reading failed ({error})"),
                "check the disk and the path",
            ),
        };
        Self::new(kind, path, what).remedy(remedy).source(error)
    }

    pub(crate) fn row(mut self, row: u64) -> Self {
        self.inner.row = Some(row);
        self
    }

    pub(crate) fn column(mut self, column: &str) -> Self {
        self.inner.column = Some(clip(column));
        self
    }

    pub(crate) fn value(mut self, value: &str) -> Self {
        self.inner.value = Some(clip(value));
        self
    }

    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.inner.remedy = remedy.into();
        self
    }

    pub(crate) fn source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Arc::new(source));
        self
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The input as the user named it; a member of an archive follows its path after a colon.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// The row it is about: the 1-based line of a text file, the 1-based record of any other.
    pub fn row_number(&self) -> Option<u64> {
        self.inner.row
    }

    /// The column it is about, as the input names it.
    pub fn column_name(&self) -> Option<&str> {
        self.inner.column.as_deref()
    }

    /// The value that came.
    pub fn value_found(&self) -> Option<&str> {
        self.inner.value.as_deref()
    }

    /// What the user can do about it, in a few words.
    pub fn remedy_text(&self) -> &str {
        &self.inner.remedy
    }
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            path,
            row,
            column,
            value,
            what,
            remedy,
            ..
        } = &*self.inner;
        f.write_str(&one_line(path))?;
        if let Some(row) = row {
            write!(f, ", row {row}")?;
        }
        if let Some(column) = column {
            write!(f, ", column `{column}`")?;
        }
        f.write_str(": ")?;
        if let Some(value) = value {
            write!(f, "`{value}` ")?;
        }
        f.write_str(what)?;
        if remedy.is_empty() {
            Ok(())
        } else {
            write!(f, "; {remedy}")
        }
    }
}

impl StdError for DatasetError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

/// A decompressor that made far more out of its input than prices ever could; travels inside `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error(
    "the compressed data grows more than {ratio}-fold, beyond {bytes} bytes: a zip bomb or no prices"
)]
pub(crate) struct Bomb {
    pub(crate) ratio: u64,
    pub(crate) bytes: u64,
}

impl From<Bomb> for io::Error {
    fn from(bomb: Bomb) -> Self {
        Self::other(bomb)
    }
}

/// Keeps text on one line: words of foreign decoders quote the file, line breaks and all.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Shows a cell on one line and short, whatever it holds.
fn clip(text: &str) -> String {
    const LIMIT: usize = 60;
    let clean: String = text
        .chars()
        .take(LIMIT)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(LIMIT).is_some() {
        clean + "…"
    } else {
        clean
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_with_place_value_and_remedy() {
        let error = DatasetError::new(ErrorKind::Number, "a.csv", "is not a number")
            .row(3)
            .column("close")
            .value("ab\nc")
            .remedy("write a number");
        assert_eq!(
            error.to_string(),
            "a.csv, row 3, column `close`: `ab\\nc` is not a number; write a number"
        );
    }

    #[test]
    fn a_forbidden_file_says_so() {
        let error =
            DatasetError::from_io("a.csv", io::Error::from(io::ErrorKind::PermissionDenied));
        assert_eq!(error.kind(), ErrorKind::NoPermission);
        assert_eq!(
            error.to_string(),
            "a.csv: permission denied; make the file readable for this user"
        );
    }
}
