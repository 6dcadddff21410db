//! CSV in any dialect.

#![no_main]

use atc_cli::engine::dataset::{Request, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let source = if bytes.len() % 2 == 0 {
        "close"
    } else {
        "ohlc4"
    };
    let request = Request {
        source: source.parse().unwrap_or_default(),
        symbol: None,
    };
    let _ = read_bytes("fuzz.csv", bytes, &request);
});
