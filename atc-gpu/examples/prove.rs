//! Proves a GPU and measures it, for `docs/gpu.md`: run it once on hardware.
//!
//! ```text
//! cargo run --release -p atc-gpu --example prove -- [DEVICE] [SERIES] [BARS] [GB/S] [TFLOPS]
//! ```
//!
//! DEVICE is its number in `atc devices`, or a part of its name. First every kernel against its
//! scalar twin, bit for bit: where one differs nothing is measured. Then bars per second from host
//! memory to host memory and in the kernels, on one lane and on several, each with a thread that lays
//! out its series; results are compared with twins again. Then how far kernels are from the floor
//! that memory and arithmetic set, if their peaks are given (bandwidth of the device's memory, `f64`
//! operations as its maker counts them). The last lines are a block for the documentation.
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::fmt::Write as _;
use std::panic::resume_unwind;
use std::thread;
use std::time::Instant;

use atc_gpu::{Lanes, Options, Precision, Program, Select, Series, TileTimes, twin};

/// Pairs of a series and a program that are compared with their twins.
const PAIRS: usize = 2_000;

/// Bytes that kernels move per bar and series at least: one reads the close and writes the gain, six
/// read both and write two columns each, one reads those and writes the average, which goes down.
/// Tables of windows and what a line carries are not among them: caches and registers hold those.
const BYTES_PER_BAR: f64 = 8.0 * (2.0 + 12.0 + 12.0 + 12.0 + 1.0 + 1.0);

/// Lanes that are timed in any case; more where the host has a thread for each.
const LANES: [usize; 3] = [1, 2, 4];

/// The most lanes: buffers of each take about a gigabyte on hardware.
const MOST_LANES: usize = 8;

/// Series of those timed that are compared with their twins.
const COMPARED: usize = 16;

/// Bars over which operations are counted.
const COUNTED_BARS: usize = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: f64| match arguments.get(at) {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let whole = |at: usize, default: usize| match arguments.get(at) {
        Some(text) => text.parse(),
        None => Ok(default),
    };
    let select = arguments
        .first()
        .map_or(Ok(Select::Best), |text| text.parse())?;
    let (n_series, n_bars) = (whole(1, 20_000)?, whole(2, 2_000)?);
    let peaks = (number(3, 0.0)?, number(4, 0.0)?);
    let options = Options {
        select,
        ..Options::default()
    };
    let lanes = Lanes::open(1, &options)?;
    let differing = parity(&lanes)?;
    println!("{differing} of {PAIRS} pairs differ from their twins");
    if differing > 0 {
        return Err(
            "this device computes other bits than the processor: nothing is measured".into(),
        );
    }
    let device = lanes.with(0, |lane| lane.device().clone());
    drop(lanes);
    let load = Load::new(n_series, n_bars);
    let operations = operations()?;
    let floor = floor(peaks, operations);
    let threads = thread::available_parallelism()?.get().min(MOST_LANES);
    let more = (LANES[LANES.len() - 1] + 1..=threads).filter(|n| n.is_power_of_two());
    let mut rows = String::new();
    for n_lanes in LANES.into_iter().chain(more) {
        let speed = match load.time(n_lanes, &options) {
            // What fewer lanes did is worth telling.
            Err(error) if n_lanes > 1 && error.is::<atc_gpu::Error>() => {
                println!("{n_lanes} lanes: {error}");
                break;
            }
            speed => speed?,
        };
        println!("{n_lanes} lane(s): {speed:?}");
        let told = |number: Option<f64>| number.map_or("unknown".to_owned(), |n| format!("{n:.1}"));
        let over = floor
            .zip(speed.kernels)
            .map(|(floor, kernels)| floor.least() / kernels);
        let [whole, best] = speed.whole;
        let (kernels, over) = (told(speed.kernels), told(over));
        writeln!(
            rows,
            "| {n_lanes} | {whole:.1} | {best:.1} | {kernels} | {over} |"
        )?;
    }
    println!("\n--- for docs/gpu.md ---\n");
    println!(
        "{} ({}, {}), {n_series} series x {n_bars} bars, average signal, f64; 0 of {PAIRS} random pairs differ from the processor, nor do {COMPARED} of the series timed, on any number of lanes below.\n",
        device.name, device.kind, device.driver
    );
    println!(
        "Per bar and series: {operations:.0} arithmetic operations, {BYTES_PER_BAR} bytes at least."
    );
    if let Some(Floor { memory, arithmetic }) = floor {
        println!(
            "Floor: {memory:.0} million bars/s by memory, {arithmetic:.0} by operations that are not fused."
        );
    }
    println!(
        "\n| lanes | host to host, million bars/s | best | kernels, million bars/s | their time over the floor |"
    );
    println!("|---|---|---|---|---|\n{rows}");
    Ok(())
}

