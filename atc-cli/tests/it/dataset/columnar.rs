//! Parquet and Arrow IPC.

use std::sync::Arc;

use arrow_array::types::{Decimal256Type, Float16Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, Date32Array, Date64Array, Decimal32Array, Decimal64Array,
    Decimal128Array, Decimal256Array, DictionaryArray, Float16Array, Float32Array, Float64Array,
    Int8Array, Int16Array, Int32Array, Int64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, Time32MillisecondArray, Time32SecondArray, Time64MicrosecondArray,
    Time64NanosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt8Array, UInt16Array, UInt32Array,
    UInt64Array,
};
use arrow_ipc::CompressionType;
use atc_cli::engine::dataset::{Request, read_bytes};
use parquet::basic::{Compression, ZstdLevel};

use super::{DAY, HOUR, START, one, symbol, write};

#[test]
fn every_container_of_one_batch_gives_the_same_bars() {
    const N: usize = 2_000;
    let batch = write::batch(N);
    let containers = [
        write::parquet(&batch, Compression::UNCOMPRESSED),
        write::parquet(&batch, Compression::SNAPPY),
        write::parquet(&batch, Compression::ZSTD(ZstdLevel::default())),
        write::parquet(&batch, Compression::LZ4_RAW),
        write::parquet_2(&batch, Compression::UNCOMPRESSED),
        write::parquet_2(&batch, Compression::SNAPPY),
        write::parquet_2(&batch, Compression::ZSTD(ZstdLevel::default())),
        write::arrow_file(&batch, None),
        write::arrow_file(&batch, Some(CompressionType::LZ4_FRAME)),
        write::arrow_file(&batch, Some(CompressionType::ZSTD)),
        write::arrow_stream(&batch, None),
        write::arrow_stream(&batch, Some(CompressionType::LZ4_FRAME)),
        write::arrow_stream(&batch, Some(CompressionType::ZSTD)),
    ];
    let time: Vec<i64> = (0..N).map(|i| START + HOUR * i as i64).collect();
    let close: Vec<f64> = (0..N).map(|i| 100.0 + i as f64).collect();
    for (i, bytes) in containers.iter().enumerate() {
        let bars = one("any.bin", bytes, "hl2");
        assert_eq!(bars.symbol, "BTC", "container {i}");
        assert_eq!(bars.time.as_ref(), Some(&time), "container {i}");
        assert_eq!(bars.close, close, "container {i}");
        assert_eq!(bars.source.as_ref(), Some(&close), "container {i}");
        assert_eq!(bars.row_of(1_500).unwrap().row, 1_501, "container {i}");
    }
}

type Half = <Float16Type as ArrowPrimitiveType>::Native;
type Wide = <Decimal256Type as ArrowPrimitiveType>::Native;

#[test]
fn integers_of_any_width_are_prices_and_bar_numbers() {
    let columns: [ArrayRef; 8] = [
        Arc::new(Int8Array::from(vec![1, 2])),
        Arc::new(Int16Array::from(vec![1, 2])),
        Arc::new(Int32Array::from(vec![1, 2])),
        Arc::new(Int64Array::from(vec![1, 2])),
        Arc::new(UInt8Array::from(vec![1, 2])),
        Arc::new(UInt16Array::from(vec![1, 2])),
        Arc::new(UInt32Array::from(vec![1, 2])),
        Arc::new(UInt64Array::from(vec![1, 2])),
    ];
    for column in columns {
        let both = [
            ("time", Arc::clone(&column)),
            ("close", Arc::clone(&column)),
        ];
        let batch = RecordBatch::try_from_iter(both).unwrap();
        let bars = one("X.arrow", write::arrow_file(&batch, None), "close");
        let (time, kind) = (bars.time.unwrap(), column.data_type());
        assert_eq!(time, [1_000_000_000, 2_000_000_000], "{kind}");
        assert_eq!(bars.close, [1.0, 2.0], "{kind}");
    }
    // What 64 bits with a sign do not hold is a price, but no time.
    let huge: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX]));
    let batch = RecordBatch::try_from_iter([("close", Arc::clone(&huge))]).unwrap();
    let bars = one("X.arrow", write::arrow_file(&batch, None), "close");
    assert_eq!(bars.close, [u64::MAX as f64]);
    let batch = RecordBatch::try_from_iter([("time", Arc::clone(&huge)), ("close", huge)]).unwrap();
    let bytes = write::arrow_file(&batch, None);
    let error = read_bytes("X.arrow", &bytes, &Request::default()).unwrap_err();
    assert!(error.to_string().contains("is not a time"), "{error}");
}

