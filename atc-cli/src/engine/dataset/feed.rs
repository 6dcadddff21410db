//! Text that comes line by line, of which each line is read as it comes.

use std::sync::Arc;

use super::collect::{Mark, Symbol};
use super::decode::{Named, Reading, decode_bytes};
use super::{Bars, DatasetError, ErrorKind, Request};

/// Reads bars out of a text that never ends: CSV with or without header, or JSON with an object per line.
///
/// Formats and columns are told as those of files are, by the first line.
///
/// ```
/// use atc_cli::engine::dataset::{LineReader, Request};
///
/// let mut lines = LineReader::new("feed", Request::default());
/// assert_eq!(lines.read(b"symbol,time,close")?, None); // the header
/// let bar = lines.read(b"BTC,2024-01-31,42580.5")?.expect("a bar");
/// assert_eq!((bar.symbol.as_str(), bar.close.as_slice()), ("BTC", &[42580.5][..]));
/// # Ok::<(), atc_cli::engine::dataset::DatasetError>(())
/// ```
#[derive(Debug)]
pub struct LineReader {
    named: Named,
    request: Request,
    /// The one symbol to read.
    symbol: Option<String>,
    /// The symbol of bars that have none.
    unnamed: String,
    /// The lines before the first bar, with their ends: a header, comments, what names the delimiter.
    header: Vec<u8>,
    /// The decimal mark of the numbers so far.
    mark: Option<Mark>,
    has_begun: bool,
    n_lines: u64,
}

impl LineReader {
    /// A reader of lines from `name`. Bars without a symbol have the one asked for, else `name`.
    pub fn new(name: &str, request: Request) -> Self {
        let path: Arc<str> = name.into();
        Self {
            named: Named {
                symbol: Symbol::Stem(Arc::clone(&path)),
                path,
            },
            unnamed: request.symbol.clone().unwrap_or_else(|| name.to_owned()),
            symbol: request.symbol.clone(),
            request: Request {
                symbol: None,
                ..request
            },
            header: Vec::new(),
            mark: None,
            has_begun: false,
            n_lines: 0,
        }
    }

    /// Calls bars without a symbol so, and those of the symbol that is asked for, which may be written in other letters.
    #[must_use]
    pub fn unnamed(self, symbol: impl Into<String>) -> Self {
        let unnamed = symbol.into();
        Self { unnamed, ..self }
    }

    /// The bar of the next line; `None` if it is a header, a comment, blank, or of another symbol than the one asked for.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] with the number of the line, as reading a file has them; also if the line has bars of several
    /// symbols.
    pub fn read(&mut self, line: &[u8]) -> Result<Option<Bars>, DatasetError> {
        self.n_lines += 1;
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        if line.starts_with(b"#") {
            // It may hold the names of columns, if nothing else does.
            if !self.has_begun && self.header.first().is_none_or(|byte| *byte == b'#') {
                self.header = [line, b"\n"].concat();
            }
            return Ok(None);
        }
        let text = [&self.header, line, b"\n"].concat();
        let reading = Reading {
            mark: self.mark,
            ..Reading::strict(&self.request)
        };
        let bars = match decode_bytes(&text, &self.named, reading) {
            Ok(decoded) if 1 < decoded.bars.len() => return Err(self.of_several_symbols()),
            Ok(decoded) => {
                self.has_begun = true;
                self.mark = decoded.mark;
                decoded.bars.into_iter().next()
            }
            Err(error) if error.kind() == ErrorKind::Empty && !self.has_begun => {
                self.header = text;
                None
            }
            Err(error) => return Err(error.row(self.n_lines)),
        };
        let bars = bars.map(|bars| bars.at_row(&self.named.path, self.n_lines));
        Ok(bars.and_then(|bars| self.of_symbol(bars)))
    }

    fn of_several_symbols(&self) -> DatasetError {
        let what = "the line has bars of several symbols";
        let error = DatasetError::new(ErrorKind::Symbol, &self.named.path, what);
        error.row(self.n_lines).remedy("send a line for each")
    }

