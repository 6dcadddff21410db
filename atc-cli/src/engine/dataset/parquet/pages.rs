//! The pages of column chunks, each chunk in one read and unpacked in a context that is kept.
//!
//! The reader of the `parquet` crate makes a context for packing and one for unpacking Zstandard for every column of
//! every file, and asks the processor for its abilities each time. On virtual machines that traps, and for
//! files of one symbol it took longer than unpacking. So chunks of Zstandard are given out as if they were not
//! packed, and their pages are unpacked here.

use std::cell::RefCell;
use std::io::{Cursor, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::arrow::arrow_reader::RowGroups;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageIterator, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::serialized_reader::SerializedPageReader;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

use crate::engine::dataset::stream::{Blob, FREE_BYTES, RATIO_LIMIT, Sparse, unzstd};

/// Chunks up to this size are read at once.
const AT_ONCE: u64 = 1 << 20;

/// All row groups of a file.
pub(super) struct Chunks {
    pub(super) blob: Arc<Blob>,
    pub(super) metadata: Arc<ParquetMetaData>,
}

impl RowGroups for Chunks {
    fn num_rows(&self) -> usize {
        let rows = self.row_groups().map(RowGroupMetaData::num_rows);
        usize::try_from(rows.fold(0, i64::saturating_add)).unwrap_or(0)
    }

    fn column_chunks(&self, column: usize) -> Result<Box<dyn PageIterator>> {
        Ok(Box::new(Column {
            blob: Arc::clone(&self.blob),
            metadata: Arc::clone(&self.metadata),
            leaf: column,
            group: 0,
        }))
    }

    fn row_groups(&self) -> Box<dyn Iterator<Item = &RowGroupMetaData> + '_> {
        Box::new(self.metadata.row_groups().iter())
    }

    fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }
}

/// The chunks of one column.
struct Column {
    blob: Arc<Blob>,
    metadata: Arc<ParquetMetaData>,
    leaf: usize,
    group: usize,
}

impl PageIterator for Column {}

impl Iterator for Column {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        let group = self.metadata.row_groups().get(self.group)?;
        self.group += 1;
        let n_rows = usize::try_from(group.num_rows()).unwrap_or(0);
        Some(pages(&self.blob, group.column(self.leaf), n_rows))
    }
}

fn pages(
    blob: &Arc<Blob>,
    chunk: &ColumnChunkMetaData,
    n_rows: usize,
) -> Result<Box<dyn PageReader>> {
    let blob = at_once(blob, chunk).unwrap_or_else(|| Arc::clone(blob));
    let packed = |chunk: &_| SerializedPageReader::new(blob, chunk, n_rows, None);
    if !matches!(chunk.compression(), Compression::ZSTD(_)) {
        return Ok(Box::new(packed(chunk)?));
    }
    let plain = chunk.clone().into_builder();
    let plain = plain.set_compression(Compression::UNCOMPRESSED).build()?;
    Ok(Box::new(Unpacked(packed(&plain)?)))
}

/// The bytes of a chunk, if it is in a file and not too large; what is wrong with others shows when they are read.
fn at_once(blob: &Blob, chunk: &ColumnChunkMetaData) -> Option<Arc<Blob>> {
    let Blob::File(file) = blob else {
        return None;
    };
    let (start, length) = chunk.byte_range();
    if AT_ONCE < length {
        return None;
    }
    let mut sparse = Sparse::new(file.len());
    sparse.push(start, file.exactly(start, length).ok()?);
    Some(Arc::new(Blob::Sparse(sparse)))
}

/// Pages of Zstandard out of a reader that takes them for plain ones.
struct Unpacked(SerializedPageReader<Blob>);

impl PageReader for Unpacked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let Some(mut page) = self.0.get_next_page()? else {
            return Ok(None);
        };
        match &mut page {
            Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => {
                *buf = unpack(buf, 0)?;
            }
            Page::DataPageV2 {
                buf,
                def_levels_byte_len,
                rep_levels_byte_len,
                is_compressed: true,
                ..
            } => {
                let levels = u64::from(*def_levels_byte_len) + u64::from(*rep_levels_byte_len);
                *buf = unpack(buf, levels as usize)?;
            }
            Page::DataPageV2 { .. } => {}
        }
        Ok(Some(page))
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.0.at_record_boundary()
    }
}

