//! Parquet: only the columns needed are decoded, batch by batch.

mod pages;

use std::sync::Arc;

use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, RowGroups,
};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_field_levels};
use parquet::file::metadata::ParquetStatisticsPolicy;
use parquet::file::reader::Length;

use self::pages::Chunks;
use super::collect::Collector;
use super::guard::{damaged, fenced};
use super::stream::Blob;
use super::{DatasetError, ErrorKind, columnar};

const BATCH: usize = 8_192;
/// Decoded bytes that any file may have.
const FREE_BYTES: u64 = 1 << 30;
/// Decoded bytes per byte of a file larger than that.
const RATIO_LIMIT: u64 = 200;

/// The bytes that reading the columns of `rows` takes; none if that cannot be told, which reading explains.
#[cfg(feature = "remote")]
pub(crate) fn needed_ranges(footer: &Blob, rows: &Collector<'_>) -> Vec<std::ops::Range<u64>> {
    let ranges = || {
        let footer = load(footer, &rows.path)?;
        let (_, projection) = columnar::layout(footer.schema(), rows)?;
        let mask = ProjectionMask::roots(footer.parquet_schema(), projection.iter().copied());
        let mut ranges = Vec::new();
        for group in footer.metadata().row_groups() {
            for (leaf, chunk) in group.columns().iter().enumerate() {
                if mask.leaf_included(leaf) {
                    let (start, length) = chunk.byte_range();
                    ranges.push(start..start.saturating_add(length));
                }
            }
        }
        Ok(ranges)
    };
    fenced(&rows.path, ranges).unwrap_or_default()
}

/// The footer, without the statistics in it, which nothing needs.
fn load(blob: &Blob, path: &str) -> Result<ArrowReaderMetadata, DatasetError> {
    let nothing = ParquetStatisticsPolicy::SkipAll;
    let options = ArrowReaderOptions::new()
        .with_column_stats_policy(nothing.clone())
        .with_encoding_stats_policy(nothing.clone())
        .with_size_stats_policy(nothing);
    ArrowReaderMetadata::load(blob, options).map_err(|error| damaged(path, error))
}

/// Reads all rows of a file.
pub(crate) fn read(blob: Blob, rows: &mut Collector<'_>) -> Result<String, DatasetError> {
    let path = rows.path.clone();
    fenced(&path, || read_unfenced(blob, rows))?;
    Ok("parquet".to_owned())
}

fn read_unfenced(blob: Blob, rows: &mut Collector<'_>) -> Result<(), DatasetError> {
    let path = rows.path.clone();
    let limit = blob.len().saturating_mul(RATIO_LIMIT).max(FREE_BYTES);
    let footer = load(&blob, &path)?;
    let (layout, projection) = columnar::layout(footer.schema(), rows)?;
    rows.start(&layout)?;
    let n_columns = projection.len() as u64;
    // As many as it says there are; what says more than it has bytes may be lying.
    let n_bytes = Length::len(&blob);
    let n_rows = footer.metadata().file_metadata().num_rows();
    rows.reserve(u64::try_from(n_rows).unwrap_or(0).min(n_bytes) as usize);
    let batches = || {
        let mask = ProjectionMask::roots(footer.parquet_schema(), projection);
        let hint = Some(footer.schema().fields());
        let levels = parquet_to_arrow_field_levels(footer.parquet_schema(), mask, hint)?;
        let chunks = Chunks {
            metadata: Arc::clone(footer.metadata()),
            blob: Arc::new(blob),
        };
        let batch = BATCH.min(chunks.num_rows());
        ParquetRecordBatchReader::try_new_with_row_groups(&levels, &chunks, batch, None)
    };
    let batches = batches().map_err(|error| damaged(&path, error))?;
    let mut n_rows = 0;
    for batch in batches {
        let batch = batch.map_err(|error| damaged(&path, error))?;
        columnar::append(&batch, &layout, n_rows, rows)?;
        n_rows += batch.num_rows() as u64;
        if n_rows.saturating_mul(8 * n_columns) > limit {
            return Err(DatasetError::new(
                ErrorKind::Bomb,
                &path,
                format!("more than {n_rows} rows out of so small a file"),
            )
            .remedy("split it, if these are prices"));
        }
    }
    Ok(())
}
