//! Rows of any format become the bars of their symbols.

mod cells;
mod refusals;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use super::bars::{Origin, Rows};
use super::layout::Layout;
use super::place::stem;
use super::time::TimeReader;
use super::{Bars, DatasetError, ErrorKind, Request};

/// Where rows go: one file, or one member of an archive.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    pub(crate) path: Arc<str>,
    pub(crate) request: &'a Request,
    /// The symbol of rows without one: the hive folder's, else the file's stem.
    symbol: Symbol,
    /// Rows with errors are counted instead of refused, and any order of times is taken.
    lenient: bool,
    pub(crate) decimal_comma: bool,
    /// Where a comma may be a decimal mark, the mark of the numbers so far.
    pub(crate) mark: Cell<Option<Mark>>,
    layout: Option<Shape>,
    series: Vec<Series>,
    by_symbol: HashMap<String, usize>,
    current: usize,
    skipped: Vec<String>,
    times: TimeReader,
    pub(crate) troubles: Troubles,
}

/// The symbol an input has by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Symbol {
    /// From a folder `symbol=X`: holds whatever the file says.
    Hive(String),
    /// The stem of this path, the file's: a symbol column overrides it.
    Stem(Arc<str>),
}

impl Symbol {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Hive(name) => name,
            Self::Stem(path) => stem(path),
        }
    }
}

/// The decimal mark of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(super) byte: u8,
    /// The first row that has it.
    pub(crate) row: u64,
}

/// Rows that a lenient reading had to leave out.
#[derive(Debug, Default)]
pub(crate) struct Troubles {
    pub(crate) count: usize,
    pub(crate) first: Option<DatasetError>,
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    time: bool,
    symbol: bool,
    source: bool,
}

#[derive(Debug, Default)]
struct Series {
    symbol: String,
    time: Vec<i64>,
    close: Vec<f64>,
    source: Vec<f64>,
    rows: Rows,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(path: Arc<str>, symbol: Symbol, request: &'a Request, lenient: bool) -> Self {
        Self {
            path,
            request,
            symbol,
            lenient,
            decimal_comma: false,
            mark: Cell::new(None),
            layout: None,
            series: Vec::new(),
            by_symbol: HashMap::new(),
            current: 0,
            skipped: Vec::new(),
            times: TimeReader::default(),
            troubles: Troubles::default(),
        }
    }

    /// Fixes which columns the rows have; must precede the first row.
    pub(crate) fn start(&mut self, layout: &Layout) -> Result<(), DatasetError> {
        self.layout = Some(Shape {
            time: layout.time.is_some(),
            symbol: layout.symbol.is_some(),
            source: !layout.source.is_empty(),
        });
        if layout.symbol.is_none() {
            self.series = vec![Series {
                symbol: self.symbol.name().to_owned(),
                ..Series::default()
            }];
            if let Some(wanted) = &self.request.symbol
                && !wanted.eq_ignore_ascii_case(self.symbol.name())
            {
                self.skipped.push(self.symbol.name().to_owned());
                return Err(self.no_such_symbol(wanted));
            }
        }
        Ok(())
    }

    /// Makes room for rows to come, if all of them are of one series.
    pub(crate) fn reserve(&mut self, n_rows: usize) {
        if let (Some(shape), [series]) = (self.layout, self.series.as_mut_slice()) {
            series.close.reserve_exact(n_rows);
            series
                .time
                .reserve_exact(if shape.time { n_rows } else { 0 });
            series
                .source
                .reserve_exact(if shape.source { n_rows } else { 0 });
        }
    }

    /// Turns the error of one row into a count if the reading is lenient.
    pub(crate) fn forgive(&mut self, row: Result<(), DatasetError>) -> Result<(), DatasetError> {
        match row {
            Err(error) if self.lenient => {
                self.troubles.count += 1;
                self.troubles.first.get_or_insert(error);
                Ok(())
            }
            other => other,
        }
    }