/// Operations of the twins per bar.
fn operations() -> Result<f64, atc_gpu::Error> {
    let close = walk(1, COUNTED_BARS);
    let growth = vec![1.0; COUNTED_BARS];
    let n = twin::operations(&Program::default(), &growth, Series::of(&close))?;
    Ok(n as f64 / COUNTED_BARS as f64)
}

/// Million bars per second that memory and arithmetic allow at most.
#[derive(Clone, Copy, Debug)]
struct Floor {
    memory: f64,
    arithmetic: f64,
}

impl Floor {
    const fn least(self) -> f64 {
        self.memory.min(self.arithmetic)
    }
}

/// The floor, if both peaks are known.
///
/// A peak counts an addition fused with a multiplication as two. Kernels may not fuse, so that they
/// have half of it.
fn floor((gigabytes, teraflops): (f64, f64), operations: f64) -> Option<Floor> {
    (gigabytes > 0.0 && teraflops > 0.0).then(|| Floor {
        memory: gigabytes * 1e3 / BYTES_PER_BAR,
        arithmetic: teraflops / 2.0 * 1e6 / operations,
    })
}

/// Pairs whose columns differ from their twins in some bit.
fn parity(lanes: &Lanes) -> Result<usize, atc_gpu::Error> {
    let mut differing = 0;
    for seed in 0..PAIRS {
        let close = walk(seed, 50 + seed * 7 % 950);
        let growth: Vec<f64> = (0..close.len())
            .map(|bar| (2e-5 * bar as f64).exp())
            .collect();
        let program = variant(seed);
        let series = Series::of(&close);
        let ours = lanes.with(0, |lane| lane.columns(&program, &growth, &[series]))?;
        let theirs = twin::columns(&program, Precision::F64, &growth, series)?;
        let bits = |columns: &atc_gpu::Columns| -> Vec<u64> {
            let all = columns.signals.iter().chain(&columns.equities);
            let all = all.chain([&columns.average]).flatten();
            all.map(|value| value.to_bits()).collect()
        };
        differing += usize::from(bits(&ours[0]) != bits(&theirs));
    }
    Ok(differing)
}

/// A program of some kind.
fn variant(seed: usize) -> Program {
    let mut program = Program::default();
    let base = 12 + seed % 40;
    for lengths in &mut program.lengths {
        *lengths = [0, 1, 2, 4, 6, -1, -2, -4, -6].map(|by| base.saturating_add_signed(by));
    }
    let shortest = base - 6;
    program.spacing = [1, shortest / 2, shortest / 2, 1, shortest / 2, shortest];
    program.variants.plain_hma = seed & 1 != 0;
    program.variants.dema_from_mean = seed & 2 != 0;
    program.variants.lsma_one_before = seed & 4 != 0;
    program.variants.kama_from_zero = seed & 8 != 0;
    program.variants.idle_step_again = seed & 16 != 0;
    program
}

