//! ATC inside an async service of one thread: the service goes on answering while markets are computed.
//!
//! ```sh
//! cargo run --release -p atc-cli --example service -- examples/candles
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it prints for people"
)]

use std::error::Error;
use std::time::{Duration, Instant};

use atc_cli::engine::dataset::{Remote, Request, discover_with};
use atc_cli::engine::{Engine, Output, Wanted};
use atc_core::{Params, Plan};
use atc_parallel::Sequential;
use futures::StreamExt;

/// What else the service does, and how late it was at worst.
async fn heartbeat() -> Duration {
    const BEAT: Duration = Duration::from_millis(1);
    let mut worst = Duration::ZERO;
    loop {
        let due = Instant::now() + BEAT;
        tokio::time::sleep(BEAT).await;
        worst = worst.max(due.elapsed());
        LATEST.store(
            worst.as_micros() as u64,
            std::sync::atomic::Ordering::Relaxed,
        );
    }
}

static LATEST: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);

async fn classify(paths: Vec<String>) -> Result<(), Box<dyn Error>> {
    // Computing goes to the runtime's blocking threads, a tile at a time.
    let engine = Engine::builder(Plan::new(Params::default())?)
        .executor(Sequential::new())
        .build()?;
    let found = discover_with(&paths, &Remote::new(std::env::vars()));
    let request = Request::default();
    let mut results = engine.classify_stream(found.sources, &request, Wanted::Average, 32);
    while let Some(result) = results.next().await {
        match result {
            Ok(done) => {
                let Output::Average(average) = done.output else {
                    unreachable!("average signals were asked for")
                };
                let last = average.last().copied().unwrap_or(f64::NAN);
                println!("{:<10} {last:+.3}", done.bars.symbol);
            }
            Err(failure) => eprintln!("{failure}"),
        }
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    if paths.is_empty() {
        paths = vec![concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles").to_owned()];
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::spawn(heartbeat());
        classify(paths).await
    })?;
    let worst = LATEST.load(std::sync::atomic::Ordering::Relaxed);
    println!("the service was never more than {worst} us late");
    Ok(())
}
