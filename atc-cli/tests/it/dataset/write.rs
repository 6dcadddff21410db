//! Writers that tests make their inputs with.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as ParquetCompression;
use parquet::file::properties::{WriterProperties, WriterVersion};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::START;

/// Hourly bars from 2024 on, with columns `timestamp,open,high,low,close,symbol`; the close of bar `i` is `100 + i`.
pub(super) fn batch(n_rows: usize) -> RecordBatch {
    let floats = |add: f64| {
        Arc::new(Float64Array::from_iter_values(
            (0..n_rows).map(|i| 100.0 + i as f64 + add),
        )) as ArrayRef
    };
    let times = (0..n_rows).map(|i| START / 1_000_000 + 3_600_000 * i as i64);
    let columns = [
        (
            "timestamp",
            Arc::new(TimestampMillisecondArray::from_iter_values(times).with_timezone("UTC"))
                as ArrayRef,
        ),
        ("open", floats(-0.5)),
        ("high", floats(1.0)),
        ("low", floats(-1.0)),
        ("close", floats(0.0)),
        (
            "symbol",
            Arc::new(StringArray::from_iter_values((0..n_rows).map(|_| "BTC"))) as ArrayRef,
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

/// The same bars as CSV.
pub(super) fn csv(n_rows: usize) -> Vec<u8> {
    let mut text = b"timestamp,open,high,low,close\n".to_vec();
    for i in 0..n_rows {
        let close = 100 + i;
        let time = START / 1_000_000 + 3_600_000 * i as i64;
        let (open, high) = (close - 1, close + 1);
        writeln!(text, "{time},{open}.5,{high},{open},{close}").unwrap();
    }
    text
}

pub(super) fn parquet(batch: &RecordBatch, compression: ParquetCompression) -> Vec<u8> {
    parquet_of(batch, WriterVersion::PARQUET_1_0, compression)
}

/// Pages of the second kind, where levels are not compressed and a page says whether it is.
pub(super) fn parquet_2(batch: &RecordBatch, compression: ParquetCompression) -> Vec<u8> {
    parquet_of(batch, WriterVersion::PARQUET_2_0, compression)
}

fn parquet_of(
    batch: &RecordBatch,
    version: WriterVersion,
    compression: ParquetCompression,
) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_writer_version(version)
        .set_compression(compression)
        .set_max_row_group_row_count(Some(700))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

pub(super) fn arrow_file(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    let mut writer =
        FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    for half in halves(batch) {
        writer.write(&half).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn arrow_stream(batch: &RecordBatch, compression: Option<CompressionType>) -> Vec<u8> {
    let options = IpcWriteOptions::default()
        .try_with_compression(compression)
        .unwrap();
    let mut writer =
        StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    for half in halves(batch) {
        writer.write(&half).unwrap();
    }
    writer.into_inner().unwrap()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn halves(batch: &RecordBatch) -> [RecordBatch; 2] {
    let middle = batch.num_rows() / 2;
    [
        batch.slice(0, middle),
        batch.slice(middle, batch.num_rows() - middle),
    ]
}
