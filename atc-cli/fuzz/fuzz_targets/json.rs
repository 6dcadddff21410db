//! JSON rows, objects and lines.

#![no_main]

use atc_cli::engine::dataset::{Request, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for first in [&b"["[..], b"{"] {
        let _ = read_bytes("fuzz.json", &[first, bytes].concat(), &Request::default());
    }
});
