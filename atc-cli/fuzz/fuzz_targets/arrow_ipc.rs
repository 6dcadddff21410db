//! Arrow IPC: what starts like a file, and everything else as a stream.

#![no_main]

use atc_cli::engine::dataset::{Request, read_bytes};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let whole = if bytes.starts_with(b"ARROW1") {
        bytes.to_vec()
    } else {
        [&[0xff; 4][..], bytes].concat()
    };
    let _ = read_bytes("fuzz.arrow", &whole, &Request::default());
});
