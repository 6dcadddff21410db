//! Arrow IPC: file (also Feather 2) and stream, with LZ4 or Zstandard inside.
//!
//! The decoder allocates what lengths inside the data say, so [`check`] first holds all of them
//! against the size of the input: a failed allocation cannot be caught.

use std::io::{self, Read, Seek, SeekFrom};

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::{Block, Message, root_as_footer, root_as_message};
use arrow_schema::ArrowError;
use parquet::file::reader::Length;

use super::collect::Collector;
use super::guard::{damaged, fenced};
use super::stream::{Blob, BlobReader, FREE_BYTES, RATIO_LIMIT};
use super::{DatasetError, columnar};

/// Reads the file format.
pub(crate) fn read_file(blob: &Blob, rows: &mut Collector<'_>) -> Result<String, DatasetError> {
    let open = |projection| FileReader::try_new(blob.reader()?, projection);
    read(blob, rows, Check::file, open)?;
    Ok("arrow ipc file".to_owned())
}

/// Reads the stream format.
pub(crate) fn read_stream(blob: &Blob, rows: &mut Collector<'_>) -> Result<String, DatasetError> {
    let open = |projection| StreamReader::try_new(blob.reader()?, projection);
    read(blob, rows, Check::stream, open)?;
    Ok("arrow ipc stream".to_owned())
}

/// Reads what `open` opens, with the columns it is given.
fn read<R: RecordBatchReader>(
    blob: &Blob,
    rows: &mut Collector<'_>,
    walk: impl FnOnce(&mut Check) -> io::Result<()>,
    open: impl Fn(Option<Vec<usize>>) -> Result<R, ArrowError>,
) -> Result<(), DatasetError> {
    let path = rows.path.clone();
    fenced(&path, || {
        check(blob, walk).map_err(|error| DatasetError::from_io(&path, error))?;
        let open = |projection| open(projection).map_err(|error| damaged(&path, error));
        // Opened twice: the schema tells the projection, which opening takes.
        let schema = open(None)?.schema();
        let (layout, projection) = columnar::layout(&schema, rows)?;
        rows.start(&layout)?;
        append(open(Some(projection))?, &layout, rows)
    })
}

fn append(
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    layout: &super::layout::Layout,
    rows: &mut Collector<'_>,
) -> Result<(), DatasetError> {
    let mut n_rows = 0;
    for batch in batches {
        let batch = batch.map_err(|error| damaged(&rows.path, error))?;
        columnar::append(&batch, layout, n_rows, rows)?;
        n_rows += batch.num_rows() as u64;
    }
    Ok(())
}

fn check(blob: &Blob, walk: impl FnOnce(&mut Check) -> io::Result<()>) -> io::Result<()> {
    walk(&mut Check {
        reader: blob.reader()?,
        size: blob.len(),
    })
}

/// Walks the messages of an input without decoding them.
struct Check {
    reader: BlobReader,
    size: u64,
}

impl Check {
    fn file(&mut self) -> io::Result<()> {
        let tail = self
            .size
            .checked_sub(10)
            .ok_or_else(|| contradiction("no footer"))?;
        let mut end = [0; 10];
        self.read_at(tail, &mut end)?;
        let [a, b, c, d, magic @ ..] = end;
        if magic != *b"ARROW1" {
            return Err(contradiction("the footer is missing"));
        }
        let length = u64::try_from(i32::from_le_bytes([a, b, c, d]))
            .map_err(|_| contradiction("a negative length"))?;
        let start = tail
            .checked_sub(length)
            .ok_or_else(|| contradiction("the footer is cut off"))?;
        let mut bytes = vec![0; length as usize];
        self.read_at(start, &mut bytes)?;
        let footer = root_as_footer(&bytes).map_err(|_| contradiction("the footer is damaged"))?;
        let blocks = [footer.dictionaries(), footer.recordBatches()];
        for block in blocks.into_iter().flatten().flatten() {
            self.block(*block)?;
        }
        Ok(())
    }

