//! Arrow columns of any type as times, numbers and text.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, TimeUnit};

use super::collect::Collector;
use super::columnar::{NumberColumn, TimeColumn};
use super::{DatasetError, ErrorKind};

pub(super) fn to_time(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<TimeColumn, DatasetError> {
    const DAY: i64 = 86_400_000_000_000;
    let integers = |array: &ArrayRef| convert(array, &DataType::Int64, name, rows);
    let known = |unit: i64| {
        Ok(TimeColumn::Known(
            integers(array)?.as_primitive::<Int64Type>().clone(),
            unit,
        ))
    };
    match array.data_type() {
        DataType::Timestamp(unit, _) => known(match unit {
            TimeUnit::Second => 1_000_000_000,
            TimeUnit::Millisecond => 1_000_000,
            TimeUnit::Microsecond => 1_000,
            TimeUnit::Nanosecond => 1,
        }),
        DataType::Date32 => {
            let days = integers(&convert(array, &DataType::Int32, name, rows)?)?;
            Ok(TimeColumn::Known(
                days.as_primitive::<Int64Type>().clone(),
                DAY,
            ))
        }
        DataType::Date64 => known(1_000_000),
        kind if kind.is_integer() => Ok(TimeColumn::Integer(
            integers(array)?.as_primitive::<Int64Type>().clone(),
        )),
        kind if kind.is_numeric() => {
            let floats = convert(array, &DataType::Float64, name, rows)?;
            Ok(TimeColumn::Float(
                floats.as_primitive::<Float64Type>().clone(),
            ))
        }
        _ => Ok(TimeColumn::Text(to_text(array, name, rows)?)),
    }
}

pub(super) fn to_number(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<NumberColumn, DatasetError> {
    let kind = array.data_type();
    if kind.is_numeric() || *kind == DataType::Null {
        let floats = convert(array, &DataType::Float64, name, rows)?;
        return Ok(NumberColumn::Float(
            floats.as_primitive::<Float64Type>().clone(),
        ));
    }
    Ok(NumberColumn::Text(to_text(array, name, rows)?))
}

pub(super) fn to_text(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<StringArray, DatasetError> {
    if !is_text(array.data_type()) {
        return Err(unusable(
            rows,
            name,
            &format!("has the type {}", array.data_type()),
        ));
    }
    Ok(convert(array, &DataType::Utf8, name, rows)?
        .as_string::<i32>()
        .clone())
}

fn convert(
    array: &ArrayRef,
    to: &DataType,
    name: &str,
    rows: &Collector<'_>,
) -> Result<ArrayRef, DatasetError> {
    cast(array, to).map_err(|error| {
        unusable(rows, name, &format!("has the type {}", array.data_type())).source(error)
    })
}

pub(super) fn unusable(rows: &Collector<'_>, name: &str, what: &str) -> DatasetError {
    DatasetError::new(ErrorKind::Column, &rows.path, what)
        .column(name)
        .remedy("store numbers as floats, times as timestamps and symbols as text")
}

pub(super) fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_text(values),
        _ => false,
    }
}

/// Dates with their times of day.
pub(super) fn joined(dates: &StringArray, clocks: &StringArray) -> StringArray {
    let cell = |index| {
        format!(
            "{} {}",
            text_at(dates, index).trim(),
            text_at(clocks, index).trim()
        )
    };
    StringArray::from_iter_values((0..dates.len().min(clocks.len())).map(cell))
}

/// The text of a cell, empty where there is none.
pub(super) fn text_at(array: &StringArray, index: usize) -> &str {
    if array.is_null(index) {
        ""
    } else {
        array.value(index)
    }
}