    /// Chooses the series the next row belongs to; `false` if nobody asked for it.
    pub(crate) fn select(&mut self, row: u64, symbol: &str) -> Result<bool, DatasetError> {
        if self
            .series
            .get(self.current)
            .is_some_and(|series| series.symbol == symbol)
        {
            return Ok(true);
        }
        if symbol.trim().is_empty() {
            return Err(self
                .error(ErrorKind::Symbol, row, "is empty")
                .column("symbol")
                .remedy("name a symbol in every row"));
        }
        if let Some(wanted) = &self.request.symbol
            && !symbol.eq_ignore_ascii_case(wanted)
            && !matches!(self.symbol, Symbol::Hive(_))
        {
            if self.skipped.len() < 5 && !self.skipped.iter().any(|seen| seen == symbol) {
                self.skipped.push(symbol.to_owned());
            }
            return Ok(false);
        }
        if let Some(&known) = self.by_symbol.get(symbol) {
            self.current = known;
            return Ok(true);
        }
        if let (Symbol::Hive(folder), Some(first)) = (&self.symbol, self.series.first()) {
            let what = format!(
                "is another symbol than `{}` above, in the folder of `{folder}`",
                first.symbol
            );
            return Err(self
                .error(ErrorKind::Symbol, row, what)
                .column("symbol")
                .value(symbol)
                .remedy("keep one symbol per folder"));
        }
        self.current = self.series.len();
        self.by_symbol.insert(symbol.to_owned(), self.current);
        self.series.push(Series {
            symbol: symbol.to_owned(),
            ..Series::default()
        });
        Ok(true)
    }

    /// Appends a bar to the selected series. Without a time column `time` is ignored, likewise `source`.
    pub(crate) fn push(
        &mut self,
        row: u64,
        time: i64,
        close: f64,
        source: f64,
    ) -> Result<(), DatasetError> {
        let Some(shape) = self.layout else {
            return Ok(());
        };
        let series = &mut self.series[self.current];
        let bar = series.close.len();
        if shape.time {
            if !self.lenient && series.time.last().is_some_and(|&last| time <= last) {
                return Err(self.out_of_order(row, time));
            }
            series.time.push(time);
        }
        if shape.source {
            series.source.push(source);
        }
        series.close.push(close);
        series.rows.push(bar, row);
        Ok(())
    }

    /// Appends rows that follow each other, from `row` on, without a source of their own; `false`, and nothing
    /// is appended, if their times are not in order, which [`push`](Self::push) explains.
    pub(crate) fn extend(&mut self, row: u64, times: Option<&[i64]>, close: &[f64]) -> bool {
        let Some(shape) = self.layout else {
            return true;
        };
        let series = &mut self.series[self.current];
        if shape.source || close.is_empty() {
            return close.is_empty();
        }
        if shape.time {
            let Some(times) = times.filter(|times| times.len() == close.len()) else {
                return false;
            };
            let goes_on = series.time.last().is_none_or(|&last| last < times[0]);
            let is_in_order = goes_on && times.is_sorted_by(|a, b| a < b);
            if !self.lenient && !is_in_order {
                return false;
            }
            series.time.extend_from_slice(times);
        }
        series.rows.push(series.close.len(), row);
        series.close.extend_from_slice(close);
        true
    }

    /// The bars of every symbol that came, in order of first appearance.
    pub(crate) fn finish(self) -> Result<(Vec<Bars>, Troubles), DatasetError> {
        if let Some(wanted) = &self.request.symbol
            && self.layout.is_some_and(|shape| shape.symbol)
            && self.series.is_empty()
            && !self.skipped.is_empty()
        {
            return Err(self.no_such_symbol(wanted));
        }
        let shape = self.layout.unwrap_or(Shape {
            time: false,
            symbol: false,
            source: false,
        });
        let hive = match &self.symbol {
            Symbol::Hive(name) => Some(name.clone()),
            Symbol::Stem(_) => None,
        };
        let path = self.path;
        let bars: Vec<Bars> = self
            .series
            .into_iter()
            .filter(|series| !series.close.is_empty())
            .map(|series| Bars {
                symbol: hive.clone().unwrap_or(series.symbol),
                time: shape.time.then_some(series.time),
                close: series.close,
                source: shape.source.then_some(series.source),
                origin: Origin::new(Arc::clone(&path), series.rows),
            })
            .collect();
        if bars.is_empty() && self.troubles.count == 0 {
            return Err(
                DatasetError::new(ErrorKind::Empty, &path, "there are no rows")
                    .remedy("leave the file out or fetch it again"),
            );
        }
        Ok((bars, self.troubles))
    }

    pub(crate) fn error(&self, kind: ErrorKind, row: u64, what: impl Into<String>) -> DatasetError {
        DatasetError::new(kind, &self.path, what).row(row)
    }
}
