//! Several lanes against one: wall times, and when tiles went through.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_cli::engine::gpu::{GpuEvaluator, OnFault, tile_of};
use atc_cli::engine::{Evaluate, Prices, Tile, Wanted};
use atc_core::{Params, Plan};
use atc_gpu::{Options, Select, TileTimes, Timeline};
use atc_parallel::{ExecutorExt, Lanes};

/// Rounds, each with one lane and with several.
const ROUNDS: usize = 9;

/// Characters of the time axis.
const WIDTH: usize = 72;

/// Lanes, and the threads that use them.
struct Side {
    gpu: Arc<GpuEvaluator>,
    threads: Lanes,
    walls: Vec<f64>,
}

/// What is computed in each round.
#[derive(Clone, Copy)]
struct Work {
    tiles: usize,
    /// Series of a tile.
    series: usize,
    /// Bars of a series.
    bars: usize,
}

impl Work {
    /// So many tiles, as large as a scan makes them for the device.
    fn new(n_tiles: usize, gpu: &GpuEvaluator) -> Self {
        let [series, bars] = tile_of(gpu.device());
        Self {
            tiles: n_tiles,
            series,
            bars,
        }
    }
}

/// What a lane did of a run.
struct Passage {
    lane: usize,
    timeline: Timeline,
}

impl Side {
    fn open(select: &Select, n_lanes: usize) -> anyhow::Result<Self> {
        let options = Options {
            select: select.clone(),
            ..Options::default()
        };
        Ok(Self {
            gpu: Arc::new(GpuEvaluator::open(n_lanes, &options, OnFault::Fail)?),
            threads: Lanes::new(n_lanes)?,
            walls: Vec::with_capacity(ROUNDS),
        })
    }

    /// Computes all tiles; when each went through its lane, in order.
    fn run(&mut self, plan: &Arc<Plan>, work: Work) -> anyhow::Result<Vec<Passage>> {
        let (gpu, plan) = (Arc::clone(&self.gpu), Arc::clone(plan));
        let close: Vec<f64> = (0..work.bars)
            .map(|bar| 100.0 + (bar % 37) as f64)
            .collect();
        let begun = Instant::now();
        let passages = self.threads.map(work.tiles, move |slot| {
            let prices = Prices {
                close: &close,
                source: None,
            };
            // The same series again and again: values do not change the work.
            let series = vec![prices; work.series];
            let tile = Tile {
                plan: &plan,
                wanted: Wanted::Average,
                states: false,
                lane: slot.lane,
                series: &series,
            };
            gpu.evaluate(&tile).into_iter().next().transpose()?;
            Ok(Passage {
                lane: slot.lane,
                timeline: gpu.lanes().with(slot.lane, |lane| lane.timeline().clone()),
            })
        });
        self.walls.push(begun.elapsed().as_secs_f64());
        passages.into_iter().collect()
    }

    /// The median of the rounds, and the best of them.
    fn seconds(&self) -> [f64; 2] {
        let mut walls = self.walls.clone();
        walls.sort_by(f64::total_cmp);
        [walls[walls.len() / 2], walls[0]]
    }
}

/// Times one lane and several in turns; the report.
pub(super) fn run(select: &Select, n_lanes: usize, n_tiles: usize) -> anyhow::Result<String> {
    let plan = Arc::new(Plan::new(Params::default())?);
    let (mut one, mut several) = (Side::open(select, 1)?, Side::open(select, n_lanes)?);
    let work = Work::new(n_tiles, &one.gpu);
    for side in [&mut one, &mut several] {
        // The first tile of each lane makes its buffers.
        side.run(&plan, work)?;
        side.walls.clear();
    }
    let mut passages = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        passages = [one.run(&plan, work)?, several.run(&plan, work)?];
    }
    let device = one.gpu.device();
    let mut text = format!(
        "{} ({}, {})\n{n_tiles} tiles of {} series x {} bars, average signal, f64, median and best of {ROUNDS} rounds in turns\n\n",
        device.name, device.kind, device.driver, work.series, work.bars
    );
    let bars = (n_tiles * work.series * work.bars) as f64;
    for (side, n) in [(&one, 1), (&several, n_lanes)] {
        let [median, best] = side.seconds();
        let _ = writeln!(
            text,
            "{n} lane(s)  {median:7.3} s  {best:7.3} s  {:8.2} million bars/s",
            bars / median / 1e6
        );
    }
    let [median, best] = [0, 1].map(|i| one.seconds()[i] / several.seconds()[i]);
    let _ = writeln!(
        text,
        "{n_lanes} lanes are {median:.2} times as fast as 1, {best:.2} times by best rounds"
    );
    for (passages, n) in passages.iter().zip([1, n_lanes]) {
        text += &timeline(passages, n);
    }
    Ok(text)
}

