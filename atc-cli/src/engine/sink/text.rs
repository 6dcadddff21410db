//! CSV, JSON and JSON lines. Numbers are written so that they read back as the same `f64`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::Write;

use super::{Frame, Sink, SinkError, Values, push_number};
use crate::engine::dataset::format_time;

/// Writes comma-separated values with a header; a missing number is `NaN`.
#[derive(Debug)]
pub struct CsvSink<W> {
    writer: W,
    separator: char,
    has_header: bool,
    line: String,
}

impl<W: Write> CsvSink<W> {
    /// A sink that has written nothing yet.
    pub const fn new(writer: W) -> Self {
        Self::separated_by(',', writer)
    }

    /// As [`new`](Self::new), with a separator other than a comma.
    pub const fn separated_by(separator: char, writer: W) -> Self {
        Self {
            writer,
            separator,
            has_header: false,
            line: String::new(),
        }
    }
}

impl<W: Write> Sink for CsvSink<W> {
    fn write(&mut self, frame: &Frame) -> Result<(), SinkError> {
        if !self.has_header {
            let names: Vec<&str> = frame.columns.iter().map(|column| &*column.name).collect();
            let names = names.join(self.separator.encode_utf8(&mut [0; 4]));
            writeln!(self.writer, "{names}")?;
            self.has_header = true;
        }
        for row in 0..frame.n_rows {
            self.line.clear();
            for (at, column) in frame.columns.iter().enumerate() {
                if at > 0 {
                    self.line.push(self.separator);
                }
                match &column.values {
                    Values::Text(text) => self.line.push_str(&cell(text, self.separator)),
                    Values::Time(time) => self.line.push_str(&format_time(time[row])),
                    Values::Bar => drop(write!(self.line, "{row}")),
                    Values::Float(values) => push_number(&mut self.line, values[row]),
                    Values::Signal(values) => drop(write!(self.line, "{}", values[row])),
                }
            }
            self.line.push('\n');
            self.writer.write_all(self.line.as_bytes())?;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        Ok(self.writer.flush()?)
    }
}

/// A cell of a CSV file, quoted where it must be.
///
/// ```
/// assert_eq!(atc_cli::engine::sink::csv_text("BTC,\"spot\""), "\"BTC,\"\"spot\"\"\"");
/// ```
pub fn csv_text(text: &str) -> Cow<'_, str> {
    cell(text, ',')
}

fn cell(text: &str, separator: char) -> Cow<'_, str> {
    if text.contains(['"', '\n', '\r', separator]) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

/// Writes one object per row, in an array or a line each; a missing number is `null`.
#[derive(Debug)]
pub struct JsonSink<W> {
    writer: W,
    is_array: bool,
    n_rows: usize,
    line: Vec<u8>,
}

impl<W: Write> JsonSink<W> {
    /// One array of objects.
    pub const fn array(writer: W) -> Self {
        Self::new(writer, true)
    }

    /// One object per line.
    pub const fn lines(writer: W) -> Self {
        Self::new(writer, false)
    }

    const fn new(writer: W, is_array: bool) -> Self {
        Self {
            writer,
            is_array,
            n_rows: 0,
            line: Vec::new(),
        }
    }

    /// What stands before a row, and before the end.
    fn separator(&self) -> &'static [u8] {
        match (self.is_array, self.n_rows) {
            (true, 0) => b"[\n",
            (true, _) => b",\n",
            (false, _) => b"",
        }
    }
}

impl<W: Write> Sink for JsonSink<W> {
    fn write(&mut self, frame: &Frame) -> Result<(), SinkError> {
        let key = |name: &str| Ok::<_, SinkError>(json_text(name)? + ":");
        let keys: Vec<String> = frame
            .columns
            .iter()
            .map(|column| key(&column.name))
            .collect::<Result<_, _>>()?;
        for row in 0..frame.n_rows {
            self.line.clear();
            self.line.extend_from_slice(self.separator());
            for (at, (key, column)) in keys.iter().zip(&frame.columns).enumerate() {
                self.line.push(if at == 0 { b'{' } else { b',' });
                self.line.extend_from_slice(key.as_bytes());
                match &column.values {
                    Values::Text(text) => self.line.extend(json_text(text)?.bytes()),
                    Values::Time(time) => write!(self.line, "\"{}\"", format_time(time[row]))?,
                    Values::Bar => write!(self.line, "{row}")?,
                    Values::Float(values) if values[row].is_finite() => {
                        write!(self.line, "{:?}", values[row])?;
                    }
                    Values::Float(_) => self.line.extend_from_slice(b"null"),
                    Values::Signal(values) => write!(self.line, "{}", values[row])?,
                }
            }
            self.line
                .extend_from_slice(if self.is_array { b"}" } else { b"}\n" });
            self.writer.write_all(&self.line)?;
            self.n_rows += 1;
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        if self.is_array {
            let end: &[u8] = if self.n_rows == 0 { b"[]\n" } else { b"\n]\n" };
            self.writer.write_all(end)?;
        }
        Ok(self.writer.flush()?)
    }
}

fn json_text(text: &str) -> Result<String, SinkError> {
    serde_json::to_string(text).map_err(|error| std::io::Error::from(error).into())
}
