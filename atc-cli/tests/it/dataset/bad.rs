//! Bad input: one clear line each.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use atc_cli::engine::dataset::{ErrorKind, Request, SourceColumn, discover, read_bytes};
use parquet::basic::Compression;

use super::{refusal, refusal_of, symbol, write};

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(refusal("a.csv", text), *expected, "{text:?}");
    }
}

#[test]
fn each_bad_text_is_explained_with_row_value_and_remedy() {
    let cases = [
        (
            "",
            "a.csv: the file is empty; leave the file out or fetch it again",
        ),
        (
            " \n\n",
            "a.csv: the file is empty; leave the file out or fetch it again",
        ),
        (
            "time,close\n",
            "a.csv: there are no rows; leave the file out or fetch it again",
        ),
        (
            "time,price\n1,2\n",
            "a.csv, column `close`: there is none among `time`, `price`; name the column of closing prices `close`",
        ),
        (
            "time,close\n2024-01-01,1\n2024-01-02,abc\n",
            "a.csv, row 3, column `close`: `abc` is not a number; write a plain number such as 1234.5, or leave the cell empty",
        ),
        (
            "time,close\n2024-01-01,1\nyesterday,1\n",
            "a.csv, row 3, column `time`: `yesterday` is not a time; write 2024-01-31 09:30:00, ISO 8601, or a unix time in s, ms, us or ns",
        ),
        (
            "time,close\n2024-01-02,1\n2024-01-01,2\n",
            "a.csv, row 3: time 2024-01-01T00:00:00Z comes after 2024-01-02T00:00:00Z in row 2; sort the rows by time, oldest first (`atc inspect` counts such rows)",
        ),
        (
            "time,close\n2024-01-02,1\n\n2024-01-02,2\n",
            "a.csv, row 4: time 2024-01-02T00:00:00Z was there already in row 2; remove the duplicate (`atc inspect` counts such rows)",
        ),
        (
            "time,open,close\n1,2,3\n4,5\n",
            "a.csv, row 3: has 2 cells, the header has 3; complete the row or remove it",
        ),
        (
            "time,close\n1,\"2\n",
            "a.csv, row 2: a quoted cell does not end on its line; close the quote; line breaks inside cells are not read",
        ),
        (
            "time,symbol,close\n1,,2\n",
            "a.csv, row 2, column `symbol`: is empty; name a symbol in every row",
        ),
        (
            "1704067200,1,2\n",
            "a.csv, row 1: 3 columns without a header, their meaning is unknown; add a header line such as `time,close`",
        ),
    ];
    check(&cases);
}

#[test]
fn each_bad_json_is_explained_with_row_value_and_remedy() {
    let cases = [
        (
            "[[1,2],[3,\"x\"]]",
            "a.csv, row 2, column `close`: `x` is not a number; write a plain number such as 1234.5, or leave the cell empty",
        ),
        (
            "[[1,2],[3,true]]",
            "a.csv, row 2, column `close`: `a truth value` is not a number; write a plain number such as 1234.5, or leave the cell empty",
        ),
        (
            "[]",
            "a.csv: there are no rows; leave the file out or fetch it again",
        ),
        (
            "[1,2]",
            "a.csv, row 1: the data is damaged or truncated (invalid type: integer `1`, expected a row: an array or an object at character 3); fetch or write the file again",
        ),
        (
            "[[1,2],\n[3",
            "a.csv, row 2: the data is damaged or truncated (EOF while parsing a list at character 2); fetch or write the file again",
        ),
        (
            "{\"close\":1}\n{\"close\":",
            "a.csv, row 2: the data is damaged or truncated (EOF while parsing a value at character 9); fetch or write the file again",
        ),
        (
            "{\"price\":1}\n",
            "a.csv, column `close`: there is none among `price`; name the column of closing prices `close`",
        ),
    ];
    check(&cases);
}

#[test]
fn binary_junk_is_named_as_such() {
    let expected = "x: the data is binary data of no known format; give CSV, Parquet, Arrow IPC or JSON, plain or in gzip, zstd or zip";
    assert_eq!(refusal("x", b"\x7fELF\x02\x01\x01\0\0\0"), expected);
    assert_eq!(refusal("x", [200, 201, 202, 203, 204, 205]), expected);
    assert!(refusal("x", b"\xff\xfet\0i\0m\0e\0").contains("UTF-16"));
    assert!(refusal("x", write::gzip(b"\0\x01\x02")).contains("binary data"));
    assert!(refusal("x", write::zip(&[])).contains("no files"));
    let inner = write::zip(&[("a.csv", b"close\n1\n")]);
    assert!(
        refusal("x", write::zip(&[("a.zip", &inner)])).contains("an archive inside an archive")
    );
    assert!(
        refusal("x", write::zip(&[("a.zip", &write::gzip(&inner))]))
            .contains("an archive inside an archive")
    );
}