/// A stage of a tile: what it is called, and when it was.
type Stage = (&'static str, fn(&TileTimes) -> Option<[Duration; 2]>);

const HOST: [Stage; 3] = [
    ("prepared", |tile| Some(tile.prepared)),
    ("waited", |tile| Some([tile.prepared[1], tile.handed])),
    ("placed", |tile| Some([tile.awaited[1], tile.placed])),
];

const DEVICE: [Stage; 3] = [
    ("upload", |tile| tile.uploaded),
    ("kernels", |tile| tile.computed),
    ("download", |tile| tile.downloaded),
];

/// One line per lane and stage over the time of the run.
fn timeline(passages: &[Passage], n_lanes: usize) -> String {
    let spans: Vec<Vec<[f64; 2]>> = (0..n_lanes)
        .flat_map(|lane| of_lane(passages, lane))
        .collect();
    let edges = || spans.iter().flatten().flatten().copied();
    let (from, to) = (
        edges().fold(f64::MAX, f64::min),
        edges().fold(f64::MIN, f64::max),
    );
    let mut text = format!(
        "\nthe last round on {n_lanes} lane(s): {:.1} ms\n",
        (to - from) * 1e3
    );
    let names = HOST.iter().chain(&DEVICE).map(|(name, _)| *name);
    for ((place, name), spans) in names.cycle().enumerate().zip(&spans) {
        let lane = match place % (HOST.len() + DEVICE.len()) {
            0 => format!("lane {}", place / (HOST.len() + DEVICE.len())),
            _ => String::new(),
        };
        let total: f64 = spans.iter().map(|[from, to]| to - from).sum();
        let marks = drawn(spans, (from, to - from));
        let _ = writeln!(text, "{lane:<7} {name:<8} {:8.1} ms |{marks}|", total * 1e3);
    }
    text
}

/// Spans of each stage of a lane in seconds, host stages first, on one axis.
fn of_lane(passages: &[Passage], lane: usize) -> Vec<Vec<[f64; 2]>> {
    let epoch = passages.iter().map(|passage| passage.timeline.begun).min();
    let of_lane = passages.iter().filter(|passage| passage.lane == lane);
    let tiles: Vec<(f64, &TileTimes)> = of_lane
        .flat_map(|Passage { timeline, .. }| {
            let begun = epoch.map_or(0.0, |epoch| (timeline.begun - epoch).as_secs_f64());
            timeline.tiles.iter().map(move |tile| (begun, tile))
        })
        .collect();
    let seconds = |span: [Duration; 2]| span.map(|time| time.as_secs_f64());
    // The device's clock begins anywhere; no kernel begins before its tile was handed over.
    let ahead = |(begun, tile): &(f64, &TileTimes)| {
        let computed = tile.computed.map(seconds)?;
        Some(begun + tile.handed.as_secs_f64() - computed[0])
    };
    let offset = tiles.iter().filter_map(ahead).fold(f64::MIN, f64::max);
    let on_host = HOST.iter().map(|(_, span)| {
        let of =
            |(begun, tile): &(f64, &TileTimes)| Some(seconds(span(tile)?).map(|at| begun + at));
        tiles.iter().filter_map(of).collect()
    });
    let on_device = DEVICE.iter().map(|(_, span)| {
        let of = |(_, tile): &(f64, &TileTimes)| Some(seconds(span(tile)?).map(|at| offset + at));
        tiles.iter().filter_map(of).collect()
    });
    on_host.chain(on_device).collect()
}

/// Where a stage was at work, from left to right.
fn drawn(spans: &[[f64; 2]], (from, length): (f64, f64)) -> String {
    let column = |at: f64| ((at - from) / length * WIDTH as f64) as isize;
    let is_in = |at: isize| {
        let mut spans = spans.iter();
        spans.any(|[from, to]| (column(*from)..=column(*to)).contains(&at))
    };
    let mark = |at| if is_in(at) { '#' } else { ' ' };
    (0..WIDTH.cast_signed()).map(mark).collect()
}
