//! Damaged files of every format: bars or an error, never a panic.
//!
//! `ATC_MUTATIONS` sets the number of mutations per format, `ATC_MUTATION_SEED` where they start.

use std::panic;

use arrow_ipc::CompressionType;
use atc_cli::engine::dataset::{Bars, DatasetError, LineReader, Request, read_bytes};
use parquet::basic::Compression;

use super::write;

const MUTATIONS: u64 = 3_000;

/// `SplitMix64`: small, seeded, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

fn mutate(original: &[u8], random: &mut Random) -> Vec<u8> {
    const LURES: [u8; 12] = [
        0, 1, 0x7f, 0x80, 0xff, b'"', b',', b'\n', b'[', b'{', b'9', b'-',
    ];
    let mut bytes = original.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = LURES[random.below(LURES.len())],
            2 => bytes.truncate(at.max(1)),
            3 => {
                let end = (at + random.below(32)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + random.below(64)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = random.below(bytes.len());
                bytes.splice(to..to, copy);
            }
            5 => {
                let word =
                    [u64::MAX, 1 << 40, 1 << 62, i64::MAX as u64, 0, 1 << 31][random.below(6)];
                let size = [4, 8][random.below(2)].min(bytes.len() - at);
                bytes[at..at + size].copy_from_slice(&word.to_le_bytes()[..size]);
            }
            _ => bytes[at] = bytes[at].wrapping_add(random.next() as u8),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name)
        .ok()
        .map_or(default, |text| text.parse().expect("a number"))
}

/// Every mutation of every sample ends in bars that hold together, or in a one-line error.
fn survive(samples: &[Vec<u8>]) {
    survive_by(samples, |bytes, request| read_bytes("x", bytes, request));
}

fn survive_by(
    samples: &[Vec<u8>],
    read: impl Fn(&[u8], &Request) -> Result<Vec<Bars>, DatasetError> + panic::RefUnwindSafe,
) {
    let (count, seed) = (
        number("ATC_MUTATIONS", MUTATIONS),
        number("ATC_MUTATION_SEED", 1),
    );
    let requests = [
        Request::default(),
        Request {
            source: "ohlc4".parse().unwrap(),
            symbol: None,
        },
    ];
    for (sample, original) in samples.iter().enumerate() {
        for mutation in 0..count / samples.len() as u64 {
            let bytes = mutate(
                original,
                &mut Random(seed ^ mutation.wrapping_mul(0x1_0000_0001)),
            );
            let request = &requests[(mutation % 2) as usize];
            let outcome = panic::catch_unwind(|| read(&bytes, request));
            let outcome = outcome.unwrap_or_else(|_| {
                panic!("sample {sample}, seed {seed}, mutation {mutation} panicked")
            });
            match outcome {
                Ok(all) => {
                    for bars in all {
                        assert!(!bars.is_empty());
                        assert!(bars.time.is_none_or(|time| time.len() == bars.close.len()));
                        assert!(
                            bars.source
                                .is_none_or(|source| source.len() == bars.close.len())
                        );
                    }
                }
                Err(error) => {
                    let text = error.to_string();
                    assert!(
                        !text.contains('\n') && !error.remedy_text().is_empty(),
                        "{text:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn damaged_csv_never_panics() {
    let long =
        b"time,symbol,close\n2024-01-01,B,1\n2024-01-01,A,10\n\"2024-01-02\",A,11\n".to_vec();
    let bare =
        b"1704067200000,1,1,1,5,1,0,0,0,0,0,0\n1704070800000,1,1,1,5,1,0,0,0,0,0,0\n".to_vec();
    survive(&[write::csv(20), long, bare]);
}

#[test]
fn damaged_lines_never_panic() {
    let lines = |bytes: &[u8], request: &Request| {
        let mut lines = LineReader::new("x", request.clone());
        let read = bytes.split(|byte| *byte == b'\n');
        read.filter_map(|line| lines.read(line).transpose())
            .collect()
    };
    let named = b"symbol,time,close\nB,2024-01-01,1\nA,2024-01-01,10\nB,2024-01-02,2\n".to_vec();
    let objects = b"{\"s\":\"B\",\"t\":1704067200,\"o\":1,\"h\":4,\"l\":1,\"c\":2}\n{\"s\":\"A\",\"t\":1704067200,\"o\":1,\"h\":4,\"l\":1,\"c\":2}\n";
    survive_by(&[write::csv(20), named, objects.to_vec()], lines);
}

#[test]
fn damaged_json_never_panics() {
    let rows = b"[[1704067200000,1,4,0.5,2,9],[1704070800000,2,3,1,2.5,9]]".to_vec();
    let lines = b"{\"t\":1704067200.0,\"o\":1,\"h\":4,\"l\":0.5,\"c\":2}\n{\"t\":1704070800,\"o\":2,\"h\":3,\"l\":1,\"c\":\"2.5\"}\n";
    survive(&[rows, lines.to_vec()]);
}

#[test]
fn damaged_parquet_never_panics() {
    let batch = write::batch(40);
    survive(&[
        write::parquet(&batch, Compression::UNCOMPRESSED),
        write::parquet(&batch, Compression::SNAPPY),
    ]);
}

#[test]
fn damaged_arrow_ipc_never_panics() {
    let batch = write::batch(40);
    survive(&[
        write::arrow_file(&batch, None),
        write::arrow_file(&batch, Some(CompressionType::LZ4_FRAME)),
        write::arrow_stream(&batch, None),
        write::arrow_stream(&batch, Some(CompressionType::ZSTD)),
    ]);
}

#[test]
fn damaged_archives_never_panic() {
    let csv = write::csv(20);
    survive(&[
        write::zip(&[("a.csv", &csv), ("b.csv", b"close\n1\n")]),
        write::gzip(&csv),
        zstd::encode_all(&csv[..], 0).unwrap(),
    ]);
}
