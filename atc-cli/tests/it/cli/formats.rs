//! Every format holds the bits that the library computes.

use std::io::Cursor;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int8Type, Int64Type, TimestampNanosecondType};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::FileReader;
use atc_cli::engine::dataset::{Bars, Request, read_bytes};
use atc_core::{Columns, Family, Params, Plan, Preset, classify, classify_detail};
use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use super::Folder;

const SYMBOLS: [&str; 5] = ["AAPL", "FB", "GOOG", "IBM", "MSFT"];

fn plan() -> Plan {
    Plan::new(Params {
        cutout: 7,
        ..Preset::Swing.params()
    })
    .unwrap()
}

/// The flags of [`plan`].
const FLAGS: &str = "--preset swing --cutout 7";

fn bars(folder: &Folder, symbol: &str) -> Bars {
    let bytes = folder.read(&format!("candles/{symbol}.csv"));
    read_bytes("x.csv", &bytes, &Request::default())
        .unwrap()
        .remove(0)
}

/// Name and values of every column after `time`, by the library.
fn expected(folder: &Folder, symbol: &str) -> Vec<(&'static str, Vec<f64>)> {
    let close = bars(folder, symbol).close;
    let columns = classify(&plan(), &close, None).unwrap();
    let mut all = vec![("close", close)];
    all.extend(columns.iter().map(|(name, values)| (name, values.to_vec())));
    all
}

fn assert_bits(name: &str, found: &[f64], expected: &[f64]) {
    let bits = |values: &[f64]| {
        values
            .iter()
            .map(|value| value.to_bits())
            .collect::<Vec<_>>()
    };
    assert_eq!(bits(found), bits(expected), "{name}");
}

#[test]
fn csv_reads_back_as_the_same_bits() {
    let folder = Folder::new();
    let ran = folder
        .atc(&format!("compute candles/GOOG.csv {FLAGS}"))
        .ok();
    let mut lines = ran.text().lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!(names[..2], ["time", "close"]);
    assert_eq!(names[2..], Columns::NAMES);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!((rows.len(), rows[0][0]), (1500, "2007-03-19T00:00:00Z"));
    for (at, (name, values)) in expected(&folder, "GOOG").iter().enumerate() {
        let found: Vec<f64> = rows
            .iter()
            .map(|row| row[at + 1].parse().unwrap())
            .collect();
        assert_bits(name, &found, values);
    }
}

#[test]
fn json_reads_back_as_the_same_bits() {
    let folder = Folder::new();
    let array = folder
        .atc(&format!("compute candles {FLAGS} --format json"))
        .ok();
    let array = array.json().as_array().unwrap().clone();
    let lines = folder
        .atc(&format!("compute candles {FLAGS} --format jsonl"))
        .ok();
    let lines: Vec<Value> = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(array, lines);
    let mut rest = array.as_slice();
    for symbol in SYMBOLS {
        let all = expected(&folder, symbol);
        let rows = rest.split_off(..all[0].1.len()).unwrap();
        assert!(rows.iter().all(|row| row["symbol"] == symbol), "{symbol}");
        for (name, values) in all {
            let number = |row: &Value| match &row[name] {
                Value::Null => f64::NAN,
                value => value.as_f64().unwrap(),
            };
            let found: Vec<f64> = rows.iter().map(number).collect();
            assert_bits(name, &found, &values);
        }
    }
    assert!(rest.is_empty(), "nothing follows the last symbol");
}

fn assert_batches(folder: &Folder, batches: &[RecordBatch]) {
    let schema = batches[0].schema();
    let all = arrow_select::concat::concat_batches(&schema, batches).unwrap();
    let mut first = 0;
    for symbol in SYMBOLS {
        let bars = bars(folder, symbol);
        let part = all.slice(first, bars.len());
        first += bars.len();
        let symbols = part.column_by_name("symbol").unwrap();
        let symbols = symbols.as_string::<i32>();
        assert!(symbols.iter().all(|name| name == Some(symbol)), "{symbol}");
        let time = part.column_by_name("time").unwrap();
        let time = time.as_primitive::<TimestampNanosecondType>();
        assert_eq!(time.values(), bars.time.unwrap().as_slice(), "{symbol}");
        assert_eq!(time.timezone(), Some("UTC"));
        for (name, values) in expected(folder, symbol) {
            let column = part.column_by_name(name).unwrap();
            assert_eq!(column.null_count(), 0, "{name}");
            assert_bits(name, column.as_primitive::<Float64Type>().values(), &values);
        }
    }
    assert_eq!(first, all.num_rows());
}

