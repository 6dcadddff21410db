//! The bars of one symbol, and where each came from.

use std::sync::Arc;

use super::{DatasetError, ErrorKind};

/// The bars of one symbol, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bars {
    /// The symbol.
    pub symbol: String,
    /// Time each bar opened, nanoseconds since 1970-01-01 UTC, strictly ascending; `None` if the input has no times.
    pub time: Option<Vec<i64>>,
    /// Closes; a missing one is `NaN`.
    pub close: Vec<f64>,
    /// What the averages are taken of, a missing value is `NaN`; `None` means the close.
    pub source: Option<Vec<f64>>,
    pub(crate) origin: Origin,
}

/// The place of a bar in its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The input as the user named it; a member of an archive follows its path after a colon.
    pub path: Arc<str>,
    /// The 1-based line of a text file, the 1-based record of any other.
    pub row: u64,
}

impl Bars {
    /// Bars of a program: these closes, without times. [`Source::of_bars`](super::Source::of_bars) makes a source of them.
    pub fn new(symbol: impl Into<String>, close: Vec<f64>) -> Self {
        Self {
            symbol: symbol.into(),
            close,
            ..Self::default()
        }
    }

    /// The same, with the time that each bar opened.
    #[must_use]
    pub fn with_time(self, time: Vec<i64>) -> Self {
        let time = Some(time);
        Self { time, ..self }
    }

    /// The same, with averages taken of `source`.
    #[must_use]
    pub fn with_source(self, source: Vec<f64>) -> Self {
        let source = Some(source);
        Self { source, ..self }
    }

    /// Number of bars.
    pub fn len(&self) -> usize {
        self.close.len()
    }

    /// Whether there is no bar.
    pub fn is_empty(&self) -> bool {
        self.close.is_empty()
    }

    /// Whether there are as many times and sources as closes, as in all bars that were read; bars that a program made
    /// itself are checked by what takes them.
    ///
    /// # Errors
    ///
    /// [`DatasetError`] that says how many there are.
    pub fn check(&self) -> Result<(), DatasetError> {
        let n_bars = self.close.len();
        let others = [
            ("times", self.time.as_ref().map(Vec::len)),
            ("sources", self.source.as_ref().map(Vec::len)),
        ];
        for (what, len) in others {
            if let Some(len) = len.filter(|len| *len != n_bars) {
                let what = format!("{len} {what} for {n_bars} closes");
                let error = DatasetError::new(ErrorKind::Row, &self.symbol, what);
                return Err(error.remedy("give one for every close"));
            }
        }
        Ok(())
    }

    /// Whether a bar exists: its close and source are there.
    pub(crate) fn exists(&self, bar: usize) -> bool {
        let is_there = |column: &[f64]| column.get(bar).is_some_and(|value| value.is_finite());
        is_there(&self.close) && self.source.as_deref().is_none_or(is_there)
    }

    /// The last bar that exists: its close and source are there.
    pub fn last_existing(&self) -> Option<usize> {
        (0..self.len()).rev().find(|bar| self.exists(*bar))
    }

    /// Close and time of the last bar that exists.
    pub(crate) fn last(&self) -> Option<(f64, Option<i64>)> {
        let bar = self.last_existing()?;
        Some((self.close[bar], self.time.as_ref().map(|time| time[bar])))
    }

    /// These bars, of which the first came from this row.
    pub(crate) fn at_row(self, path: &Arc<str>, row: u64) -> Self {
        let mut rows = Rows::default();
        rows.push(0, row);
        Self {
            origin: Origin::new(Arc::clone(path), rows),
            ..self
        }
    }

    /// The file and row that hold the bar with this index; `None` beyond the last bar.
    pub fn row_of(&self, bar: usize) -> Option<Place> {
        if bar < self.len() {
            self.origin.place(bar)
        } else {
            None
        }
    }
}

/// Which rows of which files the bars came from, as runs of consecutive rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    files: Vec<(usize, Arc<str>)>,
    rows: Rows,
}

impl Origin {
    pub(crate) fn new(path: Arc<str>, rows: Rows) -> Self {
        Self {
            files: vec![(0, path)],
            rows,
        }
    }

    /// Appends another file's rows after `n_bars` bars.
    pub(crate) fn append(&mut self, n_bars: usize, other: Self) {
        self.files.extend(
            other
                .files
                .into_iter()
                .map(|(bar, path)| (bar + n_bars, path)),
        );
        self.rows.runs.extend(
            other
                .rows
                .runs
                .into_iter()
                .map(|(bar, row)| (bar + n_bars, row)),
        );
    }

    fn place(&self, bar: usize) -> Option<Place> {
        let file = self
            .files
            .partition_point(|&(first, _)| first <= bar)
            .checked_sub(1)?;
        Some(Place {
            path: Arc::clone(&self.files[file].1),
            row: self.rows.get(bar)?,
        })
    }
}

/// Row numbers by bar, stored as runs `(first bar, its row)` of consecutive rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    runs: Vec<(usize, u64)>,
}

impl Rows {
    /// Records that `bar`, the next one, came from `row`.
    pub(crate) fn push(&mut self, bar: usize, row: u64) {
        if self.get(bar) != Some(row) {
            self.runs.push((bar, row));
        }
    }

    /// The row of `bar` if it belongs to a run; a bar after the last one is taken to continue it.
    pub(crate) fn get(&self, bar: usize) -> Option<u64> {
        // The newest run is nearly always the one asked for while reading.
        let run = match self.runs.last() {
            Some(last) if last.0 <= bar => last,
            _ => {
                &self.runs[self
                    .runs
                    .partition_point(|&(first, _)| first <= bar)
                    .checked_sub(1)?]
            }
        };
        Some(run.1 + (bar - run.0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bar_knows_its_row_across_holes_and_files() {
        let mut first = Rows::default();
        for (bar, row) in [2, 3, 7, 8].into_iter().enumerate() {
            first.push(bar, row);
        }
        let mut second = Rows::default();
        second.push(0, 2);
        second.push(1, 3);
        let mut origin = Origin::new("a".into(), first);
        origin.append(4, Origin::new("b".into(), second));
        let bars = Bars {
            close: vec![1.0; 6],
            origin,
            ..Bars::default()
        };
        let places: Vec<_> = (0..6).map(|bar| bars.row_of(bar).unwrap()).collect();
        let rows: Vec<_> = places
            .iter()
            .map(|place| (&*place.path, place.row))
            .collect();
        assert_eq!(
            rows,
            [("a", 2), ("a", 3), ("a", 7), ("a", 8), ("b", 2), ("b", 3)]
        );
        assert_eq!(bars.row_of(6), None);
    }
}
