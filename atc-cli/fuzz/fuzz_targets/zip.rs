//! Zip archives, and what their members hold.

#![no_main]

use atc_cli::engine::dataset::{Request, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.starts_with(b"PK") {
        bytes.to_vec()
    } else {
        [&b"PK\x03\x04"[..], bytes].concat()
    };
    let _ = read_bytes("fuzz.zip", &whole, &Request::default());
});
