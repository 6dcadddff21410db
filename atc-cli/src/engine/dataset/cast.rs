//! Arrow columns of any type as times, numbers and text.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, Float64Array, Int64Array, StringArray};
use arrow_schema::{DataType, TimeUnit};

use super::collect::Collector;
use super::columnar::{NumberColumn, TimeColumn};
use super::{DatasetError, ErrorKind};

pub(super) const DAY: i64 = 86_400_000_000_000;

pub(super) fn to_time(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<TimeColumn, DatasetError> {
    if let Some((times, unit)) = match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            Some((raw::<TimestampSecondType>(array), 1_000_000_000))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            Some((raw::<TimestampMillisecondType>(array), 1_000_000))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Some((raw::<TimestampMicrosecondType>(array), 1_000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Some((raw::<TimestampNanosecondType>(array), 1))
        }
        DataType::Date32 => Some((integers::<Date32Type>(array), DAY)),
        DataType::Date64 => Some((raw::<Date64Type>(array), 1_000_000)),
        _ => None,
    } {
        return Ok(TimeColumn::Known(times, unit));
    }
    if let Some(times) = to_integers(array) {
        return Ok(TimeColumn::Integer(times));
    }
    Ok(match to_floats(array) {
        Some(times) => TimeColumn::Float(times),
        None => TimeColumn::Text(to_text(array, name, rows)?),
    })
}

pub(super) fn to_number(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<NumberColumn, DatasetError> {
    if *array.data_type() == DataType::Null {
        return Ok(NumberColumn::Float(Float64Array::new_null(array.len())));
    }
    Ok(match to_floats(array) {
        Some(numbers) => NumberColumn::Float(numbers),
        None => NumberColumn::Text(to_text(array, name, rows)?),
    })
}

pub(super) fn to_text(
    array: &ArrayRef,
    name: &str,
    rows: &Collector<'_>,
) -> Result<StringArray, DatasetError> {
    texts(array).ok_or_else(|| unusable(rows, name, &format!("has the type {}", array.data_type())))
}

/// 64-bit values under another name, without a copy.
pub(super) fn raw<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef) -> Int64Array {
    array.as_primitive::<T>().reinterpret_cast()
}

pub(super) fn integers<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &ArrayRef) -> Int64Array {
    array.as_primitive::<T>().unary(Into::into)
}

fn floats<T: ArrowPrimitiveType<Native: Into<f64>>>(array: &ArrayRef) -> Float64Array {
    array.as_primitive::<T>().unary(Into::into)
}

/// A column of integers; those beyond 63 bits become missing.
fn to_integers(array: &ArrayRef) -> Option<Int64Array> {
    Some(match array.data_type() {
        DataType::Int8 => integers::<Int8Type>(array),
        DataType::Int16 => integers::<Int16Type>(array),
        DataType::Int32 => integers::<Int32Type>(array),
        DataType::Int64 => array.as_primitive::<Int64Type>().clone(),
        DataType::UInt8 => integers::<UInt8Type>(array),
        DataType::UInt16 => integers::<UInt16Type>(array),
        DataType::UInt32 => integers::<UInt32Type>(array),
        DataType::UInt64 => {
            let values = array.as_primitive::<UInt64Type>();
            values.unary_opt(|value| i64::try_from(value).ok())
        }
        _ => return None,
    })
}

type Half = <Float16Type as ArrowPrimitiveType>::Native;

/// A column of numbers of any type, each as the nearest `f64`.
fn to_floats(array: &ArrayRef) -> Option<Float64Array> {
    Some(match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().clone(),
        DataType::Float32 => floats::<Float32Type>(array),
        DataType::Float16 => array.as_primitive::<Float16Type>().unary(Half::to_f64),
        DataType::UInt64 => array
            .as_primitive::<UInt64Type>()
            .unary(|value| value as f64),
        DataType::Decimal32(_, scale) => decimals::<Decimal32Type>(array, *scale, f64::from),
        DataType::Decimal64(_, scale) => decimals::<Decimal64Type>(array, *scale, |v| v as f64),
        DataType::Decimal128(_, scale) => decimals::<Decimal128Type>(array, *scale, |v| v as f64),
        DataType::Decimal256(_, scale) => {
            decimals::<Decimal256Type>(array, *scale, |v| v.to_string().parse().unwrap_or(f64::NAN))
        }
        _ => to_integers(array)?.unary(|value| value as f64),
    })
}

fn decimals<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    scale: i8,
    to_float: impl Fn(T::Native) -> f64,
) -> Float64Array {
    let unit = 10_f64.powi(scale.into());
    array
        .as_primitive::<T>()
        .unary(|value| to_float(value) / unit)
}

/// A column of text, whatever it is stored as; `None` if it is none.
fn texts(array: &ArrayRef) -> Option<StringArray> {
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().clone(),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().collect(),
        DataType::Utf8View => array.as_string_view().iter().collect(),
        DataType::Dictionary(_, values) if is_text(values) => {
            let dictionary = array.as_any_dictionary();
            let values = texts(dictionary.values())?;
            if values.is_empty() {
                return Some(StringArray::new_null(array.len()));
            }
            let word = |(index, key): (usize, usize)| {
                let is_there = array.is_valid(index) && values.is_valid(key);
                is_there.then(|| values.value(key))
            };
            let keys = dictionary.normalized_keys();
            keys.into_iter().enumerate().map(word).collect()
        }
        _ => return None,
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

/// The text of a cell, empty where there is none.
pub(super) fn text_at(array: &StringArray, index: usize) -> &str {
    if array.is_null(index) {
        ""
    } else {
        array.value(index)
    }
}
