//! Arrow batches, from Parquet or IPC, become rows.

use std::borrow::Cow;
use std::ops::Range;

use arrow_array::RecordBatch;
use arrow_array::{Array, Float64Array, Int64Array, StringArray};
use arrow_schema::{DataType, SchemaRef};

use super::cast::{is_text, text_at, to_number, to_text, to_time, unusable};
use super::collect::Collector;
use super::layout::Layout;
use super::moments::{are_parts, to_moments};
use super::{DatasetError, ErrorKind};

/// The layout of a schema, and the schema's columns to decode.
pub(crate) fn layout(
    schema: &SchemaRef,
    rows: &Collector<'_>,
) -> Result<(Layout, Vec<usize>), DatasetError> {
    let names: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut layout = Layout::of(names, rows.request, &rows.path)?;
    // Not every date and time side by side are parts of one: where one of them is a whole time, it is taken alone.
    if let (Some(date), Some(clock)) = (layout.time, layout.clock) {
        let kind = |column: usize| schema.field(column).data_type();
        if !are_parts(kind(date), kind(clock)) {
            let is_moment = !matches!(kind(clock), DataType::Time32(_) | DataType::Time64(_));
            layout.time = Some(if is_moment { clock } else { date });
            layout.clock = None;
        }
    }
    layout.adopt_index(|column| {
        let kind = schema.field(column).data_type();
        kind.is_temporal() || is_text(kind)
    });
    let projection = layout.projection();
    Ok((layout, projection))
}

/// Appends the rows of `batch`, which holds the columns `projection` of `layout` alone, in order.
pub(crate) fn append(
    batch: &RecordBatch,
    layout: &Layout,
    n_before: u64,
    rows: &mut Collector<'_>,
) -> Result<(), DatasetError> {
    let columns = Columns::of(batch, layout, rows)?;
    let plain = columns.plain();
    let mut first = 0;
    while first < batch.num_rows() {
        let run = columns.run(first, batch.num_rows());
        let is_appended = plain
            .as_ref()
            .is_some_and(|plain| columns.append(run.clone(), n_before, plain, rows));
        for index in if is_appended { 0..0 } else { run.clone() } {
            let row = n_before + index as u64 + 1;
            let outcome = columns.row(index, row, layout, rows);
            rows.forgive(outcome)?;
        }
        first = run.end;
    }
    Ok(())
}

/// The wanted columns in the few types rows are made of.
struct Columns {
    symbol: Option<StringArray>,
    time: Option<TimeColumn>,
    close: NumberColumn,
    source: Vec<NumberColumn>,
}

pub(super) enum TimeColumn {
    /// Integers in a known unit of so many nanoseconds.
    Known(Int64Array, i64),
    /// Integers whose unit is told by magnitude.
    Integer(Int64Array),
    Float(Float64Array),
    Text(StringArray),
}

/// Nanoseconds, if there are times.
type Times<'a> = Option<Cow<'a, [i64]>>;

/// Times and closes of a batch in which nothing is missing.
type Plain<'a> = (Times<'a>, &'a [f64]);

pub(super) enum NumberColumn {
    Float(Float64Array),
    Text(StringArray),
}

