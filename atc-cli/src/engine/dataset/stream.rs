//! Bytes of an input: peeked at, decompressed under guard, spooled where a format needs to jump.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::disk::Paged;
use super::error::Bomb;
use super::sniff::HEAD;

/// Bytes read once, front to back.
pub(crate) type Stream<'a> = Box<dyn Read + 'a>;

/// Decompressed prices are about 3 to 30 times as large as compressed; flat ones reach some hundreds only in small files.
pub(crate) const RATIO_LIMIT: u64 = 200;
/// Below this size any ratio is harmless.
pub(crate) const FREE_BYTES: u64 = 64 << 20;

/// Reads the first bytes and gives the whole stream back.
pub(crate) fn peek(mut stream: Stream<'_>) -> io::Result<(Vec<u8>, Stream<'_>)> {
    let mut head = Vec::with_capacity(HEAD);
    (&mut stream).take(HEAD as u64).read_to_end(&mut head)?;
    let whole = Read::chain(Cursor::new(head.clone()), stream);
    Ok((head, Box::new(whole)))
}

/// Skips the mark that some systems put before UTF-8.
pub(crate) fn without_mark(stream: Stream<'_>) -> io::Result<Stream<'_>> {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let (head, mut whole) = peek(stream)?;
    if head.starts_with(MARK) {
        whole.read_exact(&mut [0; MARK.len()])?;
    }
    Ok(whole)
}

/// Decompresses gzip, also of several members.
pub(crate) fn gunzip(stream: Stream<'_>) -> Stream<'_> {
    let (counted, consumed) = counted(stream);
    let decoder = flate2::bufread::MultiGzDecoder::new(BufReader::new(counted));
    Box::new(Guarded {
        inner: decoder,
        consumed,
        produced: 0,
    })
}

/// Decompresses Zstandard.
pub(crate) fn unzstd(stream: Stream<'_>) -> io::Result<Stream<'_>> {
    let (counted, consumed) = counted(stream);
    let mut decoder = zstd::Decoder::new(counted)?;
    decoder.window_log_max(27)?;
    Ok(Box::new(Guarded {
        inner: decoder,
        consumed,
        produced: 0,
    }))
}

/// Watches a decompressor that has `compressed` bytes of input.
pub(crate) fn guarded<'a>(decoder: impl Read + 'a, compressed: u64) -> Stream<'a> {
    Box::new(Guarded {
        inner: decoder,
        consumed: Arc::new(AtomicU64::new(compressed)),
        produced: 0,
    })
}

fn counted(stream: Stream<'_>) -> (Counted<Stream<'_>>, Arc<AtomicU64>) {
    let consumed = Arc::new(AtomicU64::new(0));
    (
        Counted {
            inner: stream,
            consumed: Arc::clone(&consumed),
        },
        consumed,
    )
}

struct Counted<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.consumed.fetch_add(n_read as u64, Ordering::Relaxed);
        Ok(n_read)
    }
}

/// Stops a decompressor whose output is out of proportion to its input.
struct Guarded<R> {
    inner: R,
    consumed: Arc<AtomicU64>,
    produced: u64,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n_read = self.inner.read(buffer)?;
        self.produced += n_read as u64;
        let fair = self
            .consumed
            .load(Ordering::Relaxed)
            .saturating_mul(RATIO_LIMIT)
            .max(FREE_BYTES);
        if self.produced > fair {
            return Err(io::Error::other(Bomb {
                ratio: RATIO_LIMIT,
                bytes: FREE_BYTES,
            }));
        }
        Ok(n_read)
    }
}

/// Bytes that can be read at any place.
#[derive(Debug)]
pub(crate) enum Blob {
    File(Paged),
    Memory(Bytes),
    /// The needed pieces of a file.
    Sparse(Sparse),
}

/// Some pieces of a file.
#[derive(Clone, Debug)]
pub(crate) struct Sparse {
    len: u64,
    pieces: Vec<(u64, Bytes)>,
}

impl Sparse {
    pub(crate) const fn new(len: u64) -> Self {
        let pieces = Vec::new();
        Self { len, pieces }
    }

    /// Adds the bytes that start at `start`.
    pub(crate) fn push(&mut self, start: u64, bytes: Bytes) {
        self.pieces.push((start, bytes));
    }

    /// Whether one piece holds all of a range, or the range is none of the file.
    #[cfg(feature = "remote")]
    pub(crate) fn has(&self, range: &std::ops::Range<u64>) -> bool {
        range.is_empty() || self.len < range.end || self.from(range.start, range.end).is_some()
    }

    /// The bytes from `start` on, at least up to `end`.
    fn from(&self, start: u64, end: u64) -> Option<Bytes> {
        let piece = |(first, bytes): &(u64, Bytes)| {
            let holds = *first <= start && end <= first + bytes.len() as u64;
            holds.then(|| bytes.slice((start - first) as usize..))
        };
        self.pieces.iter().find_map(piece)
    }
}

impl Blob {
    /// Keeps a stream in an unnamed temporary file.
    pub(crate) fn spool(mut stream: Stream<'_>) -> io::Result<Self> {
        let mut file = tempfile::tempfile()?;
        io::copy(&mut stream, &mut file)?;
        Ok(Self::File(Paged::new(file)?))
    }

    /// A reader from the start. Readers of one file share its position: use one at a time.
    pub(crate) fn reader(&self) -> io::Result<BlobReader> {
        Ok(match self {
            Self::File(file) => {
                let mut file = file.file().try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                BlobReader::File(BufReader::with_capacity(1 << 16, file))
            }
            Self::Memory(bytes) => BlobReader::Memory(Cursor::new(bytes.clone())),
            Self::Sparse(_) => return Err(io::ErrorKind::Unsupported.into()),
        })
    }
}

/// A reader over a [`Blob`].
#[derive(Debug)]
pub(crate) enum BlobReader {
    File(BufReader<File>),
    Memory(Cursor<Bytes>),
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(bytes) => bytes.seek(to),
        }
    }
}

impl Length for Blob {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.len(),
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Sparse(sparse) => sparse.len,
        }
    }
}

impl ChunkReader for Blob {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(match self {
            Self::File(file) => Box::new(file.reader(start)),
            Self::Memory(bytes) => {
                let rest = usize::try_from(start)
                    .ok()
                    .filter(|&start| start <= bytes.len());
                let start = rest.ok_or_else(|| beyond(start, bytes.len()))?;
                Box::new(Buf::reader(bytes.slice(start..)))
            }
            Self::Sparse(sparse) => {
                let bytes = sparse.from(start, start.saturating_add(1));
                Box::new(Buf::reader(bytes.ok_or_else(|| beyond(start, 0))?))
            }
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        // Checked first: `length` may be junk.
        let size = Length::len(self);
        if start
            .checked_add(length as u64)
            .is_none_or(|end| end > size)
        {
            return Err(beyond(start, size as usize));
        }
        match self {
            Self::File(file) => Ok(file.bytes(start, length as u64)?),
            Self::Memory(bytes) => Ok(bytes.slice(start as usize..start as usize + length)),
            Self::Sparse(sparse) => {
                let bytes = sparse.from(start, start + length as u64);
                Ok(bytes.ok_or_else(|| beyond(start, 0))?.slice(..length))
            }
        }
    }
}

fn beyond(start: u64, size: usize) -> ParquetError {
    ParquetError::EOF(format!(
        "a chunk at byte {start} lies beyond the end at {size}"
    ))
}
