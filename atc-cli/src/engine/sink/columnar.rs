//! Parquet and Arrow IPC files.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float64Array, Int8Array, Int64Array, RecordBatch, StringArray,
    TimestampNanosecondArray,
};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use super::{Frame, Sink, SinkError, Values};

/// A writer that is opened by the first frame, which brings the schema.
enum State<W, O> {
    Waiting(W),
    Open(O),
    Closed,
}

impl<W, O> State<W, O> {
    /// The open writer; `open` makes it of the raw one.
    fn open(&mut self, open: impl FnOnce(W) -> Result<O, SinkError>) -> Result<&mut O, SinkError> {
        if let Self::Waiting(_) = self
            && let Self::Waiting(writer) = std::mem::replace(self, Self::Closed)
        {
            *self = Self::Open(open(writer)?);
        }
        match self {
            Self::Open(writer) => Ok(writer),
            _ => Err(io::Error::other("the output is closed already").into()),
        }
    }
}

/// Writes Parquet, compressed with Zstandard.
pub struct ParquetSink<W: Write + Send> {
    state: State<W, ArrowWriter<W>>,
}

impl<W: Write + Send> ParquetSink<W> {
    /// A sink that has written nothing yet.
    pub const fn new(writer: W) -> Self {
        Self {
            state: State::Waiting(writer),
        }
    }
}

impl<W: Write + Send> Sink for ParquetSink<W> {
    fn write(&mut self, frame: &Frame) -> Result<(), SinkError> {
        let batch = batch(frame)?;
        let writer = self.state.open(|writer| {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::default()))
                .set_created_by(concat!("atc ", env!("CARGO_PKG_VERSION")).to_owned())
                .build();
            let writer = ArrowWriter::try_new(writer, batch.schema(), Some(properties))?;
            Ok(writer)
        })?;
        Ok(writer.write(&batch)?)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        if let State::Open(writer) = &mut self.state {
            writer.finish()?;
            writer.inner_mut().flush()?;
        }
        self.state = State::Closed;
        Ok(())
    }
}

/// Writes an Arrow IPC file, one record batch per symbol.
pub struct ArrowSink<W: Write> {
    state: State<W, FileWriter<W>>,
}

impl<W: Write> ArrowSink<W> {
    /// A sink that has written nothing yet.
    pub const fn new(writer: W) -> Self {
        Self {
            state: State::Waiting(writer),
        }
    }
}

impl<W: Write> Sink for ArrowSink<W> {
    fn write(&mut self, frame: &Frame) -> Result<(), SinkError> {
        let batch = batch(frame)?;
        let open = |writer| Ok(FileWriter::try_new(writer, &batch.schema())?);
        Ok(self.state.open(open)?.write(&batch)?)
    }

    fn finish(&mut self) -> Result<(), SinkError> {
        if let State::Open(writer) = &mut self.state {
            writer.finish()?;
            writer.get_mut().flush()?;
        }
        self.state = State::Closed;
        Ok(())
    }
}

impl<W: Write + Send> fmt::Debug for ParquetSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetSink").finish_non_exhaustive()
    }
}

impl<W: Write> fmt::Debug for ArrowSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArrowSink").finish_non_exhaustive()
    }
}

/// The frame as Arrow columns; numbers keep their bits, a missing one is NaN and not null.
fn batch(frame: &Frame) -> Result<RecordBatch, SinkError> {
    let mut fields = Vec::with_capacity(frame.columns.len());
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(frame.columns.len());
    for column in &frame.columns {
        let (kind, array): (DataType, ArrayRef) = match &column.values {
            Values::Text(text) => {
                let same = std::iter::repeat_n(text.as_str(), frame.n_rows);
                let array = StringArray::from_iter_values(same);
                (DataType::Utf8, Arc::new(array))
            }
            Values::Time(time) => {
                let array = TimestampNanosecondArray::from(time.clone()).with_timezone("UTC");
                let kind = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
                (kind, Arc::new(array))
            }
            Values::Bar => {
                let array = Int64Array::from_iter_values((0..).take(frame.n_rows));
                (DataType::Int64, Arc::new(array))
            }
            Values::Float(values) => {
                let array = Float64Array::from(values.clone());
                (DataType::Float64, Arc::new(array))
            }
            Values::Signal(values) => {
                let array = Int8Array::from(values.clone());
                (DataType::Int8, Arc::new(array))
            }
        };
        fields.push(Field::new(column.name.as_ref(), kind, false));
        arrays.push(array);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)?)
}
