//! Lines of text, read into one buffer.

use std::io::{BufRead, BufReader, Read};

use super::{DatasetError, ErrorKind};

/// A line beyond this is no row of prices; it keeps junk without line breaks out of memory.
const LINE_LIMIT: u64 = 1 << 20;

/// Non-blank lines that are no comments, with their 1-based numbers.
pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    /// The current line, without its end.
    pub(crate) line: Vec<u8>,
    /// Number of the current line.
    pub(crate) row: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            reader: BufReader::with_capacity(1 << 16, stream),
            line: Vec::new(),
            row: 0,
        }
    }

    /// Moves to the next line that holds something; `false` at the end.
    pub(crate) fn advance(&mut self, path: &str) -> Result<bool, DatasetError> {
        loop {
            self.line.clear();
            let mut limited = (&mut self.reader).take(LINE_LIMIT);
            let n_read = limited
                .read_until(b'\n', &mut self.line)
                .map_err(|error| DatasetError::from_io(path, error))?;
            if n_read == 0 {
                return Ok(false);
            }
            self.row += 1;
            if n_read as u64 == LINE_LIMIT && self.line.last() != Some(&b'\n') {
                return Err(DatasetError::new(
                    ErrorKind::UnknownFormat,
                    path,
                    "the line is longer than 1 MiB",
                )
                .row(self.row)
                .remedy("write one row per line"));
            }
            if self.row == 1 && self.line.starts_with(b"\xef\xbb\xbf") {
                self.line.drain(..3);
            }
            // A tab at the end is an empty cell of a tab-separated row.
            while self
                .line
                .last()
                .is_some_and(|byte| byte.is_ascii_whitespace() && *byte != b'\t')
            {
                self.line.pop();
            }
            if !self.line.is_empty() && self.line[0] != b'#' {
                return Ok(true);
            }
        }
    }
}
