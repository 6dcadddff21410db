//! Lines of text, read into one buffer.

use std::io::{self, BufRead};
use std::mem;

use memchr::memchr;

use super::{DatasetError, ErrorKind};

/// A line beyond this is no row of prices; it keeps junk without line breaks out of memory.
const LINE_LIMIT: usize = 1 << 20;

/// Bytes that most lines fit into.
const USUAL: usize = 128;

/// Non-blank lines that are no comments, with their 1-based numbers.
pub(crate) struct Lines<R> {
    reader: R,
    /// The current line, without its end.
    pub(crate) line: Vec<u8>,
    /// The last comment above it, as far as there was one.
    pub(crate) comment: Vec<u8>,
    /// Number of the current line.
    pub(crate) row: u64,
    /// What ends a line.
    end: u8,
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            line: Vec::with_capacity(USUAL),
            comment: Vec::new(),
            row: 0,
            end: b'\n',
        }
    }

    /// Moves to the next line that holds something; `false` at the end.
    pub(crate) fn advance(&mut self, path: &str) -> Result<bool, DatasetError> {
        loop {
            self.line.clear();
            let is_whole = self
                .read_line()
                .map_err(|error| DatasetError::from_io(path, error))?;
            if is_whole && self.line.is_empty() {
                return Ok(false);
            }
            self.row += 1;
            if !is_whole {
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
            match self.line.first() {
                None => {}
                Some(b'#') => mem::swap(&mut self.line, &mut self.comment),
                Some(_) => return Ok(true),
            }
        }
    }

    /// Reads up to the next end of a line, or that of the text; `false` if the line is too long.
    fn read_line(&mut self) -> io::Result<bool> {
        loop {
            let piece = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            if self.row == 0 && self.line.is_empty() {
                self.end = line_end(piece);
            }
            let end = memchr(self.end, piece);
            let n_read = end.map_or(piece.len(), |at| at + 1);
            self.line.extend_from_slice(&piece[..n_read]);
            self.reader.consume(n_read);
            if LINE_LIMIT < self.line.len() {
                return Ok(false);
            }
            if end.is_some() || n_read == 0 {
                return Ok(true);
            }
        }
    }
}

/// What ends the lines of a text that begins so: a line feed, or a carriage return alone as on old Macs.
fn line_end(begin: &[u8]) -> u8 {
    // A line feed may follow the last byte.
    let is_within = |at: usize| at + 1 < begin.len();
    let has_return = memchr(b'\r', begin).is_some_and(is_within);
    if has_return && memchr(b'\n', begin).is_none() {
        b'\r'
    } else {
        b'\n'
    }
}
