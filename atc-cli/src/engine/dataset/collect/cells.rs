//! Cells become numbers and times, or an error that names them.

use super::{Collector, Mark};
use crate::engine::dataset::number::parse_number;
use crate::engine::dataset::time::looks_like_time;
use crate::engine::dataset::{DatasetError, ErrorKind};

impl Collector<'_> {
    /// Reads a number written as text.
    pub(crate) fn number(&self, row: u64, column: &str, cell: &[u8]) -> Result<f64, DatasetError> {
        if self.decimal_comma {
            self.keep_to_one_mark(row, column, cell)?;
        }
        parse_number(cell, self.decimal_comma).ok_or_else(|| {
            self.error(ErrorKind::Number, row, "is not a number")
                .column(column)
                .value(&String::from_utf8_lossy(cell))
                .remedy("write a plain number such as 1234.5, or leave the cell empty")
        })
    }

    /// Refuses `1,038` among numbers such as `38.5`: one of the two is not what it looks like.
    fn keep_to_one_mark(&self, row: u64, column: &str, cell: &[u8]) -> Result<(), DatasetError> {
        let is_mark = |byte: &&u8| matches!(byte, b',' | b'.');
        let Some(mark) = cell.iter().find(is_mark) else {
            return Ok(());
        };
        let here = Mark { byte: *mark, row };
        let known = self.mark.get().unwrap_or(here);
        self.mark.set(Some(known));
        if known.byte == *mark {
            return Ok(());
        }
        let what = format!(
            "has `{}` where the numbers before have `{}`",
            char::from(*mark),
            char::from(known.byte)
        );
        let error = self.error(ErrorKind::Number, row, what).column(column);
        let error = error.value(&String::from_utf8_lossy(cell));
        Err(error.remedy("write all numbers with the same decimal mark, and without any other"))
    }

    /// Reads a time written as text.
    pub(crate) fn time_text(
        &mut self,
        row: u64,
        column: &str,
        cell: &[u8],
    ) -> Result<i64, DatasetError> {
        self.times
            .text(cell)
            .ok_or_else(|| self.no_time(row, column, &String::from_utf8_lossy(cell)))
    }

    /// Reads a date and a time of day from two cells; a whole time in the second one will do.
    pub(crate) fn time_parts(
        &mut self,
        row: u64,
        column: &str,
        date: &[u8],
        clock: &[u8],
    ) -> Result<i64, DatasetError> {
        if looks_like_time(clock) {
            return self.time_text(row, column, clock);
        }
        let moment = [date.trim_ascii(), b" ", clock.trim_ascii()].concat();
        self.time_text(row, column, &moment)
    }

    /// Reads an integer time, its unit told by magnitude.
    pub(crate) fn time_integer(
        &mut self,
        row: u64,
        column: &str,
        value: i64,
    ) -> Result<i64, DatasetError> {
        self.times
            .integer(value)
            .ok_or_else(|| self.no_time(row, column, &value.to_string()))
    }

    /// Reads a fractional time, its unit told by magnitude.
    pub(crate) fn time_float(
        &mut self,
        row: u64,
        column: &str,
        value: f64,
    ) -> Result<i64, DatasetError> {
        self.times
            .float(value)
            .ok_or_else(|| self.no_time(row, column, &value.to_string()))
    }

    fn no_time(&self, row: u64, column: &str, value: &str) -> DatasetError {
        self.error(ErrorKind::Time, row, "is not a time")
            .column(column)
            .value(value)
            .remedy("write 2024-01-31 09:30:00, ISO 8601, or a unix time in s, ms, us or ns")
    }
}
