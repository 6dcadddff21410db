//! CSV in all its dialects.

use std::io::Write;

use atc_cli::engine::dataset::{Request, read_bytes};

use super::{DAY, HOUR, START, one, refusal, symbol};

#[test]
fn every_dialect_of_one_table_gives_the_same_bars() {
    let tables = [
        "timestamp,open,high,low,close,volume\n2024-01-01T00:00:00Z,1,4,0.5,2,9\n2024-01-01T01:00:00Z,2,3,1,2.5,9\n",
        "Time;Open;High;Low;Close\r\n2024-01-01 00:00;1;4;0,5;2\r\n2024-01-01 01:00;2;3;1;2,5\r\n",
        "\u{feff}date\topen\thigh\tlow\tclose\n2024-01-01 00:00:00\t1\t4\t0.5\t2\n2024-01-01 01:00:00\t2\t3\t1\t2.5\n",
        "# a comment\n\n\"time\",\"open\",\"high\",\"low\",\"close\",\"Plot, 1\"\n\"1704067200\",1,4,0.5,\"2\",x\n\n# more\n1704070800,2,3,1,2.5,y",
        "close,date,low,high,open\n2,1704067200000,0.5,4,1\n2.5,1704070800000,1,3,2\n",
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\n2024.01.01\t00:00:00\t1\t4\t0.5\t2\n2024.01.01\t01:00:00\t2\t3\t1\t2.5\n",
        "time,open,high,low,close\r1704067200,1,4,0.5,2\r\r1704070800,2,3,1,2.5\r",
        "https://www.example.com\nunix,symbol,open,high,low,close\n1704067200000000,BTC,1,4,0.5,2\n1704070800000000,BTC,2,3,1,2.5\n",
        ",open,high,low,close\n2024-01-01 00:00:00+00:00,1,4,0.5,2\n2024-01-01 01:00:00+00:00,2,3,1,2.5\n",
    ];
    for table in tables {
        let bars = one("BTC.csv", table, "hl2");
        assert_eq!(bars.symbol, "BTC", "{table}");
        assert_eq!(bars.time, Some(vec![START, START + HOUR]), "{table}");
        assert_eq!(bars.close, [2.0, 2.5], "{table}");
        assert_eq!(bars.source, Some(vec![2.25, 2.0]), "{table}");
    }
}

#[test]
fn a_header_in_a_comment_names_the_columns_of_rows_without_one() {
    let rows = "1704067200,2,1,4,0.5\n1704070800,2.5,2,3,1\n";
    let tables = [
        format!("# time,close,open,high,low\n{rows}"),
        format!("#\"time\",close,open,high,low\r\n\n{rows}"),
        // As numpy.savetxt writes it, below what somebody has to say.
        format!("# time,open,high,low,close\n# time,close,open,high,low\n{rows}")
            .replace("1704067200", "1.704067200000000000e+09"),
        format!("# symbol,close,time,high,low\n{}", rows.replace("170", "B"))
            .replace("B4067200,2,1,", "BTC,2,1704067200,")
            .replace("B4070800,2.5,2,", "BTC,2.5,1704070800,"),
    ];
    for table in tables {
        let bars = one("BTC.csv", &table, "hl2");
        assert_eq!(bars.time, Some(vec![START, START + HOUR]), "{table}");
        assert_eq!(bars.close, [2.0, 2.5], "{table}");
        assert_eq!(bars.source, Some(vec![2.25, 2.0]), "{table}");
    }
    // Errors name the line, and the header as one.
    let text = "# time,close,open\n1,2,1\n2,3\n";
    assert!(refusal("a.csv", text).contains("row 3: has 2 cells, the header has 3"));
    // No header: it has another number of cells, or no close, or there is one that is no comment, or more is said below.
    for head in [
        "# time,close\n",
        "# time,v,w,x,y\n",
        "# time,close,open,high,low\ntime,open,high,low,close\n",
        "# time,close,open,high,low\n# exported today\n",
    ] {
        let text = format!("{head}1704067200,1,4,0.5,2\n1704070800,2,3,1,2.5\n");
        assert_eq!(one("a.csv", &text, "close").close, [2.0, 2.5], "{head}");
    }
}

#[test]
fn sources_are_means_of_their_columns() {
    let table = "time,open,high,low,close,vwap\n1704067200,1,4,0.5,2,1.75\n";
    let expected = [
        ("close", None),
        ("hl2", Some(2.25)),
        ("hlc3", Some(6.5 / 3.0)),
        ("ohlc4", Some(1.875)),
        ("VWAP", Some(1.75)),
    ];
    for (source, value) in expected {
        assert_eq!(
            one("a.csv", table, source).source,
            value.map(|value| vec![value]),
            "{source}"
        );
    }
}