#[test]
fn a_wrong_symbol_names_those_there_are() {
    let table = "time,symbol,close\n1,A,2\n1,B,2\n";
    assert_eq!(
        refusal_of("a.csv", table, &symbol("C")),
        "a.csv: `C` is not there, but A, B; choose one of these symbols or leave the choice out"
    );
    assert!(
        refusal_of("BTC.csv", "close\n1\n", &symbol("ETH")).contains("`ETH` is not there, but BTC")
    );
    assert_eq!(
        read_bytes("BTC.csv", b"close\n1\n", &symbol("btc")).unwrap()[0].close,
        [1.0]
    );
}

#[test]
fn a_missing_source_column_is_named() {
    let request = Request {
        source: SourceColumn::Hlc3,
        symbol: None,
    };
    let expected = "a.csv, column `high`: there is none among `time`, `close`; add a column `high` or choose another source";
    assert_eq!(refusal_of("a.csv", "time,close\n1,2\n", &request), expected);
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    let batch = write::batch(50);
    let whole = [
        write::parquet(&batch, Compression::SNAPPY),
        write::arrow_file(&batch, None),
        write::gzip(&write::csv(50)),
        zstd::encode_all(&write::csv(50)[..], 0).unwrap(),
        write::zip(&[("a.csv", &write::csv(50))]),
    ];
    for (format, bytes) in whole.iter().enumerate() {
        for length in (8..bytes.len()).step_by(7).chain([bytes.len() - 1]) {
            let error = read_bytes("x", &bytes[..length], &Request::default()).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::Damaged,
                "format {format}, {length} bytes: {error}"
            );
        }
    }
}

#[test]
fn a_truncated_arrow_stream_never_gives_other_bars() {
    let bytes = write::arrow_stream(&write::batch(50), None);
    let whole = read_bytes("x", &bytes, &Request::default())
        .unwrap()
        .remove(0);
    for length in 8..bytes.len() {
        // The end mark is optional, so a cut between two batches cannot be told from the end.
        if let Ok(bars) = read_bytes("x", &bytes[..length], &Request::default()) {
            assert!(whole.close.starts_with(&bars[0].close), "{length} bytes");
        }
    }
}

#[test]
fn columns_of_a_wrong_type_are_named() {
    let time: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let read = |time: &ArrayRef, close: ArrayRef| {
        let batch =
            RecordBatch::try_from_iter([("time", Arc::clone(time)), ("close", close)]).unwrap();
        refusal(
            "a.parquet",
            write::parquet(&batch, Compression::UNCOMPRESSED),
        )
    };
    let flags = read(&time, Arc::new(BooleanArray::from(vec![true, false])));
    assert!(
        flags.starts_with("a.parquet, column `close`: has the type Boolean; store numbers"),
        "{flags}"
    );
    let text = read(&time, Arc::new(StringArray::from(vec!["1", "x"])));
    assert!(
        text.starts_with("a.parquet, row 2, column `close`: `x` is not a number"),
        "{text}"
    );
    let backwards: ArrayRef = Arc::new(Int64Array::from(vec![2, 1]));
    let order = read(&backwards, Arc::new(Float64Array::from(vec![1.0, 2.0])));
    assert!(
        order.starts_with(
            "a.parquet, row 2: time 1970-01-01T00:00:01Z comes after 1970-01-01T00:00:02Z in row 1"
        ),
        "{order}"
    );
    let holes: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let hole = read(&holes, Arc::new(Float64Array::from(vec![1.0, 2.0])));
    assert!(
        hole.starts_with("a.parquet, row 2, column `time`: `` is not a time"),
        "{hole}"
    );
}

#[test]
fn a_file_that_went_away_or_became_a_folder_is_an_error_of_that_source() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "close\n1\n").unwrap();
    let found = discover(&[path.to_string_lossy().into_owned()]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        found.sources[0]
            .read(&Request::default())
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
    std::fs::create_dir(&path).unwrap();
    assert_eq!(
        found.sources[0]
            .read(&Request::default())
            .unwrap_err()
            .kind(),
        ErrorKind::Io
    );
}
