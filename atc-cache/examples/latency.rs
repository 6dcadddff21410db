//! What a lookup costs in each tier, beside reading a file of the same size.
//!
//! `cargo run --release -p atc-cache --example latency`
#![expect(clippy::print_stdout, reason = "a report for people")]

use std::{
    error::Error,
    fs,
    hint::black_box,
    time::{Duration, Instant},
};

use atc_cache::{Config, Fingerprint, Key, KeyBuilder, Store, Tier};

const N_ENTRIES: u64 = 2000;

fn key(number: u64) -> Key {
    KeyBuilder::new("latency", 1)
        .uint("number", number)
        .finish()
}

/// The median and the 99th percentile of `work`, over all numbers.
fn timed(mut work: impl FnMut(u64)) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..N_ENTRIES)
        .map(|number| {
            let start = Instant::now();
            work(number);
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100];
    (at(50), at(99))
}

fn report(what: &str, bytes: usize, (median, p99): (Duration, Duration)) {
    println!("{what:28} {bytes:>8} B   median {median:>10.2?}   p99 {p99:>10.2?}");
}

fn main() -> Result<(), Box<dyn Error>> {
    for bytes in [256, 4 << 10, 100 << 10] {
        let folder = tempfile::tempdir()?;
        let config = Config::in_directory(folder.path().join("cache"))
            .memory_bytes(1 << 30)
            .disk_bytes(1 << 30);
        let payload = vec![7_u8; bytes];
        let store = Store::open(&config)?;
        let start = Instant::now();
        for number in 0..N_ENTRIES {
            store.insert(key(number), payload.clone(), Duration::ZERO);
        }
        store.flush()?;
        let rate = N_ENTRIES as f64 * bytes as f64 / start.elapsed().as_secs_f64();
        println!(
            "{:28} {bytes:>8} B   {:.0} MB/s",
            "insert and flush",
            rate / 1e6
        );
        // Out of the log and into blocks, whatever the size.
        let filler = vec![0_u8; 1 << 20];
        for number in 0..64 {
            store.insert(key(N_ENTRIES + number), filler.clone(), Duration::ZERO);
        }
        store.close()?;

        let store = Store::open(&config)?;
        let disk = timed(|number| {
            let entry = store.get(&key(number)).expect("it was flushed");
            assert_eq!(entry.tier(), Tier::Disk);
        });
        report("hit on disk", bytes, disk);
        report(
            "hit in memory",
            bytes,
            timed(|number| drop(store.get(&key(number)))),
        );
        report(
            "miss",
            bytes,
            timed(|number| drop(store.get(&key(1_000_000 + number)))),
        );
        for number in 0..N_ENTRIES {
            fs::write(folder.path().join(number.to_string()), &payload)?;
        }
        let files = timed(|number| {
            black_box(fs::read(folder.path().join(number.to_string())).expect("just written"));
        });
        report("a file read", bytes, files);
    }
    let values = vec![1.5; 1 << 24];
    let start = Instant::now();
    black_box(Fingerprint::of(&values));
    let rate = (values.len() * 8) as f64 / start.elapsed().as_secs_f64();
    println!("fingerprint                  {:.1} GB/s", rate / 1e9);
    Ok(())
}