#[test]
fn binance_klines_without_header_are_read_in_ms_and_us() {
    let row =
        |time: i64, close: f64| format!("{time},1.0,4.0,0.5,{close},10,{},20,5,6,7,0\n", time + 1);
    let first = START / 1_000_000;
    let ms = row(first, 2.0) + &row(first + 3_600_000, 2.5);
    let us = row(first * 1_000, 2.0) + &row((first + 3_600_000) * 1_000, 2.5);
    let turning = row(first, 2.0) + &row((first + 3_600_000) * 1_000, 2.5);
    for table in [ms, us, turning] {
        let bars = one("BTCUSDT-1h-2024-01.csv", table, "hl2");
        assert_eq!(bars.symbol, "BTCUSDT-1h-2024-01");
        assert_eq!(bars.time, Some(vec![START, START + HOUR]));
        assert_eq!(bars.close, [2.0, 2.5]);
        assert_eq!(bars.source, Some(vec![2.25; 2]));
        assert_eq!(bars.row_of(1).unwrap().row, 2);
    }
}

#[test]
fn closes_alone_have_no_times() {
    for table in [
        "close\n1\n2\n3\n",
        "1\n2\n3\n",
        "bar,close\n0,1\n1,2\n2,3\n",
    ] {
        let bars = one("a.csv", table, "close");
        assert_eq!(bars.time, None, "{table}");
        assert_eq!(bars.close, [1.0, 2.0, 3.0], "{table}");
    }
    assert_eq!(
        one("a.csv", "bar,close,source\n0,1,5\n", "source").source,
        Some(vec![5.0])
    );
}

#[test]
fn missing_values_are_nan_and_keep_their_rows() {
    let table = "# head\ntime,close\n2024-01-01,1\n2024-01-02,\n\n2024-01-03,NaN\n2024-01-04,null\n2024-01-05,inf\n";
    let bars = one("a.csv", table, "close");
    assert_eq!(bars.close[0], 1.0);
    assert!(bars.close[1..4].iter().all(|close| close.is_nan()));
    assert_eq!(bars.close[4], f64::INFINITY);
    let rows: Vec<u64> = (0..5).map(|bar| bars.row_of(bar).unwrap().row).collect();
    assert_eq!(rows, [3, 4, 6, 7, 8]);
    assert_eq!(bars.time.unwrap()[4], START + 4 * DAY);
}

#[test]
fn a_long_table_is_taken_apart_by_symbol() {
    let table =
        "time,symbol,close\n2024-01-01,B,1\n2024-01-01,A,10\n2024-01-02,A,11\n2024-01-02,B,2\n";
    let all = read_bytes("long.csv", table.as_bytes(), &Request::default()).unwrap();
    let found: Vec<_> = all
        .iter()
        .map(|bars| (&*bars.symbol, &*bars.close))
        .collect();
    assert_eq!(found, [("B", &[1.0, 2.0][..]), ("A", &[10.0, 11.0][..])]);
    assert_eq!(all[0].row_of(1).unwrap().row, 5);

    let only = read_bytes("long.csv", table.as_bytes(), &symbol("a")).unwrap();
    assert_eq!(only.len(), 1);
    assert_eq!(
        (&*only[0].symbol, &*only[0].close),
        ("A", &[10.0, 11.0][..])
    );
}

#[test]
fn a_long_file_is_read_to_the_last_digit() {
    let mut table = b"time,close\n".to_vec();
    let closes: Vec<f64> = (1..=5_000).map(|i| 1.0 / f64::from(i)).collect();
    for (bar, close) in closes.iter().enumerate() {
        writeln!(table, "{},{close}", START / 1_000_000_000 + 60 * bar as i64).unwrap();
    }
    let bars = one("a.csv", table, "close");
    assert_eq!(bars.close, closes);
    assert_eq!(bars.row_of(4_999).unwrap().row, 5_001);
    assert_eq!(bars.row_of(5_000), None);
}

#[test]
fn the_index_of_a_data_frame_is_the_time_only_if_it_is_one() {
    let dated = one("a.csv", ",close\n2024-01-01,1\n2024-01-02,2\n", "close");
    assert_eq!(dated.time, Some(vec![START, START + DAY]));
    let numbered = one("a.csv", "Unnamed: 0,close\n0,1\n1,2\n", "close");
    assert_eq!(numbered.time, None);
    let beside = one("a.csv", ",date,close\n0,2024-01-01,1\n", "close");
    assert_eq!(beside.time, Some(vec![START]));
}