    fn block(&mut self, block: Block) -> io::Result<()> {
        let part =
            |value: i64| u64::try_from(value).map_err(|_| contradiction("a negative length"));
        let (start, meta, body) = (
            part(block.offset())?,
            part(i64::from(block.metaDataLength()))?,
            part(block.bodyLength())?,
        );
        if start.saturating_add(meta).saturating_add(body) > self.size {
            return Err(contradiction("a block lies beyond the end"));
        }
        self.message(start, Some((meta, body))).map(|_| ())
    }

    fn stream(&mut self) -> io::Result<()> {
        let mut at = 0;
        // Four bytes are the least a message has; what is left over is the decoder's to judge.
        while self.size - at >= 4 {
            match self.message(at, None)? {
                Some(next) if at < next && next <= self.size => at = next,
                Some(_) => return Err(contradiction("a message lies beyond the end")),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Checks the message at `at` and returns where the next one starts; `None` at the end marker.
    ///
    /// `block` is the length of metadata and body by the footer of a file, which its decoder believes
    /// rather than the message.
    fn message(&mut self, at: u64, block: Option<(u64, u64)>) -> io::Result<Option<u64>> {
        let mut word = [0; 4];
        self.read_at(at, &mut word)?;
        let mut meta_at = at + 4;
        if word == [0xff; 4] {
            self.read_at(meta_at, &mut word)?;
            meta_at += 4;
        }
        let length = u64::try_from(i32::from_le_bytes(word))
            .map_err(|_| contradiction("a negative length"))?;
        if length == 0 {
            return Ok(None);
        }
        if meta_at.saturating_add(length) > self.size
            || block.is_some_and(|(meta, _)| length > meta)
        {
            return Err(contradiction("a message is cut off"));
        }
        let mut bytes = vec![0; length as usize];
        self.read_at(meta_at, &mut bytes)?;
        let message = root_as_message(&bytes).map_err(|_| contradiction("a message is damaged"))?;
        let body =
            u64::try_from(message.bodyLength()).map_err(|_| contradiction("a negative length"))?;
        let (body_at, body) =
            block.map_or((meta_at + length, body), |(meta, body)| (at + meta, body));
        let next = body_at.checked_add(body).filter(|&next| next <= self.size);
        let next = next.ok_or_else(|| contradiction("a message lies beyond the end"))?;
        self.buffers(&message, body_at, body)?;
        Ok(Some(next))
    }

    /// Checks that buffers lie inside the body, and how large the compressed ones claim to become.
    fn buffers(&mut self, message: &Message<'_>, body_at: u64, body: u64) -> io::Result<()> {
        let dictionary = message
            .header_as_dictionary_batch()
            .and_then(|dictionary| dictionary.data());
        let Some(batch) = message.header_as_record_batch().or(dictionary) else {
            return Ok(());
        };
        for buffer in batch.buffers().into_iter().flatten() {
            let span = u64::try_from(buffer.offset())
                .ok()
                .zip(u64::try_from(buffer.length()).ok());
            let inside = span.filter(|(offset, length)| {
                offset.checked_add(*length).is_some_and(|end| end <= body)
            });
            let (offset, length) =
                inside.ok_or_else(|| contradiction("a buffer lies outside its message"))?;
            if batch.compression().is_none() || length < 8 {
                continue;
            }
            let mut claim = [0; 8];
            self.read_at(body_at + offset, &mut claim)?;
            // -1 means stored as it is; other negative values are the decoder's to refuse.
            let claimed = u64::try_from(i64::from_le_bytes(claim)).unwrap_or(0);
            if claimed > length.saturating_mul(RATIO_LIMIT).max(FREE_BYTES) {
                return Err(super::error::Bomb {
                    ratio: RATIO_LIMIT,
                    bytes: FREE_BYTES,
                }
                .into());
            }
        }
        Ok(())
    }

    fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.reader.seek(SeekFrom::Start(at))?;
        self.reader.read_exact(buffer)
    }
}

fn contradiction(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
