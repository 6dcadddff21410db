//! Files as they are read: in large pieces, and with an eye on the clock.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};

thread_local! {
    static WAITED: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// How long this thread has waited for files so far.
pub(crate) fn waited() -> Duration {
    WAITED.get()
}

fn timed<T>(read: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = read();
    WAITED.set(WAITED.get() + begun.elapsed());
    result
}

/// A stream whose reads count as waiting.
pub(crate) struct Timed<R>(pub(crate) R);

impl<R: Read> Read for Timed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        timed(|| self.0.read(buffer))
    }
}

impl<R: Seek> Seek for Timed<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

/// What is read at once at least.
const PIECE: u64 = 64 << 10;
/// What is read of the end of a larger file: the footer of most Parquet files of one symbol.
const TAIL: u64 = 16 << 10;
/// Pieces that are kept: readers of several columns take turns.
const KEPT: usize = 4;

/// A file read at any place, in pieces that its readers share.
///
/// Decoders of columns ask for a few bytes at a time, each time from a handle of their own: a dozen calls of the
/// system for a file that two could read.
#[derive(Clone, Debug)]
pub(crate) struct Paged(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    file: File,
    len: u64,
    /// The last ones, and where they start; the latest at the end.
    pieces: Mutex<Vec<(u64, Bytes)>>,
}

impl Paged {
    pub(crate) fn new(file: File) -> io::Result<Self> {
        Ok(Self(Arc::new(Inner {
            len: file.metadata()?.len(),
            file,
            pieces: Mutex::default(),
        })))
    }

    pub(crate) fn file(&self) -> &File {
        &self.0.file
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len
    }

    /// `length` bytes from `start` on.
    ///
    /// # Errors
    ///
    /// If they are not there.
    pub(crate) fn bytes(&self, start: u64, length: u64) -> io::Result<Bytes> {
        let end = start.checked_add(length).filter(|&end| end <= self.0.len);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(self.from(start, end)?.slice(..length as usize))
    }

    /// `length` bytes from `start` on, and no more; they are not kept.
    ///
    /// # Errors
    ///
    /// If they are not there.
    pub(crate) fn exactly(&self, start: u64, length: u64) -> io::Result<Bytes> {
        let end = start.checked_add(length).filter(|&end| end <= self.0.len);
        let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
        match self.kept(start, end) {
            Some(bytes) => Ok(bytes.slice(..length as usize)),
            None => self.read(start, end),
        }
    }

    /// A reader from `start` to the end.
    pub(crate) fn reader(&self, start: u64) -> PagedReader {
        PagedReader {
            file: self.clone(),
            at: start,
            rest: Bytes::new(),
        }
    }

    /// Bytes from `start` on, at least up to `end`, which is not beyond the end of the file.
    fn from(&self, start: u64, end: u64) -> io::Result<Bytes> {
        if let Some(bytes) = self.kept(start, end) {
            return Ok(bytes);
        }
        // What is near the end is nearly always the footer, most of which is before it.
        let tail = if self.0.len <= PIECE { PIECE } else { TAIL };
        let first = start.min(self.0.len.saturating_sub(tail));
        let last = end.max(first.saturating_add(PIECE)).min(self.0.len);
        let bytes = self.read(first, last)?;
        let mut pieces = self.pieces();
        if pieces.len() == KEPT {
            pieces.remove(0);
        }
        pieces.push((first, bytes.clone()));
        Ok(bytes.slice((start - first) as usize..))
    }

    /// Bytes from `start` on that a piece holds, at least up to `end`.
    fn kept(&self, start: u64, end: u64) -> Option<Bytes> {
        self.pieces().iter().find_map(|(first, bytes)| {
            let holds = *first <= start && end <= first + bytes.len() as u64;
            holds.then(|| bytes.slice((start - first) as usize..))
        })
    }

    fn read(&self, first: u64, last: u64) -> io::Result<Bytes> {
        let mut buffer = vec![0; (last - first) as usize];
        timed(|| read_exact_at(&self.0.file, &mut buffer, first))?;
        Ok(buffer.into())
    }

    fn pieces(&self) -> MutexGuard<'_, Vec<(u64, Bytes)>> {
        self.0.pieces.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader over a [`Paged`] file.
#[derive(Debug)]
pub(crate) struct PagedReader {
    file: Paged,
    at: u64,
    rest: Bytes,
}

impl Read for PagedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() && self.at < self.file.len() {
            self.rest = self.file.from(self.at, self.at + 1)?;
            self.at += self.rest.len() as u64;
        }
        let n_read = buffer.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut buffer[..n_read]);
        Ok(n_read)
    }
}

#[cfg(unix)]
pub(super) fn read_exact_at(file: &File, buffer: &mut [u8], start: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, start)
}

#[cfg(windows)]
pub(super) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut start: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let n_read = std::os::windows::fs::FileExt::seek_read(file, buffer, start)?;
        if n_read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = &mut buffer[n_read..];
        start += n_read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn paged(n_bytes: usize) -> (Vec<u8>, Paged) {
        let content: Vec<u8> = (0..n_bytes).map(|at| (at * 31 % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        (content, Paged::new(file).unwrap())
    }

    #[test]
    fn every_range_is_read_as_it_is_in_whatever_order() {
        for n_bytes in [0, 1, 100, 65_536, 65_537, 500_000] {
            let (content, paged) = paged(n_bytes);
            for at in [0, 1, 7, 90_000, 65_535, 400_000, 3, n_bytes] {
                for length in [0, 1, 12, 70_000, n_bytes] {
                    let expected = content.get(at..at + length);
                    let got = paged.bytes(at as u64, length as u64).ok();
                    assert_eq!(got.as_deref(), expected, "{at} + {length} of {n_bytes}");
                }
                let mut rest = Vec::new();
                paged.reader(at as u64).read_to_end(&mut rest).unwrap();
                assert_eq!(rest, content.get(at..).unwrap_or_default());
            }
        }
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let (_, paged) = paged(200_000);
        paged.file().set_len(10).unwrap();
        let error = paged.bytes(100_000, 5).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn waiting_is_counted() {
        let (_, paged) = paged(100_000);
        let before = waited();
        paged.bytes(0, 10).unwrap();
        assert!(before < waited());
    }
}
