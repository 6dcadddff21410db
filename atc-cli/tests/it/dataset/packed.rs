//! Compression and archives around any format.

use atc_cli::engine::dataset::{ErrorKind, Request, read_bytes};
use parquet::basic::Compression;

use super::{one, write};

#[test]
fn compression_changes_nothing() {
    let (csv, parquet) = (
        write::csv(300),
        write::parquet(&write::batch(300), Compression::SNAPPY),
    );
    let arrow = write::arrow_stream(&write::batch(300), None);
    let json = b"[[1704067200000,1,1,1,100,1]]".to_vec();
    for plain in [&csv, &parquet, &arrow, &json] {
        let expected = one("BTC.csv", plain, "close");
        let packed = [
            ("BTC.csv.gz", write::gzip(plain)),
            ("BTC.csv.zst", zstd::encode_all(&plain[..], 0).unwrap()),
            (
                "BTC.csv.gz.zst",
                zstd::encode_all(&write::gzip(plain)[..], 0).unwrap(),
            ),
            ("x.zip", write::zip(&[("BTC.csv", plain)])),
            ("x.zip", write::zip(&[("BTC.csv.gz", &write::gzip(plain))])),
        ];
        for (name, bytes) in packed {
            let bars = one(name, bytes, "close");
            assert_eq!(
                (bars.symbol, bars.time, bars.close),
                (
                    expected.symbol.clone(),
                    expected.time.clone(),
                    expected.close.clone()
                ),
                "{name}"
            );
        }
    }
}

#[test]
fn every_member_of_an_archive_is_a_series() {
    let bytes = write::zip(&[
        ("b/ETH.csv", b"close\n2\n"),
        ("BTC.csv", b"close\n1\n"),
        ("__MACOSX/._BTC.csv", b"\0"),
        ("README", b"hello"),
        ("symbol=SOL/part.csv", b"close\n3\n"),
    ]);
    let all = read_bytes("x.zip", &bytes, &Request::default()).unwrap();
    let found: Vec<_> = all
        .iter()
        .map(|bars| (&*bars.symbol, bars.close[0]))
        .collect();
    assert_eq!(found, [("BTC", 1.0), ("ETH", 2.0), ("SOL", 3.0)]);
    assert_eq!(&*all[1].row_of(0).unwrap().path, "x.zip:b/ETH.csv");
}

#[test]
fn flat_prices_compress_well_and_are_still_read() {
    let mut flat = b"close\n".to_vec();
    for _ in 0..3_000_000 {
        flat.extend_from_slice(b"100.25\n");
    }
    assert_eq!(
        one("a.csv.gz", write::gzip(&flat), "close").len(),
        3_000_000
    );
}

#[test]
fn bombs_are_refused_before_they_unfold() {
    let zeros = vec![b'0'; 100 << 20];
    let mut lines = zeros.clone();
    for at in (0..lines.len()).step_by(8) {
        lines[at] = b'\n';
    }
    let nested = zstd::encode_all(&write::gzip(&lines)[..], 19).unwrap();
    let bombs = [
        write::gzip(&lines),
        zstd::encode_all(&lines[..], 0).unwrap(),
        write::zip(&[("a.csv", &lines)]),
        nested,
    ];
    for bytes in bombs {
        assert!(bytes.len() < 1 << 20);
        let error = read_bytes("bomb", &bytes, &Request::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bomb, "{error}");
        assert!(error.to_string().contains("zip bomb"), "{error}");
    }
    // One endless line is stopped by its length, long before the ratio.
    let error = read_bytes("bomb", &write::gzip(&zeros), &Request::default()).unwrap_err();
    assert!(error.to_string().contains("longer than 1 MiB"), "{error}");
}
