//! A column of dates and one of times of day, in Arrow, are one of times.

use arrow_array::types::{
    Date32Type, Date64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType,
};
use arrow_array::{Array, ArrayRef, Int64Array, StringArray};
use arrow_schema::{DataType, TimeUnit};

use super::DatasetError;
use super::cast::{DAY, integers, is_text, raw, text_at, to_text};
use super::collect::Collector;
use super::columnar::TimeColumn;
use super::time::{format_time, looks_like_time};

/// Whether columns of these types are the date and the time of day of one time.
pub(super) fn are_parts(date: &DataType, clock: &DataType) -> bool {
    let is_date = matches!(date, DataType::Date32 | DataType::Date64) || is_text(date);
    let is_clock = matches!(clock, DataType::Time32(_) | DataType::Time64(_)) || is_text(clock);
    is_date && is_clock
}

/// The times of dates with their times of day, of which [`are_parts`] is true.
pub(super) fn to_moments(
    (date, date_name): (&ArrayRef, &str),
    (clock, clock_name): (&ArrayRef, &str),
    rows: &Collector<'_>,
) -> Result<TimeColumn, DatasetError> {
    let (dates, clocks) = (days(date), clock_units(clock));
    if let (Some(dates), Some((clocks, unit))) = (&dates, &clocks) {
        return Ok(TimeColumn::Known(added(dates, clocks, DAY / unit), *unit));
    }
    let dates = match dates {
        Some(dates) => written(&dates, DAY, |text| text.get(..10)),
        None => to_text(date, date_name, rows)?,
    };
    let clocks = match clocks {
        Some((clocks, unit)) => written(&clocks, unit, |text| text.get(11..)?.strip_suffix('Z')),
        None => to_text(clock, clock_name, rows)?,
    };
    Ok(TimeColumn::Text(joined(&dates, &clocks)))
}

/// Days since 1970, if the column has such.
fn days(array: &ArrayRef) -> Option<Int64Array> {
    Some(match array.data_type() {
        DataType::Date32 => integers::<Date32Type>(array),
        DataType::Date64 => raw::<Date64Type>(array).unary(|time| time.div_euclid(DAY / 1_000_000)),
        _ => return None,
    })
}

/// Times of day in a unit of so many nanoseconds, if the column has such.
fn clock_units(array: &ArrayRef) -> Option<(Int64Array, i64)> {
    Some(match array.data_type() {
        DataType::Time32(TimeUnit::Second) => (integers::<Time32SecondType>(array), 1_000_000_000),
        DataType::Time32(_) => (integers::<Time32MillisecondType>(array), 1_000_000),
        DataType::Time64(TimeUnit::Microsecond) => (raw::<Time64MicrosecondType>(array), 1_000),
        DataType::Time64(_) => (raw::<Time64NanosecondType>(array), 1),
        _ => return None,
    })
}

/// Days and times of day as times in the unit of the latter; what is beyond 64 bits becomes missing.
fn added(days: &Int64Array, clocks: &Int64Array, units_per_day: i64) -> Int64Array {
    let time = |(day, clock): (Option<i64>, Option<i64>)| {
        day?.checked_mul(units_per_day)?.checked_add(clock?)
    };
    days.iter().zip(clocks).map(time).collect()
}

/// What `part` takes of each time as it is written.
fn written(values: &Int64Array, unit: i64, part: impl Fn(&str) -> Option<&str>) -> StringArray {
    let text = |value: i64| {
        let text = format_time(value.saturating_mul(unit));
        part(&text).map(str::to_owned)
    };
    values.iter().map(|value| value.and_then(text)).collect()
}

/// Dates with their times of day; a whole time among the latter will do.
fn joined(dates: &StringArray, clocks: &StringArray) -> StringArray {
    let cell = |index| {
        let (date, clock) = (text_at(dates, index).trim(), text_at(clocks, index).trim());
        if looks_like_time(clock.as_bytes()) {
            clock.to_owned()
        } else {
            format!("{date} {clock}")
        }
    };
    StringArray::from_iter_values((0..dates.len().min(clocks.len())).map(cell))
}
