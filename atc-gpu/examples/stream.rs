//! More series than memory would hold at once: made, computed and forgotten tile by tile.
//!
//! ```text
//! cargo run --release -p atc-gpu --example stream -- [SERIES] [BARS] [LANES] [TILE]
//! ```
//!
//! Each lane has a thread, which makes a tile of series, has the device compute the last bar of
//! each, and lets it go. Peak memory is that of as many tiles as there are lanes.
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use atc_gpu::{Lanes, Options, Program, Series};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| match arguments.next() {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (n_series, n_bars) = (number(100_000)?, number(2_000)?);
    let (n_lanes, per_tile) = (number(2)?, number(1_024)?.max(1));
    // Software on a busy machine takes its time.
    let options = Options {
        timeout: Duration::from_mins(30),
        ..Options::default()
    };
    let lanes = Lanes::open(n_lanes, &options)?;
    let device = lanes.with(0, |lane| lane.device().clone());
    println!("{} ({})", device.name, device.driver);
    let before = peak_memory();
    let growth: Vec<f64> = (0..n_bars).map(|bar| (2e-5 * bar as f64).exp()).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begun = Instant::now();
    let work = |lane: usize| -> Result<f64, atc_gpu::Error> {
        let mut sum = 0.0;
        loop {
            let first = next.fetch_add(per_tile, Ordering::Relaxed);
            if first >= n_series {
                return Ok(sum);
            }
            let end = n_series.min(first + per_tile);
            let markets: Vec<Vec<f64>> = (first..end).map(|seed| walk(seed, n_bars)).collect();
            let series: Vec<_> = markets.iter().map(|close| Series::of(close)).collect();
            let last = lanes.with(lane, |lane| {
                lane.last(&Program::default(), &growth, &series)
            })?;
            sum += last
                .iter()
                .flatten()
                .map(|reading| reading.average)
                .sum::<f64>();
            tell(&done, end - first, n_series, begun);
        }
    };
    let sums = thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..n_lanes)
            .map(|lane| scope.spawn(move || work(lane)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        workers
            .into_iter()
            .map(join)
            .collect::<Result<Vec<f64>, _>>()
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{n_series} series x {n_bars} bars on {n_lanes} lanes, tiles of {per_tile}: {seconds:.1} s, {:.2} million bars/s",
        (n_series * n_bars) as f64 / seconds / 1e6
    );
    println!(
        "mean of the last average signals: {:.6}",
        sums.iter().sum::<f64>() / n_series as f64
    );
    println!(
        "all closes together: {:.0} MiB",
        mebibytes(n_series * n_bars * 8)
    );
    if let (Some(before), Some(after)) = (before, peak_memory()) {
        println!(
            "peak memory: {:.0} MiB, of which {:.0} MiB before the first tile",
            mebibytes(after),
            mebibytes(before)
        );
    }
    Ok(())
}

/// Says how far it is, at every tenth.
fn tell(done: &AtomicUsize, more: usize, n_series: usize, begun: Instant) {
    let before = done.fetch_add(more, Ordering::Relaxed);
    let tenths = |n: usize| 10 * n / n_series;
    if tenths(before) < tenths(before + more) {
        let peak = peak_memory().map_or(0.0, mebibytes);
        println!(
            "{:7} series after {:6.1} s, peak memory {peak:.0} MiB",
            before + more,
            begun.elapsed().as_secs_f64()
        );
    }
}

fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Bytes of memory that the process has had at most, where the system tells.
fn peak_memory() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: usize = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// A random walk from a seed.
fn walk(seed: usize, n_bars: usize) -> Vec<f64> {
    let mut state = (seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut price = 100.0;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        price *= 1.0 + ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 0.02;
        price
    };
    (0..n_bars).map(step).collect()
}