impl Columns {
    fn of(
        batch: &RecordBatch,
        layout: &Layout,
        rows: &Collector<'_>,
    ) -> Result<Self, DatasetError> {
        let projection = layout.projection();
        let find = |column: usize| {
            let place = projection
                .binary_search(&column)
                .ok()
                .filter(|&place| place < batch.num_columns());
            let array = place.map(|place| batch.column(place));
            array.ok_or_else(|| unusable(rows, layout.name(column), "is missing in a batch"))
        };
        let text = |column: usize| to_text(find(column)?, layout.name(column), rows);
        let number = |column: usize| to_number(find(column)?, layout.name(column), rows);
        let time = |column: usize| match layout.clock {
            Some(clock) => to_moments(
                (find(column)?, layout.name(column)),
                (find(clock)?, layout.name(clock)),
                rows,
            ),
            None => to_time(find(column)?, layout.name(column), rows),
        };
        Ok(Self {
            symbol: layout.symbol.map(text).transpose()?,
            time: layout.time.map(time).transpose()?,
            close: number(layout.close)?,
            source: layout
                .source
                .iter()
                .map(|&column| number(column))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The rows from `first` on that name the same symbol.
    fn run(&self, first: usize, n_rows: usize) -> Range<usize> {
        let Some(symbols) = &self.symbol else {
            return first..n_rows;
        };
        let symbol = text_at(symbols, first);
        let others = (first + 1..n_rows).find(|&index| text_at(symbols, index) != symbol);
        first..others.unwrap_or(n_rows)
    }

    /// Appends a run of rows at once, or leaves out one that nobody asked for; `false` if that cannot be, which
    /// [`row`](Self::row) explains.
    fn append(
        &self,
        run: Range<usize>,
        n_before: u64,
        (times, close): &Plain<'_>,
        rows: &mut Collector<'_>,
    ) -> bool {
        let row = n_before + run.start as u64 + 1;
        if let Some(symbols) = &self.symbol {
            match rows.select(row, text_at(symbols, run.start)) {
                Ok(true) => {}
                Ok(false) => return true,
                Err(_) => return false,
            }
        }
        let times = times.as_ref().map(|times| &times[run.clone()]);
        rows.extend(row, times, &close[run])
    }

    /// Times and closes, if that is all there is beside symbols and nothing is missing.
    fn plain(&self) -> Option<Plain<'_>> {
        let is_plain = self.source.is_empty();
        let NumberColumn::Float(close) = &self.close else {
            return None;
        };
        let times = match &self.time {
            None => None,
            Some(TimeColumn::Known(times, unit)) if times.null_count() == 0 => {
                let times = &times.values()[..];
                Some(if *unit == 1 {
                    Cow::Borrowed(times)
                } else {
                    let scaled = times.iter().map(|time| time.checked_mul(*unit));
                    Cow::Owned(scaled.collect::<Option<Vec<_>>>()?)
                })
            }
            Some(_) => return None,
        };
        (is_plain && close.null_count() == 0).then(|| (times, &close.values()[..]))
    }

    fn row(
        &self,
        index: usize,
        row: u64,
        layout: &Layout,
        rows: &mut Collector<'_>,
    ) -> Result<(), DatasetError> {
        if let Some(symbol) = &self.symbol
            && !rows.select(row, text_at(symbol, index))?
        {
            return Ok(());
        }
        let time = match &self.time {
            Some(time) => {
                let name = layout.time.map_or("time", |column| layout.name(column));
                time.at(index, row, name, rows)?
            }
            None => 0,
        };
        let close = self.close.at(index, row, layout.name(layout.close), rows)?;
        let mut sum = 0.0;
        for (column, &place) in self.source.iter().zip(&layout.source) {
            sum += column.at(index, row, layout.name(place), rows)?;
        }
        rows.push(row, time, close, sum / self.source.len() as f64)
    }
}

impl TimeColumn {
    fn at(
        &self,
        index: usize,
        row: u64,
        name: &str,
        rows: &mut Collector<'_>,
    ) -> Result<i64, DatasetError> {
        if self.is_null(index) {
            return rows.time_text(row, name, b"");
        }
        match self {
            Self::Known(values, unit) => values.value(index).checked_mul(*unit).ok_or_else(|| {
                rows.error(ErrorKind::Time, row, "lies outside the years 1677 to 2262")
                    .column(name)
                    .value(&values.value(index).to_string())
                    .remedy("correct the time or its unit")
            }),
            Self::Integer(values) => rows.time_integer(row, name, values.value(index)),
            Self::Float(values) => rows.time_float(row, name, values.value(index)),
            Self::Text(values) => rows.time_text(row, name, values.value(index).as_bytes()),
        }
    }

    fn is_null(&self, index: usize) -> bool {
        match self {
            Self::Known(values, _) | Self::Integer(values) => values.is_null(index),
            Self::Float(values) => values.is_null(index),
            Self::Text(values) => values.is_null(index),
        }
    }
}

impl NumberColumn {
    fn at(
        &self,
        index: usize,
        row: u64,
        name: &str,
        rows: &Collector<'_>,
    ) -> Result<f64, DatasetError> {
        match self {
            Self::Float(values) if values.is_null(index) => Ok(f64::NAN),
            Self::Float(values) => Ok(values.value(index)),
            Self::Text(values) => rows.number(row, name, text_at(values, index).as_bytes()),
        }
    }
}