#[test]
fn a_whole_time_beside_a_date_is_taken_alone() {
    let bars = one(
        "a.csv",
        "date,time,close\nMon,1704067200,1\nMon,2024-01-01 01:00,2\n",
        "close",
    );
    assert_eq!(bars.time, Some(vec![START, START + HOUR]));
}

/// What a first line tells is remembered, and depends on what is asked and on the rows that follow.
#[test]
fn files_that_begin_alike_are_each_told_by_their_own() {
    for _ in 0..2 {
        let dated = one(
            "a.csv",
            "index,close,open\n2024-01-01,1,5\n2024-01-02,2,6\n",
            "close",
        );
        assert!(dated.time.is_some() && dated.source.is_none());
        let numbered = one("b.csv", "index,close,open\n0,1,5\n1,2,6\n", "close");
        assert!(numbered.time.is_none() && numbered.source.is_none());
        let opened = one("c.csv", "index,close,open\n0,1,5\n1,2,6\n", "open");
        assert_eq!(opened.source, Some(vec![5.0, 6.0]));
        let bare = one("d.csv", "2024-01-01,1\n2024-01-02,2\n", "close");
        assert_eq!(bare.close, [1.0, 2.0]);
    }
}

#[test]
fn a_row_with_more_cells_than_the_header_is_refused() {
    let message = |text: &str| refusal("a.csv", text);
    let text = "time,open,close,volume\n1,1,1.5,9\n2,1,1,797.8,9\n";
    let expected = "a.csv, row 3: has 5 cells, the header has 4; quote cells that hold the delimiter, and write numbers without thousands separators";
    assert!(message(text).ends_with(expected), "{}", message(text));
    let text = "1700000000,1,2,1,1.5,9\n1700000060,1,2,1,1,500,9\n";
    assert!(message(text).contains("row 2: has 7 cells, the first row has 6"));
    // Nothing follows the last delimiters; a quoted cell is one, whatever is in it.
    for text in [
        "time,close\n1,1.5,,\n2,\"2.5\",\n",
        "time,close,note\n1,1.5,\"a,b\"\n2,2.5,\"c,d,e\"\n",
    ] {
        assert_eq!(one("a.csv", text, "close").close, [1.5, 2.5]);
    }
}

#[test]
fn a_row_with_fewer_cells_than_the_header_is_refused() {
    let message = |text: &str| refusal("a.csv", text);
    let head = "time,open,high,low,close,volume\n2024-01-01,100,101,99,100.5,5000\n";
    let text = head.to_owned() + "2024-01-02,101,99,100.7,5100\n";
    let expected = "a.csv, row 3: has 5 cells, the header has 6; complete the row or remove it";
    assert_eq!(message(&text), expected);
    let text = head.to_owned() + "2024-01-02\n";
    assert!(message(&text).contains("row 3: has 1 cell, the header has 6"));
    let text = "1700000000,1,2,1,1.5,9\n1700000060,2,1,1.5,9\n";
    assert!(message(text).contains("row 2: has 5 cells, the first row has 6"));
    // Delimiters in a quoted cell are none, where nothing is read as well.
    let text = "time,open,close,volume,note\n1,1,1.5,9,\"a,b\"\n2,2.5,9,\"a,b\"\n";
    assert!(message(text).contains("row 3: has 4 cells, the header has 5"));
    // Names that are empty mean nothing at the end of a header, and something before.
    for text in [
        "time,close,,\n1,1.5\n2,2.5,\n",
        ",close,note\n1,1.5,\n2,2.5,\"open,\n",
    ] {
        assert_eq!(one("a.csv", text, "close").close, [1.5, 2.5]);
    }
    assert!(message(",close\n2024-01-01,1\n2\n").contains("row 3: has 1 cell"));
}

#[test]
fn numbers_of_a_text_have_one_decimal_mark() {
    for (first, other) in [("38.5", "1,038"), ("38,5", "1.038")] {
        let text = format!("time;close\n1;{first}\n2;{other}\n");
        let error = refusal("a.csv", &text);
        assert!(
            error.contains("row 3, column `close`") && error.contains(other),
            "{error}"
        );
        let text = format!("time;close\n1;{first}\n2;{first}\n3;7\n");
        assert_eq!(one("a.csv", &text, "close").close, [38.5, 38.5, 7.0]);
    }
}