/// Two days, in every type that tells them.
fn times() -> [ArrayRef; 12] {
    [
        Arc::new(TimestampNanosecondArray::from(vec![START, START + DAY])),
        Arc::new(Int64Array::from(vec![START / 1_000, (START + DAY) / 1_000])),
        Arc::new(UInt64Array::from(vec![
            (START / 1_000_000) as u64,
            ((START + DAY) / 1_000_000) as u64,
        ])),
        Arc::new(Int32Array::from(vec![
            (START / 1_000_000_000) as i32,
            ((START + DAY) / 1_000_000_000) as i32,
        ])),
        Arc::new(Date32Array::from(vec![
            (START / DAY) as i32,
            (START / DAY) as i32 + 1,
        ])),
        Arc::new(Float64Array::from(vec![
            START as f64 / 1e9,
            (START + DAY) as f64 / 1e9,
        ])),
        Arc::new(LargeStringArray::from(vec![
            "2024-01-01",
            "2024-01-02T00:00:00Z",
        ])),
        Arc::new(StringViewArray::from(vec!["2024-01-01", "2024-01-02"])),
        Arc::new(TimestampSecondArray::from(
            [START, START + DAY]
                .map(|time| time / 1_000_000_000)
                .to_vec(),
        )),
        Arc::new(TimestampMillisecondArray::from(
            [START, START + DAY].map(|time| time / 1_000_000).to_vec(),
        )),
        Arc::new(TimestampMicrosecondArray::from(
            [START, START + DAY].map(|time| time / 1_000).to_vec(),
        )),
        Arc::new(Date64Array::from(
            [START, START + DAY].map(|time| time / 1_000_000).to_vec(),
        )),
    ]
}

/// 1 and 2.5, in every type that holds them.
fn closes() -> [ArrayRef; 11] {
    [
        Arc::new(Float64Array::from(vec![1.0, 2.5])),
        Arc::new(Float32Array::from(vec![1.0, 2.5])),
        Arc::new(
            Decimal128Array::from(vec![100, 250])
                .with_precision_and_scale(10, 2)
                .unwrap(),
        ),
        Arc::new(StringArray::from(vec!["1.0", "2.5"])),
        Arc::new(DictionaryArray::<Int32Type>::from_iter(["1", "2.5"])),
        Arc::new(LargeStringArray::from(vec!["1", "2.5"])),
        Arc::new(StringViewArray::from(vec!["1", "2.5"])),
        Arc::new(Float16Array::from_iter_values(
            [1.0, 2.5].map(Half::from_f32),
        )),
        Arc::new(
            Decimal32Array::from(vec![10, 25])
                .with_precision_and_scale(5, 1)
                .unwrap(),
        ),
        Arc::new(
            Decimal64Array::from(vec![1_000, 2_500])
                .with_precision_and_scale(10, 3)
                .unwrap(),
        ),
        Arc::new(
            Decimal256Array::from([100, 250].map(Wide::from_i128).to_vec())
                .with_precision_and_scale(40, 2)
                .unwrap(),
        ),
    ]
}

#[test]
fn columns_of_any_sensible_type_are_understood() {
    let (times, closes) = (times(), closes());
    for time in &times {
        for close in &closes {
            let batch = RecordBatch::try_from_iter([
                ("date", Arc::clone(time)),
                ("Close", Arc::clone(close)),
            ])
            .unwrap();
            let bytes = write::arrow_file(&batch, None);
            let bars = one("X.arrow", bytes, "close");
            assert_eq!(
                bars.time,
                Some(vec![START, START + DAY]),
                "{} {}",
                time.data_type(),
                close.data_type()
            );
            assert_eq!(
                bars.close,
                [1.0, 2.5],
                "{} {}",
                time.data_type(),
                close.data_type()
            );
        }
    }
}

