//! Bars per second of lanes, from host memory to host memory.
//!
//! ```text
//! cargo run --release -p atc-gpu --example measure -- [SERIES] [BARS] [LANES] [DEVICE]
//! ```
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::panic::resume_unwind;
use std::thread;
use std::time::{Duration, Instant};

use atc_gpu::{Lanes, Options, Program, Select, Series, TileTimes, devices};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| match arguments.next() {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let (n_series, n_bars, n_lanes) = (number(2_000)?, number(1_000)?, number(1)?);
    let select = arguments
        .next()
        .map_or(Ok(Select::Best), |text| text.parse())?;
    for device in devices() {
        let precision = device.precision();
        println!(
            "device {}: {} ({}, {}, {}, {precision})",
            device.index, device.name, device.backend, device.kind, device.driver
        );
    }
    let options = Options {
        select,
        ..Options::default()
    };
    let start = Instant::now();
    let lanes = Lanes::open(n_lanes, &options)?;
    println!("open: {:.3} s", start.elapsed().as_secs_f64());
    let markets: Vec<Vec<f64>> = (0..n_series).map(|seed| walk(seed, n_bars)).collect();
    let growth: Vec<f64> = (0..n_bars).map(|bar| (2e-5 * bar as f64).exp()).collect();
    let mut out = vec![vec![0.0; n_bars]; n_series];
    for round in 0..4 {
        let start = Instant::now();
        compute(&lanes, &growth, &markets, &mut out)?;
        let seconds = start.elapsed().as_secs_f64();
        let speed = (n_series * n_bars) as f64 / seconds / 1e6;
        println!("round {round}: {seconds:.3} s, {speed:.2} million bars/s");
    }
    for lane in 0..n_lanes {
        lanes.with(lane, |open| tell(lane, &open.timeline().tiles));
    }
    Ok(())
}

/// Where the time of a lane went in the last round.
fn tell(lane: usize, tiles: &[TileTimes]) {
    let sum = |of: fn(&TileTimes) -> Duration| tiles.iter().map(of).sum::<Duration>();
    println!(
        "lane {lane}: {} tiles; prepared {:.3?}, kernels {:.3?}, awaited {:.3?}, placed {:.3?}",
        tiles.len(),
        sum(|tile| length(tile.prepared)),
        sum(|tile| tile.kernel().unwrap_or_default()),
        sum(|tile| length(tile.awaited)),
        sum(|tile| length([tile.awaited[1], tile.placed])),
    );
}

fn length([from, to]: [Duration; 2]) -> Duration {
    to.saturating_sub(from)
}

/// Average signals of all series, an equal share on each lane.
fn compute(
    lanes: &Lanes,
    growth: &[f64],
    markets: &[Vec<f64>],
    out: &mut [Vec<f64>],
) -> Result<(), atc_gpu::Error> {
    let share = markets.len().div_ceil(lanes.n_lanes());
    let work = |lane: usize, markets: &[Vec<f64>], out: &mut [Vec<f64>]| {
        let series: Vec<_> = markets.iter().map(|close| Series::of(close)).collect();
        let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
        lanes.with(lane, |lane| {
            lane.averages(&Program::default(), growth, &series, &mut slots)
        })
    };
    thread::scope(|scope| {
        let shares = markets.chunks(share).zip(out.chunks_mut(share));
        let workers: Vec<_> = shares
            .enumerate()
            .map(|(lane, (markets, out))| scope.spawn(move || work(lane, markets, out)))
            .collect();
        let join = |worker: thread::ScopedJoinHandle<'_, _>| {
            worker.join().unwrap_or_else(|panic| resume_unwind(panic))
        };
        workers.into_iter().try_for_each(join)
    })
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
