//! From paths to sources.

use std::fs;
use std::path::Path;

use atc_cli::engine::dataset::{DatasetError, ErrorKind, Request, Source, discover};

use super::write;

fn put(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn path(root: &Path, name: &str) -> String {
    root.join(name).to_string_lossy().into_owned()
}

fn symbols(sources: &[Source]) -> Vec<&str> {
    sources.iter().map(Source::symbol).collect()
}

#[test]
fn folders_give_their_data_files_in_name_order() {
    let root = tempfile::tempdir().unwrap();
    for name in [
        "b.csv",
        "a.parquet",
        "deep/er/c.json.gz",
        "note.md",
        ".hidden.csv",
        "_meta.json",
        "d.CSV",
    ] {
        put(root.path(), name, "close\n1\n");
    }
    let found = discover(&[path(root.path(), "")]);
    assert_eq!(symbols(&found.sources), ["a", "b", "d", "c"]);
    assert!(found.failed.is_empty());
}

#[test]
fn patterns_files_and_failures_stand_side_by_side() {
    let root = tempfile::tempdir().unwrap();
    for name in ["x1.csv", "x2.csv", "y.txt", "[odd].csv"] {
        put(root.path(), name, "close\n1\n");
    }
    let names = [
        "x*.csv",
        "y.txt",
        "[odd].csv",
        "missing.csv",
        "z*.csv",
        "x[.csv",
    ];
    let found = discover(&names.map(|name| path(root.path(), name)));
    assert_eq!(symbols(&found.sources), ["x1", "x2", "y", "[odd]"]);
    let kinds: Vec<_> = found.failed.iter().map(DatasetError::kind).collect();
    assert_eq!(kinds, [ErrorKind::NotFound; 3]);
    assert!(
        found.failed[1]
            .to_string()
            .ends_with("z*.csv: the pattern matches no file; check the pattern and the folder")
    );
    let empty = tempfile::tempdir().unwrap();
    assert!(
        discover(&[path(empty.path(), "")]).failed[0]
            .to_string()
            .contains("holds no data files")
    );
}

#[test]
fn the_files_of_a_hive_folder_are_one_series_in_time_order() {
    let root = tempfile::tempdir().unwrap();
    put(
        root.path(),
        "symbol=BTC%2FUSDT/a.csv",
        "time,close\n2024-02-01,3\n2024-02-02,4\n",
    );
    put(
        root.path(),
        "symbol=BTC%2FUSDT/b.csv",
        "time,close\n2024-01-01,1\n2024-01-02,2\n",
    );
    put(
        root.path(),
        "symbol=ETH/a.csv",
        "time,symbol,close\n2024-01-01,ethusdt,7\n",
    );
    let found = discover(&[path(root.path(), "")]);
    assert_eq!(symbols(&found.sources), ["BTC/USDT", "ETH"]);
    assert_eq!(found.sources[0].files().count(), 2);
    let bars = found.sources[0]
        .read(&Request::default())
        .unwrap()
        .remove(0);
    assert_eq!(bars.symbol, "BTC/USDT");
    assert_eq!(bars.close, [1.0, 2.0, 3.0, 4.0]);
    let place = bars.row_of(2).unwrap();
    assert!(place.path.ends_with("a.csv") && place.row == 2);
    assert_eq!(
        found.sources[1].read(&Request::default()).unwrap()[0].symbol,
        "ETH"
    );
}

#[test]
fn overlapping_parts_and_mixed_symbols_of_a_hive_folder_are_refused() {
    let root = tempfile::tempdir().unwrap();
    put(
        root.path(),
        "symbol=A/1.csv",
        "time,close\n2024-01-01,1\n2024-01-03,2\n",
    );
    put(root.path(), "symbol=A/2.csv", "time,close\n2024-01-02,3\n");
    put(
        root.path(),
        "symbol=B/1.csv",
        "time,symbol,close\n2024-01-01,X,1\n2024-01-02,Y,2\n",
    );
    let found = discover(&[path(root.path(), "")]);
    let overlap = found.sources[0].read(&Request::default()).unwrap_err();
    assert_eq!(overlap.kind(), ErrorKind::Order);
    let text = overlap.to_string();
    assert!(text.contains("2.csv, row 2: time 2024-01-02T00:00:00Z is not after 2024-01-03T00:00:00Z, the last time of "), "{text}");
    let mixed = found.sources[1].read(&Request::default()).unwrap_err();
    assert_eq!(mixed.kind(), ErrorKind::Symbol);
    assert!(
        mixed
            .to_string()
            .contains("row 3, column `symbol`: `Y` is another symbol than `X` above"),
        "{mixed}"
    );
}

#[test]
fn every_member_of_an_archive_is_a_source() {
    let root = tempfile::tempdir().unwrap();
    put(
        root.path(),
        "BTCUSDT-1h-2024-01.zip",
        write::zip(&[(
            "BTCUSDT-1h-2024-01.csv",
            b"1704067200000,1,1,1,5,1,0,0,0,0,0,0\n",
        )]),
    );
    put(
        root.path(),
        "two.zip",
        write::zip(&[("B.csv", b"close\n2\n"), ("A.csv", b"close\n1\n")]),
    );
    put(root.path(), "zz.zip", b"PK\x03\x04 broken");
    let found = discover(&[path(root.path(), "")]);
    assert_eq!(
        symbols(&found.sources),
        ["BTCUSDT-1h-2024-01", "A", "B", "zz"]
    );
    let closes: Vec<_> = found.sources[..3]
        .iter()
        .map(|source| source.read(&Request::default()).unwrap()[0].close[0])
        .collect();
    assert_eq!(closes, [5.0, 1.0, 2.0]);
    assert!(found.sources[1].to_string().ends_with("two.zip:A.csv"));
    let error = found.sources[3].read(&Request::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Damaged);
}

#[test]
fn a_dash_is_standard_input() {
    let found = discover(&["-".to_owned()]);
    assert_eq!(symbols(&found.sources), ["stdin"]);
    assert_eq!(found.sources[0].files().count(), 0);
}

#[test]
fn files_are_found_however_deep_they_lie() {
    let root = tempfile::tempdir().unwrap();
    let deep = "q/".repeat(200);
    put(root.path(), &format!("{deep}DEEP.csv"), "close\n1\n");
    put(root.path(), "TOP.csv", "close\n1\n");
    let found = discover(&[path(root.path(), "")]);
    assert_eq!(symbols(&found.sources), ["TOP", "DEEP"]);
    assert!(found.failed.is_empty());
}

#[test]
fn an_input_that_is_given_twice_is_taken_once() {
    let root = tempfile::tempdir().unwrap();
    for name in ["d/a.csv", "d/b.csv", "d/symbol=X/1.csv"] {
        put(root.path(), name, "close\n1\n");
    }
    let names = ["d/b.csv", "d", "d//b.csv", "./d/a.csv", "d/./symbol=X"];
    let found = discover(&names.map(|name| path(root.path(), name)));
    assert_eq!(symbols(&found.sources), ["b", "a", "X"]);
    let found = discover(&[path(root.path(), "**/*")]);
    assert_eq!(symbols(&found.sources).len(), 3, "{:?}", found.sources);
    let found = discover(&["-".to_owned(), "-".to_owned()]);
    assert_eq!(found.sources.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_where_it_is_named_and_left_out_of_folders() {
    let root = tempfile::tempdir().unwrap();
    put(root.path(), "a.csv", "close\n1\n");
    std::os::unix::fs::symlink(root.path().join("a.csv"), root.path().join("link.csv")).unwrap();
    let pipe = path(root.path(), "b.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let found = discover(&[path(root.path(), "")]);
    assert_eq!(symbols(&found.sources), ["a", "link"]);
    // Parquet and zip are read from their ends, which a pipe has to come to first.
    let parquet = write::parquet(&write::batch(20), parquet::basic::Compression::SNAPPY);
    let zip = write::zip(&[("B.csv", b"close\n2\n")]);
    for bytes in [parquet, zip, b"close\n2\n".to_vec()] {
        let found = discover(std::slice::from_ref(&pipe));
        assert_eq!(found.sources[0].files().count(), 0);
        let to = pipe.clone();
        let writer = std::thread::spawn(move || fs::write(to, bytes).unwrap());
        let bars = found.sources[0].read(&Request::default()).unwrap();
        writer.join().unwrap();
        assert!(!bars[0].is_empty());
    }
}
