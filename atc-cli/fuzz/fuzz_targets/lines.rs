//! Lines that come one by one.

#![no_main]

use atc_cli::engine::dataset::{LineReader, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = LineReader::new("fuzz", Request::default());
    for line in bytes.split(|byte| *byte == b'\n') {
        if let Ok(Some(bars)) = lines.read(line) {
            assert!(!bars.close.is_empty());
        }
    }
});
