//! Why rows or symbols are refused, in words.

use super::Collector;
use crate::engine::dataset::time::format_time;
use crate::engine::dataset::{DatasetError, ErrorKind};

impl Collector<'_> {
    pub(super) fn out_of_order(&self, row: u64, time: i64) -> DatasetError {
        let series = &self.series[self.current];
        let last_row = series
            .close
            .len()
            .checked_sub(1)
            .and_then(|bar| series.rows.get(bar));
        let last = series.time.last().copied().unwrap_or(time);
        let (now, before) = (format_time(time), format_time(last));
        let (what, remedy) = if time == last {
            (
                format!("time {now} was there already"),
                "remove the duplicate",
            )
        } else {
            (
                format!("time {now} comes after {before}"),
                "sort the rows by time, oldest first",
            )
        };
        let what = match last_row {
            Some(last_row) => format!("{what} in row {last_row}"),
            None => what,
        };
        self.error(ErrorKind::Order, row, what)
            .remedy(format!("{remedy} (`atc inspect` counts such rows)"))
    }

    pub(super) fn no_such_symbol(&self, wanted: &str) -> DatasetError {
        DatasetError::no_such_symbol(&self.path, wanted, &self.skipped.join(", "))
    }
}

impl DatasetError {
    /// The symbol that is wanted is not there, but others are.
    pub(in crate::engine::dataset) fn no_such_symbol(
        path: &str,
        wanted: &str,
        others: &str,
    ) -> Self {
        Self::new(
            ErrorKind::Symbol,
            path,
            format!("is not there, but {others}"),
        )
        .value(wanted)
        .remedy("choose one of these symbols or leave the choice out")
    }
}
