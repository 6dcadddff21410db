//! Parquet, from its magic on.

#![no_main]

use atc_cli::engine::dataset::{Request, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.starts_with(b"PAR1") {
        bytes.to_vec()
    } else {
        [&b"PAR1"[..], bytes].concat()
    };
    let _ = read_bytes("fuzz.parquet", &whole, &Request::default());
});
