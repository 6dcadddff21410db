//! Readers: every format, every bad input.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]
#![expect(clippy::cast_possible_wrap, reason = "bar counts become times")]

mod bad;
mod columnar;
mod csv;
mod discover;
mod inspect;
mod json;
mod mutation;
mod own;
mod packed;
pub(crate) mod write;

use atc_cli::engine::dataset::{Bars, Request, SourceColumn, read_bytes};

/// 2024-01-01T00:00:00Z in nanoseconds.
const START: i64 = 1_704_067_200_000_000_000;
const HOUR: i64 = 3_600_000_000_000;
const DAY: i64 = 24 * HOUR;

/// Reads text as a file of this name and gives its only series.
fn one(name: &str, bytes: impl AsRef<[u8]>, source: &str) -> Bars {
    let request = Request {
        source: source.parse().unwrap(),
        symbol: None,
    };
    let mut all =
        read_bytes(name, bytes.as_ref(), &request).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(all.len(), 1, "{name} holds one series");
    all.remove(0)
}

/// The one line that explains why bytes are refused.
fn refusal(name: &str, bytes: impl AsRef<[u8]>) -> String {
    refusal_of(name, bytes, &Request::default())
}

fn refusal_of(name: &str, bytes: impl AsRef<[u8]>, request: &Request) -> String {
    match read_bytes(name, bytes.as_ref(), request) {
        Ok(bars) => panic!("{name} was read as {bars:?}"),
        Err(error) => error.to_string(),
    }
}

fn symbol(symbol: &str) -> Request {
    Request {
        source: SourceColumn::Close,
        symbol: Some(symbol.to_owned()),
    }
}