impl Iterator for Unpacked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

/// Unpacks what follows the first `n_plain` bytes.
fn unpack(bytes: &Bytes, n_plain: usize) -> Result<Bytes> {
    let (plain, packed) = bytes
        .split_at_checked(n_plain)
        .ok_or_else(|| ParquetError::General("the levels of a page are cut off".to_owned()))?;
    let mut out = Vec::new();
    // A page without values may have no bytes at all.
    if packed.is_empty() {
        return Ok(bytes.clone());
    }
    let claimed = get_frame_content_size(packed).ok().flatten();
    let fair = (packed.len() as u64)
        .saturating_mul(RATIO_LIMIT)
        .max(FREE_BYTES);
    if let Some(size) = claimed.filter(|&size| size <= fair) {
        out.reserve_exact(n_plain + size as usize);
        out.extend_from_slice(plain);
        if unpack_into(packed, &mut out) {
            return Ok(out.into());
        }
        out.clear();
    }
    // Writers that stream do not say how much it will be, or it is several frames.
    out.extend_from_slice(plain);
    unzstd(Box::new(Cursor::new(packed)))?.read_to_end(&mut out)?;
    Ok(out.into())
}

/// Appends what `packed` holds if there is room for it; `false` if that did not work.
fn unpack_into(packed: &[u8], out: &mut Vec<u8>) -> bool {
    thread_local! {
        static UNPACKER: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    UNPACKER.with_borrow_mut(|unpacker| {
        if unpacker.is_none() {
            *unpacker = Decompressor::new().ok();
        }
        let Some(unpacker) = unpacker else {
            return false;
        };
        let mut end = Cursor::new(&mut *out);
        end.set_position(end.get_ref().len() as u64);
        unpacker.decompress_to_buffer(packed, &mut end).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn page(n_bytes: usize) -> Vec<u8> {
        (0..n_bytes).map(|at| (at * at / 7 % 251) as u8).collect()
    }

    /// As writers do it that do not know how much it will be.
    fn streamed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn pages_are_unpacked_however_they_were_packed() {
        for n_bytes in [0, 1, 100, 12_000, 1_000_000] {
            let plain = page(n_bytes);
            let packed = [
                zstd::bulk::compress(&plain, 3).unwrap(),
                streamed(&plain),
                [
                    streamed(&plain[..n_bytes / 2]),
                    streamed(&plain[n_bytes / 2..]),
                ]
                .concat(),
                [
                    zstd::bulk::compress(&plain[..n_bytes / 2], 3).unwrap(),
                    zstd::bulk::compress(&plain[n_bytes / 2..], 3).unwrap(),
                ]
                .concat(),
            ];
            for (way, packed) in packed.into_iter().enumerate() {
                let whole = unpack(&packed.clone().into(), 0).unwrap();
                assert_eq!(whole, plain, "{n_bytes} bytes, way {way}");
                let with_levels = [b"levels".as_slice(), &packed].concat();
                let whole = unpack(&with_levels.into(), 6).unwrap();
                assert_eq!(whole, [b"levels".as_slice(), &plain].concat());
            }
        }
        assert_eq!(unpack(&Bytes::from_static(b"levels"), 6).unwrap(), "levels");
    }

    #[test]
    fn what_is_no_page_is_an_error() {
        let packed = zstd::bulk::compress(&page(50_000), 3).unwrap();
        assert!(unpack(&Bytes::from_static(b"levels"), 7).is_err());
        assert!(unpack(&packed[..packed.len() / 2].to_vec().into(), 0).is_err());
        assert!(unpack(&packed[3..].to_vec().into(), 0).is_err());
        // After a failure the context is as good as new.
        assert_eq!(unpack(&packed.into(), 0).unwrap(), page(50_000));
    }

    #[test]
    fn a_page_out_of_proportion_is_refused() {
        let flat = vec![0; (FREE_BYTES + 1) as usize];
        let error = unpack(&zstd::bulk::compress(&flat, 3).unwrap().into(), 0).unwrap_err();
        assert!(error.to_string().contains("200"), "{error}");
    }
}