    fn of_symbol(&self, mut bars: Bars) -> Option<Bars> {
        if bars.symbol == self.named.symbol.name() {
            bars.symbol.clone_from(&self.unnamed);
        }
        let Some(wanted) = &self.symbol else {
            return Some(bars);
        };
        if !bars.symbol.eq_ignore_ascii_case(wanted) {
            return None;
        }
        if self.unnamed != *wanted {
            bars.symbol.clone_from(&self.unnamed);
        }
        Some(bars)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closes(lines: &[&str]) -> Vec<Result<Option<f64>, String>> {
        let mut reader = LineReader::new("feed", Request::default());
        let mut read = |line: &&str| {
            let bar = reader.read(line.as_bytes());
            bar.map(|bar| bar.map(|bar| bar.close[0]))
                .map_err(|error| error.to_string())
        };
        lines.iter().map(&mut read).collect()
    }

    #[test]
    fn a_line_is_read_with_the_header_or_without() {
        let (one, two) = (Ok(Some(1.5)), Ok(Some(2.5)));
        let bars = [one.clone(), two.clone()];
        assert_eq!(
            closes(&["1700000000,1,2,1,1.5,9", "1700000060,1,2,1,2.5,9"]),
            bars
        );
        assert_eq!(closes(&["1.5", "2.5"]), bars);
        let lines = [
            r#"{"close": 1.5, "time": 1}"#,
            r#"{"time": 2, "close": 2.5}"#,
        ];
        assert_eq!(closes(&lines), bars);
        let lines = ["time,close", "1,1.5", "", "2,2.5\r"];
        assert_eq!(closes(&lines), [Ok(None), one, Ok(None), two]);
    }

    #[test]
    fn comments_and_the_line_that_names_the_delimiter_are_passed_over() {
        let (one, two) = (Ok(Some(1.5)), Ok(Some(2.5)));
        let lines = [
            "# exported",
            "# today",
            "time,close",
            "1,1.5",
            "# again",
            "2,2.5",
        ];
        let none = Ok(None);
        let expected = [&none, &none, &none, &one, &none, &two].map(Clone::clone);
        assert_eq!(closes(&lines), expected);
        let lines = ["sep=;", "time;close", "1;1,5", "2;2,5"];
        assert_eq!(closes(&lines), [none.clone(), none, one, two]);
    }

    #[test]
    fn a_number_with_another_decimal_mark_than_those_before_is_refused() {
        let read = closes(&["time;close", "1;38,5", "2;1.038", "3;39", "4;39,5"]);
        assert_eq!(
            (&read[1], &read[3], &read[4]),
            (&Ok(Some(38.5)), &Ok(Some(39.0)), &Ok(Some(39.5)))
        );
        let error = read[2].as_ref().unwrap_err();
        assert!(
            error.starts_with("feed, row 3, column `close`: `1.038` has `.`"),
            "{error}"
        );
    }

    #[test]
    fn a_symbol_that_is_asked_for_is_read_alone_or_is_what_bars_are_called() {
        let request = Request {
            symbol: Some("BRK.B".to_owned()),
            ..Request::default()
        };
        for lines in [["close", "1", "2"], ["symbol,close", "A,1", "BRK.B,2"]] {
            let mut reader = LineReader::new("feed", request.clone());
            let bars: Vec<Bars> = lines
                .iter()
                .filter_map(|line| reader.read(line.as_bytes()).unwrap())
                .collect();
            let last = bars.last().unwrap();
            assert_eq!((last.symbol.as_str(), last.close[0]), ("BRK.B", 2.0));
            assert_eq!(bars.len(), if lines[1] == "A,1" { 1 } else { 2 });
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_the_next_one_is_read() {
        let read = closes(&["time,close", "1,1.5", "2,high", "3", "3,2.5"]);
        assert_eq!((&read[1], &read[4]), (&Ok(Some(1.5)), &Ok(Some(2.5))));
        for (at, word) in [(2, "high"), (3, "row 4")] {
            let error = read[at].as_ref().unwrap_err();
            let row = format!("feed, row {}", at + 1);
            assert!(error.starts_with(&row) && error.contains(word), "{error}");
        }
        let read = closes(&[r#"[{"symbol":"A","close":1},{"symbol":"B","close":2}]"#]);
        let error = read[0].as_ref().unwrap_err();
        assert_eq!(
            error,
            "feed, row 1: the line has bars of several symbols; send a line for each"
        );
        let read = closes(&["time,price", "1,1.5"]);
        assert!(read[0].as_ref().unwrap_err().contains("close"), "{read:?}");
    }
}
