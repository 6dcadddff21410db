//! JSON: an array of rows or of objects, or one object per line; streamed.

mod cell;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use self::cell::{Cell, CellSeed};
use super::DatasetError;
use super::collect::Collector;
use super::guard::damaged;
use super::layout::Layout;
use super::lines::Lines;

/// A row with more cells than this is no candle.
const CELL_LIMIT: usize = 10_000;

/// Reads `[[time, o, h, l, c, v], ..]` or `[{"time": .., "close": ..}, ..]`.
pub(crate) fn read_array(
    stream: impl Read,
    rows: &mut Collector<'_>,
) -> Result<String, DatasetError> {
    let path = rows.path.clone();
    let mut reader = RowReader::default();
    let mut failure = None;
    let outcome = {
        let seed = RowsSeed {
            reader: &mut reader,
            rows,
            failure: &mut failure,
        };
        let mut json =
            serde_json::Deserializer::from_reader(BufReader::with_capacity(1 << 16, stream));
        seed.deserialize(&mut json).and_then(|()| json.end())
    };
    if let Some(failure) = failure {
        return Err(failure);
    }
    outcome.map_err(|error| broken(&path, error, None))?;
    Ok(format!("json ({})", reader.describe()))
}

/// Reads one object per line.
pub(crate) fn read_lines(
    stream: impl BufRead,
    rows: &mut Collector<'_>,
) -> Result<String, DatasetError> {
    let mut lines = Lines::new(stream);
    let mut reader = RowReader::default();
    while lines.advance(&rows.path)? {
        let outcome = reader.line(lines.row, &lines.line, rows);
        rows.forgive(outcome)?;
    }
    Ok(format!("json lines ({})", reader.describe()))
}

fn broken(path: &str, error: serde_json::Error, row: Option<u64>) -> DatasetError {
    if error.is_io() {
        return DatasetError::from_io(path, io::Error::from(error));
    }
    // Its words end in a line and column; the row says the first, and lines are parsed one by one.
    let words = error.to_string();
    let (what, _) = words.rsplit_once(" at line ").unwrap_or((&words, ""));
    let row = row.unwrap_or(error.line() as u64);
    damaged(path, format!("{what} at character {}", error.column()))
        .row(row)
        .source(error)
}

/// Turns parsed rows into bars; keeps the buffers.
#[derive(Debug, Default)]
struct RowReader {
    layout: Option<Layout>,
    /// Keys of the row if it is an object, else empty.
    keys: Vec<String>,
    cells: Vec<Cell>,
}

