//! Made-up markets as files: many symbols in few Parquet files, as exports have them.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use arrow_schema::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::market::Workload;

/// Why files were not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or the folder cannot be written.
    #[error("{}: cannot be written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be encoded.
    #[error("a shard cannot be encoded")]
    Parquet(#[from] ParquetError),
    /// Columns cannot be put together.
    #[error("a shard cannot be put together")]
    Arrow(#[from] ArrowError),
}

/// The first bar of every series: 2020-01-01, in milliseconds.
const BEGIN: i64 = 1_577_836_800_000;
/// A bar a quarter of an hour.
const INTERVAL: usize = 900_000;

/// Writes a market as `n_shards` files of about as many symbols each; `done` is called after each file.
///
/// Columns are `symbol`, `time` and `close`, compressed with Zstandard, the symbols one after the
/// other. Equal seeds give equal bars.
///
/// # Errors
///
/// [`Error`] if the folder or a file cannot be written.
pub fn shards(
    market: Workload,
    seed: u64,
    (folder, n_shards): (&Path, usize),
    mut done: impl FnMut(usize),
) -> Result<(), Error> {
    let fail = |path: &Path| {
        let path = path.to_owned();
        |source| Error::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(fail(folder))?;
    let n_shards = n_shards.clamp(1, market.n_series.max(1));
    for shard in 0..n_shards {
        let path = folder.join(format!("shard-{shard:05}.parquet"));
        let file = File::create(&path).map_err(fail(&path))?;
        let first = market.n_series * shard / n_shards;
        let last = market.n_series * (shard + 1) / n_shards;
        write(market, seed, &file, first..last)?;
        done(shard + 1);
    }
    Ok(())
}

fn write(
    market: Workload,
    seed: u64,
    file: &File,
    series: std::ops::Range<usize>,
) -> Result<(), Error> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .build();
    let mut writer = None;
    for at in series {
        let close = market.series(seed, at);
        let symbol = format!("S{at:06}");
        let symbols = std::iter::repeat_n(symbol.as_str(), close.len());
        let times = (BEGIN..).step_by(INTERVAL).take(close.len());
        let columns: [(&str, ArrayRef); 3] = [
            ("symbol", Arc::new(StringArray::from_iter_values(symbols))),
            (
                "time",
                Arc::new(TimestampMillisecondArray::from_iter_values(times)),
            ),
            ("close", Arc::new(Float64Array::from(close))),
        ];
        let batch = RecordBatch::try_from_iter(columns)?;
        let writer = match &mut writer {
            Some(writer) => writer,
            None => writer.insert(ArrowWriter::try_new(
                file.try_clone().map_err(ParquetError::from)?,
                batch.schema(),
                Some(properties.clone()),
            )?),
        };
        writer.write(&batch)?;
    }
    if let Some(writer) = writer {
        writer.close()?;
    }
    Ok(())
}
