//! CSV: rows of text, streamed.
//!
//! Lines are read into one buffer that is reused, and only the cells up to the last wanted column
//! are looked at, so a row costs no allocation. Cells may be quoted; a line break inside quotes
//! is refused, candles have none.

use std::cell::RefCell;
use std::io::BufRead;
use std::rc::Rc;

use super::collect::Collector;
use super::layout::{Header, Layout};
use super::lines::Lines;
use super::number::parse_number;
use super::split::split;
use super::time::looks_like_time;
use super::{DatasetError, ErrorKind, SourceColumn};

/// Reads all rows of `stream` and returns what the text looked like.
pub(crate) fn read(stream: impl BufRead, rows: &mut Collector<'_>) -> Result<String, DatasetError> {
    let mut lines = Lines::new(stream);
    let Some(mut dialect) = Dialect::sniff(&mut lines, rows)? else {
        return Ok("csv".to_owned());
    };
    let mut more = !dialect.has_header || lines.advance(&rows.path)?;
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

/// How a text is written, told from its first line.
#[derive(Clone)]
struct Dialect {
    delimiter: u8,
    has_header: bool,
    /// Of the first line.
    n_cells: usize,
    /// Of those, the ones that every row has: names that are empty at the end of a header mean nothing.
    n_named: usize,
    layout: Rc<Layout>,
}

/// A first line, the source asked for, and what they tell.
type Told = (Vec<u8>, SourceColumn, Dialect);

thread_local! {
    /// What this thread was told last: most files of a folder begin with the same line.
    static LAST: RefCell<Option<Told>> = const { RefCell::new(None) };
}

impl Dialect {
    /// Looks at the first line, which stays the current one; `None` if there is none.
    fn sniff<R: BufRead>(
        lines: &mut Lines<R>,
        rows: &Collector<'_>,
    ) -> Result<Option<Self>, DatasetError> {
        loop {
            if !lines.advance(&rows.path)? {
                return Ok(None);
            }
            // A link that some vendors put on top, and the line that tells Excel the delimiter.
            if !lines.line.starts_with(b"http") && !lines.line.starts_with(b"sep=") {
                break;
            }
        }
        let (line, source) = (&lines.line, &rows.request.source);
        let is_it = |last: &&Told| (&last.0, &last.1) == (line, source);
        let known = |last: &RefCell<Option<Told>>| {
            let last = last.borrow();
            last.as_ref().filter(is_it).map(|(.., told)| told.clone())
        };
        if let Some(told) = LAST.with(known) {
            return Ok(Some(told));
        }
        let told = Self::of_line(line, rows)?;
        LAST.set(Some((line.clone(), source.clone(), told.clone())));
        Ok(Some(told))
    }

    fn of_line(line: &[u8], rows: &Collector<'_>) -> Result<Self, DatasetError> {
        let delimiter = delimiter(line);
        let mut cells = Vec::new();
        split(line, delimiter, usize::MAX, &mut cells);
        let name = |&(from, to): &(usize, usize)| {
            let name = String::from_utf8_lossy(&line[from..to]);
            name.trim().to_owned()
        };
        let names: Vec<String> = cells.iter().map(name).collect();
        let n_named = names.iter().rposition(|name| !name.is_empty());
        let header = Header::from(names);
        let has_header = header.is_known() || !is_data(header.names(), delimiter == b';');
        let layout = if has_header {
            Layout::of(header, rows.request, &rows.path)
        } else {
            Layout::headerless(cells.len(), rows.request, &rows.path)
        }?;
        Ok(Self {
            delimiter,
            has_header,
            n_cells: cells.len(),
            n_named: match n_named {
                Some(last) if has_header => last + 1,
                _ => cells.len(),
            },
            layout: Rc::new(layout),
        })
    }

    fn adopt_index(&mut self, first_row: &[u8]) {
        if self.layout.time.is_some() {
            return;
        }
        let mut cells = Vec::new();
        split(first_row, self.delimiter, usize::MAX, &mut cells);
        let holds_times = |column: usize| {
            cells
                .get(column)
                .is_some_and(|&(from, to)| looks_like_time(&first_row[from..to]))
        };
        Rc::make_mut(&mut self.layout).adopt_index(holds_times);
    }

    fn describe(&self) -> String {
        let delimiter = match self.delimiter {
            b'\t' => "tab",
            b';' => "semicolon",
            b'|' => "bar",
            _ => "comma",
        };
        let header = if self.has_header {
            "header"
        } else {
            "no header"
        };
        format!("csv ({delimiter}, {header})")
    }
}

/// Turns lines into rows; keeps the buffers.
struct RowReader<'a> {
    delimiter: u8,
    layout: &'a Layout,
    n_needed: usize,
    /// Cells that a row has at least, and at most.
    least: usize,
    most: usize,
    has_header: bool,
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
            has_header: dialect.has_header,
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
        let first = if self.has_header {
            "header"
        } else {
            "first row"
        };
        let unit = if n_cells == 1 { "cell" } else { "cells" };
        let what = format!("has {n_cells} {unit}, the {first} has {expected}");
        Err(rows.error(ErrorKind::Row, row, what).remedy(remedy))
    }
}

/// The most frequent of the usual delimiters; a comma if there is none.
fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| line.split(|&byte| byte == delimiter).count() - 1;
    let candidates = [b'|', b'\t', b';', b','];
    // `max_by_key` keeps the last of equals, which is the comma.
    let best = candidates
        .into_iter()
        .max_by_key(|&candidate| count(candidate))
        .unwrap_or(b',');
    // One semicolon among decimal commas still divides the cells.
    if best == b',' && count(b';') > 0 {
        b';'
    } else {
        best
    }
}

/// Whether a first line is already data: a time, then numbers; or numbers alone.
fn is_data(cells: &[String], decimal_comma: bool) -> bool {
    let is_number = |cell: &String| parse_number(cell.as_bytes(), decimal_comma).is_some();
    match cells {
        [] => false,
        [only] => !only.is_empty() && is_number(only),
        [first, rest @ ..] => {
            looks_like_time(first.as_bytes()) && rest.iter().take(4).all(is_number)
        }
    }
}