impl RowReader {
    fn describe(&self) -> &'static str {
        if self.keys.is_empty() {
            "rows"
        } else {
            "objects"
        }
    }

    fn line(
        &mut self,
        row: u64,
        line: &[u8],
        rows: &mut Collector<'_>,
    ) -> Result<(), DatasetError> {
        let mut json = serde_json::Deserializer::from_slice(line);
        let outcome = RowSeed(self)
            .deserialize(&mut json)
            .and_then(|()| json.end());
        outcome.map_err(|error| broken(&rows.path, error, Some(row)))?;
        self.row(row, rows)
    }

    /// Appends the row that was parsed last.
    fn row(&mut self, row: u64, rows: &mut Collector<'_>) -> Result<(), DatasetError> {
        let layout = self.layout.take().map_or_else(|| self.start(rows), Ok)?;
        let outcome = self.append(row, &layout, rows);
        self.layout = Some(layout);
        outcome
    }

    /// Tells the layout from the first row.
    fn start(&self, rows: &mut Collector<'_>) -> Result<Layout, DatasetError> {
        let layout = if self.keys.is_empty() {
            Layout::headerless(self.cells.len(), rows.request, &rows.path)
        } else {
            Layout::of(self.keys.clone(), rows.request, &rows.path)
        }?;
        rows.start(&layout)?;
        Ok(layout)
    }

    fn append(
        &self,
        row: u64,
        layout: &Layout,
        rows: &mut Collector<'_>,
    ) -> Result<(), DatasetError> {
        if let Some(symbol) = layout.symbol {
            let wanted = match self.cell(symbol, layout) {
                Cell::Text(text) => rows.select(row, text)?,
                Cell::Integer(number) => rows.select(row, &number.to_string())?,
                _ => rows.select(row, "")?,
            };
            if !wanted {
                return Ok(());
            }
        }
        let time = layout
            .time
            .map_or(Ok(0), |column| self.time(row, column, layout, rows))?;
        let close = self.number(row, layout.close, layout, rows)?;
        let mut sum = 0.0;
        for &column in &layout.source {
            sum += self.number(row, column, layout, rows)?;
        }
        rows.push(row, time, close, sum / layout.source.len() as f64)
    }

    fn time(
        &self,
        row: u64,
        column: usize,
        layout: &Layout,
        rows: &mut Collector<'_>,
    ) -> Result<i64, DatasetError> {
        let name = layout.name(column);
        match self.cell(column, layout) {
            Cell::Integer(value) => rows.time_integer(row, name, *value),
            Cell::Float(value) => rows.time_float(row, name, *value),
            Cell::Text(date) => match layout.clock.map(|clock| self.cell(clock, layout)) {
                Some(Cell::Text(clock)) => {
                    rows.time_parts(row, name, date.as_bytes(), clock.as_bytes())
                }
                _ => rows.time_text(row, name, date.as_bytes()),
            },
            Cell::Missing => rows.time_text(row, name, b""),
            Cell::Other(what) => rows.time_text(row, name, what.as_bytes()),
        }
    }

    fn number(
        &self,
        row: u64,
        column: usize,
        layout: &Layout,
        rows: &Collector<'_>,
    ) -> Result<f64, DatasetError> {
        match self.cell(column, layout) {
            Cell::Missing => Ok(f64::NAN),
            Cell::Integer(value) => Ok(*value as f64),
            Cell::Float(value) => Ok(*value),
            Cell::Text(text) => rows.number(row, layout.name(column), text.as_bytes()),
            Cell::Other(what) => rows.number(row, layout.name(column), what.as_bytes()),
        }
    }

    /// The cell of a column; objects may order their keys differently from row to row.
    fn cell(&self, column: usize, layout: &Layout) -> &Cell {
        let place = if self.keys.is_empty() || self.keys.get(column) == Some(&layout.names[column])
        {
            Some(column)
        } else {
            self.keys
                .iter()
                .position(|key| *key == layout.names[column])
        };
        place
            .and_then(|place| self.cells.get(place))
            .unwrap_or(&Cell::Missing)
    }
}

/// Parses the array of rows, handing over each as it comes.
struct RowsSeed<'r, 'a> {
    reader: &'r mut RowReader,
    rows: &'r mut Collector<'a>,
    failure: &'r mut Option<DatasetError>,
}

impl<'de> DeserializeSeed<'de> for RowsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let mut row = 0;
        while array.next_element_seed(RowSeed(self.reader))?.is_some() {
            row += 1;
            let outcome = self.reader.row(row, self.rows);
            if let Err(error) = self.rows.forgive(outcome) {
                *self.failure = Some(error);
                return Err(serde::de::Error::custom("a row was refused"));
            }
        }
        Ok(())
    }
}

/// Parses one row into the reader's buffers.
struct RowSeed<'r>(&'r mut RowReader);

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row: an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        self.0.keys.clear();
        self.0.cells.clear();
        while let Some(cell) = array.next_element_seed(CellSeed)? {
            self.0.cells.push(cell);
            if self.0.cells.len() > CELL_LIMIT {
                return Err(serde::de::Error::custom("a row has more than 10,000 cells"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        self.0.keys.clear();
        self.0.cells.clear();
        while let Some(key) = object.next_key::<String>()? {
            self.0.keys.push(key);
            self.0.cells.push(object.next_value_seed(CellSeed)?);
            if self.0.cells.len() > CELL_LIMIT {
                return Err(serde::de::Error::custom("a row has more than 10,000 keys"));
            }
        }
        Ok(())
    }
}
