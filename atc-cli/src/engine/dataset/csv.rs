//! CSV: rows of text, streamed.
//!
//! Lines are read into one buffer that is reused, and only the cells up to the last wanted column
//! are looked at, so a row costs no allocation. Cells may be quoted; a line break inside quotes
//! is refused, candles have none.

use std::io::BufRead;

use super::collect::Collector;
use super::dialect::{Dialect, Names};
use super::layout::Layout;
use super::lines::Lines;
use super::split::split;
use super::{DatasetError, ErrorKind, counted};

/// Reads all rows of `stream` and returns what the text looked like.
pub(crate) fn read(stream: impl BufRead, rows: &mut Collector<'_>) -> Result<String, DatasetError> {
    let mut lines = Lines::new(stream);
    let Some(mut dialect) = Dialect::sniff(&mut lines, rows)? else {
        return Ok("csv".to_owned());
    };
    let mut more = dialect.names != Names::FirstLine || lines.advance(&rows.path)?;
    dialect.adopt_index(&lines.line);
    rows.decimal_comma = dialect.delimiter == b';';
    rows.start(&dialect.layout)?;
    let mut reader = RowReader::new(&dialect);
    while more {
        let row = reader.row(lines.row, &lines.line, rows);
        rows.forgive(row)?;
        more = lines.advance(&rows.path)?;
    }
    Ok(dialect.describe())
}

/// Turns lines into rows; keeps the buffers.
struct RowReader<'a> {
    delimiter: u8,
    layout: &'a Layout,
    n_needed: usize,
    /// Cells that a row has at least, and at most.
    least: usize,
    most: usize,
    names: Names,
    /// Delimiters were found in quotes, so that cells are counted with care.
    has_quoted: bool,
    cells: Vec<(usize, usize)>,
}

impl<'a> RowReader<'a> {
    fn new(dialect: &'a Dialect) -> Self {
        let n_needed = dialect
            .layout
            .projection()
            .last()
            .map_or(0, |last| last + 1);
        Self {
            delimiter: dialect.delimiter,
            layout: &dialect.layout,
            n_needed,
            least: dialect.n_named.max(n_needed),
            most: dialect.n_cells.max(n_needed),
            names: dialect.names,
            has_quoted: false,
            cells: Vec::with_capacity(n_needed),
        }
    }

    fn row(&mut self, row: u64, line: &[u8], rows: &mut Collector<'_>) -> Result<(), DatasetError> {
        let layout = self.layout;
        let Some(n_more) = split(line, self.delimiter, self.n_needed, &mut self.cells) else {
            return Err(rows
                .error(
                    ErrorKind::Row,
                    row,
                    "a quoted cell does not end on its line",
                )
                .remedy("close the quote; line breaks inside cells are not read"));
        };
        let n_cells = self.cells.len() + n_more;
        if self.has_quoted || n_cells < self.least || self.most < n_cells {
            self.check_width((row, n_cells), line, rows)?;
        }
        let cell = |column: usize| {
            let (from, to) = self.cells[column];
            &line[from..to]
        };
        if let Some(symbol) = layout.symbol
            && !rows.select(row, &String::from_utf8_lossy(cell(symbol).trim_ascii()))?
        {
            return Ok(());
        }
        let time = match (layout.time, layout.clock) {
            (Some(date), Some(clock)) => {
                rows.time_parts(row, layout.name(date), cell(date), cell(clock))?
            }
            (Some(time), None) => rows.time_text(row, layout.name(time), cell(time))?,
            (None, _) => 0,
        };
        let close = rows.number(row, layout.name(layout.close), cell(layout.close))?;
        let mut sum = 0.0;
        for &column in &layout.source {
            sum += rows.number(row, layout.name(column), cell(column))?;
        }
        rows.push(row, time, close, sum / layout.source.len() as f64)
    }

    /// Refuses a row with fewer or more cells than the first line: what is in the wrong column looks like a price as well.
    #[cold]
    fn check_width(
        &mut self,
        (row, n_seen): (u64, usize),
        line: &[u8],
        rows: &Collector<'_>,
    ) -> Result<(), DatasetError> {
        let mut cells = Vec::new();
        let is_open = split(line, self.delimiter, usize::MAX, &mut cells).is_none();
        let n_cells = cells.len() + usize::from(is_open);
        self.has_quoted |= n_cells != n_seen;
        let is_there = |&(from, to): &(usize, usize)| !line[from..to].trim_ascii().is_empty();
        let (expected, remedy) = if n_cells < self.least {
            (self.least, "complete the row or remove it")
        } else if cells.iter().skip(self.most).any(is_there) {
            let remedy = "quote cells that hold the delimiter, and write numbers without thousands separators";
            (self.most, remedy)
        } else {
            // Delimiters at the end of a line hold nothing.
            return Ok(());
        };
        let first = match self.names {
            Names::Nowhere => "first row",
            _ => "header",
        };
        let n_cells = counted(n_cells, "cell", "cells");
        let what = format!("has {n_cells}, the {first} has {expected}");
        Err(rows.error(ErrorKind::Row, row, what).remedy(remedy))
    }
}