#[test]
fn parquet_and_arrow_hold_the_same_bits() {
    let folder = Folder::new();
    let run = |words: &str| folder.atc(&format!("compute candles {FLAGS} {words}")).ok();
    run("-o out.parquet");
    run("-o out.feather");
    assert_eq!(run("--format parquet").stdout, folder.read("out.parquet"));
    assert_eq!(run("--format arrow").stdout, folder.read("out.feather"));
    let parquet = Bytes::from(folder.read("out.parquet"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(parquet)
        .unwrap()
        .build()
        .unwrap();
    assert_batches(&folder, &reader.map(Result::unwrap).collect::<Vec<_>>());
    let reader = FileReader::try_new(Cursor::new(folder.read("out.feather")), None).unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    assert_eq!(batches.len(), 5, "one batch per symbol");
    assert_batches(&folder, &batches);
}

#[test]
fn detail_adds_three_columns_per_line() {
    let folder = Folder::new();
    folder
        .atc(&format!(
            "compute candles/FB.csv {FLAGS} --columns detail -o out.arrow"
        ))
        .ok();
    let mut reader = FileReader::try_new(Cursor::new(folder.read("out.arrow")), None).unwrap();
    let batch = reader.next().unwrap().unwrap();
    assert_eq!(batch.num_columns(), 2 + 13 + 3 * 54);
    let close = bars(&folder, "FB").close;
    let detail = classify_detail(&plan(), &close, None).unwrap();
    let column = |name: &str| batch.column_by_name(name).unwrap();
    for family in Family::ALL {
        for (k, length) in detail.lengths[family].into_iter().enumerate() {
            let name = format!("{family}_{length}");
            let floats = |name: &str| column(name).as_primitive::<Float64Type>().values();
            assert_bits(&name, floats(&name), &detail.averages[family][k]);
            assert_bits(
                &name,
                floats(&format!("{name}_equity")),
                &detail.equities[family][k],
            );
            let signals = column(&format!("{name}_signal"));
            let signals = signals.as_primitive::<Int8Type>().values();
            assert_eq!(signals, detail.signals[family][k].as_slice(), "{name}");
        }
    }
}

#[test]
fn bars_are_numbered_where_there_are_no_times() {
    let folder = Folder::new();
    folder.write("plain.csv", "close\n1\n2\n\"\"\n4\n");
    let ran = folder
        .atc("compute plain.csv --columns average --gaps skip")
        .ok();
    let rows: Vec<&str> = ran.text().lines().collect();
    assert_eq!(rows[0], "bar,close,average_signal");
    assert_eq!(rows[1], "0,1,0");
    assert_eq!(rows[3], "2,NaN,NaN");
    folder
        .atc("compute plain.csv --gaps skip -o out.arrow")
        .ok();
    let mut reader = FileReader::try_new(Cursor::new(folder.read("out.arrow")), None).unwrap();
    let batch = reader.next().unwrap().unwrap();
    let numbers = batch.column_by_name("bar").unwrap();
    assert_eq!(numbers.as_primitive::<Int64Type>().values(), &[0, 1, 2, 3]);
}

#[test]
fn one_file_with_several_symbols_gets_a_symbol_column() {
    let folder = Folder::new();
    folder.write(
        "long.csv",
        "symbol,time,close\nA,2024-01-01,1\n\"B,1\",2024-01-01,2\nA,2024-01-02,3\n",
    );
    let ran = folder.atc("compute long.csv --columns average").ok();
    assert_eq!(
        ran.text(),
        "symbol,time,close,average_signal\n\
         A,2024-01-01T00:00:00Z,1,0\n\
         A,2024-01-02T00:00:00Z,3,0.16666666666666669\n\
         \"B,1\",2024-01-01T00:00:00Z,2,0\n"
    );
    let one = folder
        .atc("compute long.csv --columns average --symbol A")
        .ok();
    assert!(one.text().starts_with("time,close,average_signal\n"));
}

#[test]
fn tabs_separate_what_is_written_to_a_tsv_file() {
    let folder = Folder::new();
    folder
        .atc("compute candles --columns average -o all.tsv")
        .ok();
    let commas = folder.atc("compute candles --columns average").ok();
    let tabs = String::from_utf8(folder.read("all.tsv")).unwrap();
    assert_eq!(tabs, commas.text().replace(',', "\t"));
    let scanned = |what: &str| folder.atc(&format!("scan {what} --format csv")).ok();
    let without_input = |text: &str| -> Vec<String> {
        let rows = text.lines().filter_map(|line| line.rsplit_once(','));
        rows.map(|(row, _)| row.to_owned()).collect()
    };
    assert_eq!(
        without_input(scanned("all.tsv").text()),
        without_input(scanned("candles").text())
    );
}
