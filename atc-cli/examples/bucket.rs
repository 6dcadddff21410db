//! Scans whatever it is given, an object store above all, with many reads at once.
//!
//! ```sh
//! cargo run --release -p atc-cli --example bucket -- s3://bars/daily/ # or https://..., or a folder
//! ```
//!
//! Credentials, region and endpoint come from the environment (`AWS_ACCESS_KEY_ID` and so on).
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints for people"
)]

use std::error::Error;

use atc_cli::engine::Engine;
use atc_cli::engine::dataset::{Remote, Request, discover_with};
use atc_core::{Params, Plan};
use atc_parallel::TokioPool;

/// Objects that are read at once.
const IN_FLIGHT: usize = 64;

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--").collect();
    if paths.is_empty() {
        paths = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles").to_owned()];
    }
    let found = discover_with(&paths, &Remote::new(std::env::vars()));
    let pool = TokioPool::new(0)?;
    let engine = Engine::builder(Plan::new(Params::default())?)
        .overlap_reads(pool.handle(), IN_FLIGHT)
        .executor(pool)
        .build()?;
    let scan = engine.scan(found.sources, &Request::default());
    for row in &scan.rows {
        println!(
            "{:<10} {:+.3} {}",
            row.symbol, row.average_signal, row.trend
        );
    }
    for failure in found.failed.iter().map(ToString::to_string) {
        eprintln!("{failure}");
    }
    for failure in &scan.failed {
        eprintln!("{failure}");
    }
    println!("{}", engine.spent());
    Ok(())
}