/// Million bars per second.
#[derive(Clone, Copy, Debug)]
struct Speed {
    /// From host memory to host memory: the median of five rounds, and the best of them.
    whole: [f64; 2],
    /// While some kernel ran, in the last round, if the device tells.
    kernels: Option<f64>,
}

struct Load {
    markets: Vec<Vec<f64>>,
    growth: Vec<f64>,
}

impl Load {
    fn new(n_series: usize, n_bars: usize) -> Self {
        Self {
            markets: (0..n_series).map(|seed| walk(seed, n_bars)).collect(),
            growth: (0..n_bars).map(|bar| (2e-5 * bar as f64).exp()).collect(),
        }
    }

    fn time(&self, n_lanes: usize, options: &Options) -> Result<Speed, Box<dyn Error>> {
        let lanes = Lanes::open(n_lanes, options)?;
        let n_bars = (self.markets.len() * self.growth.len()) as f64;
        let mut out = vec![vec![0.0; self.growth.len()]; self.markets.len()];
        let mut walls = Vec::new();
        // The first round makes the buffers.
        for _ in 0..6 {
            let begun = Instant::now();
            self.compute(&lanes, &mut out)?;
            walls.push(begun.elapsed().as_secs_f64());
        }
        let rounds = &mut walls[1..];
        rounds.sort_by(f64::total_cmp);
        let tiles =
            (0..n_lanes).flat_map(|lane| lanes.with(lane, |lane| lane.timeline().tiles.clone()));
        let busy = busy(&tiles.collect::<Vec<_>>());
        self.compare(&out)?;
        Ok(Speed {
            whole: [2, 0].map(|round| n_bars / rounds[round] / 1e6),
            kernels: (busy > 0.0).then(|| n_bars / busy / 1e6),
        })
    }

    /// Compares some averages with their twins.
    fn compare(&self, out: &[Vec<f64>]) -> Result<(), Box<dyn Error>> {
        let step = self.markets.len().div_ceil(COMPARED).max(1);
        for (close, average) in self.markets.iter().zip(out).step_by(step) {
            let series = Series::of(close);
            let theirs = twin::columns(&Program::default(), Precision::F64, &self.growth, series)?;
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            if bits(average) != bits(&theirs.average) {
                return Err("a series of the measured round differs from its twin".into());
            }
        }
        Ok(())
    }

    /// The average signals of all series, an equal share on each lane.
    fn compute(&self, lanes: &Lanes, out: &mut [Vec<f64>]) -> Result<(), atc_gpu::Error> {
        let share = self.markets.len().div_ceil(lanes.n_lanes()).max(1);
        let work = |lane: usize, markets: &[Vec<f64>], out: &mut [Vec<f64>]| {
            let series: Vec<_> = markets.iter().map(|close| Series::of(close)).collect();
            let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
            let program = Program::default();
            lanes.with(lane, |lane| {
                lane.averages(&program, &self.growth, &series, &mut slots)
            })
        };
        thread::scope(|scope| {
            let shares = self.markets.chunks(share).zip(out.chunks_mut(share));
            let workers: Vec<_> = shares
                .enumerate()
                .map(|(lane, (markets, out))| scope.spawn(move || work(lane, markets, out)))
                .collect();
            let mut joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
            joined.try_for_each(|done| done.unwrap_or_else(|panic| resume_unwind(panic)))
        })
    }
}

/// Seconds in which some kernel ran: lanes of one device share its clock, and what overlaps counts once.
fn busy(tiles: &[TileTimes]) -> f64 {
    let mut spans: Vec<[f64; 2]> = tiles
        .iter()
        .filter_map(|tile| tile.computed)
        .map(|span| span.map(|time| time.as_secs_f64()))
        .collect();
    spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let (mut total, mut covered) = (0.0, f64::MIN);
    for [from, to] in spans {
        total += (to - from.max(covered)).max(0.0);
        covered = covered.max(to);
    }
    total
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