#[test]
fn a_null_close_is_nan_and_a_long_table_is_taken_apart() {
    let columns: [(&str, ArrayRef); 3] = [
        (
            "time",
            Arc::new(Int64Array::from(vec![
                1_704_067_200,
                1_704_067_200,
                1_704_153_600,
            ])),
        ),
        (
            "close",
            Arc::new(Float64Array::from(vec![Some(1.0), Some(5.0), None])),
        ),
        (
            "ticker",
            Arc::new(DictionaryArray::<Int32Type>::from_iter(["A", "B", "A"])),
        ),
    ];
    let bytes = write::parquet(
        &RecordBatch::try_from_iter(columns).unwrap(),
        Compression::SNAPPY,
    );
    let all = read_bytes("long.parquet", &bytes, &Request::default()).unwrap();
    assert_eq!(
        all.iter().map(|bars| &*bars.symbol).collect::<Vec<_>>(),
        ["A", "B"]
    );
    assert!(all[0].close[0] == 1.0 && all[0].close[1].is_nan());
    assert_eq!(all[0].row_of(1).unwrap().row, 3);
    assert_eq!(
        read_bytes("long.parquet", &bytes, &symbol("B")).unwrap()[0].close,
        [5.0]
    );
}

#[test]
fn a_date_and_a_time_of_day_are_joined_whatever_their_types() {
    const CLOCK: i64 = 34_200; // 09:30
    let day = (START / DAY) as i32;
    let ms = START / 1_000_000;
    let dates: [ArrayRef; 3] = [
        Arc::new(Date32Array::from(vec![day; 2])),
        Arc::new(Date64Array::from(vec![ms; 2])),
        Arc::new(StringArray::from(vec!["2024-01-01"; 2])),
    ];
    let clock = [CLOCK, CLOCK + 3_600];
    let clocks: [ArrayRef; 6] = [
        Arc::new(Time32SecondArray::from(clock.map(|s| s as i32).to_vec())),
        Arc::new(Time32MillisecondArray::from(
            clock.map(|s| s as i32 * 1_000).to_vec(),
        )),
        Arc::new(Time64MicrosecondArray::from(
            clock.map(|s| s * 1_000_000).to_vec(),
        )),
        Arc::new(Time64NanosecondArray::from(
            clock.map(|s| s * 1_000_000_000).to_vec(),
        )),
        Arc::new(StringArray::from(vec!["09:30", "10:30:00"])),
        Arc::new(StringArray::from(vec![
            "2024-01-01 09:30",
            "2024-01-01 10:30",
        ])),
    ];
    let close: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.5]));
    let first = START + CLOCK * 1_000_000_000;
    for date in &dates {
        for clock in &clocks {
            let columns = [("date", date), ("time", clock), ("close", &close)];
            let columns = columns.map(|(name, array)| (name, Arc::clone(array)));
            let batch = RecordBatch::try_from_iter(columns).unwrap();
            let kinds = format!("{} {}", date.data_type(), clock.data_type());
            for bytes in [
                write::arrow_file(&batch, None),
                write::parquet(&batch, Compression::SNAPPY),
            ] {
                let bars = one("X", bytes, "close");
                assert_eq!(bars.time, Some(vec![first, first + HOUR]), "{kinds}");
            }
        }
    }
}

#[test]
fn a_whole_time_is_not_joined_with_the_column_beside_it() {
    let whole: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![START, START + HOUR]));
    let day: ArrayRef = Arc::new(Date32Array::from(vec![(START / DAY) as i32; 2]));
    let clock: ArrayRef = Arc::new(Time32SecondArray::from(vec![0, 3_600]));
    for (date, time) in [(&day, &whole), (&whole, &clock)] {
        let close: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.5]));
        let columns = [
            ("date", Arc::clone(date)),
            ("time", Arc::clone(time)),
            ("close", close),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let bars = one("X", write::arrow_file(&batch, None), "close");
        assert_eq!(bars.time, Some(vec![START, START + HOUR]));
    }
}
