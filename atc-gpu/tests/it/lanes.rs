//! Several lanes at once, and lanes of single precision.

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use atc_core::{Params, Plan};
use atc_gpu::{Columns, DeviceKind, Error, Lanes, Options, Precision, Series, twin};

use crate::compare::{differing, differing_values};
use crate::gpu;
use crate::market::closes;
use crate::program::{growth_of, program_of};

#[test]
fn lanes_at_work_together_give_the_same_bits() {
    if gpu::lane(Options::default()).is_none() {
        return;
    }
    let plan = Plan::new(Params::default()).unwrap();
    let (program, growth) = (program_of(&plan), growth_of(&plan, 400));
    for n in [1, 2, 4] {
        let lanes = Lanes::open(n, &Options::default()).unwrap();
        assert_eq!(lanes.n_lanes(), n);
        thread::scope(|scope| {
            for lane in 0..n {
                let (lanes, plan, program, growth) = (&lanes, &plan, &program, &growth);
                scope.spawn(move || {
                    // Twice: buffers are used again.
                    for round in 0..2 {
                        let of = |s| closes((lane * 100 + round * 10 + s) as u64, 400 - 30 * round);
                        let markets: Vec<Vec<f64>> = (0..10).map(of).collect();
                        let series: Vec<_> = markets.iter().map(|c| Series::of(c)).collect();
                        let ours = lanes
                            .with(lane, |lane| lane.columns(program, growth, &series))
                            .unwrap();
                        for (ours, close) in ours.iter().zip(&markets) {
                            let theirs = atc_core::classify(plan, close, None).unwrap();
                            assert_eq!(differing(ours, &theirs), 0, "{n} lanes");
                        }
                    }
                });
            }
        });
    }
}

/// The lanes of a software driver that have tiles on it at once: two, whatever their number.
#[test]
fn a_software_driver_has_tiles_of_two_lanes_at_once() {
    const LANES: usize = 4;
    if gpu::lane(Options::default()).is_none() {
        return;
    }
    let lanes = Lanes::open(LANES, &Options::default()).unwrap();
    let plan = Plan::new(Params::default()).unwrap();
    let (program, growth) = (program_of(&plan), growth_of(&plan, 400));
    let close = closes(7, 400);
    let series = vec![Series::of(&close); 128];
    let start = Barrier::new(LANES);
    // From when to when the device had a tile of a lane for certain: handed to it, not yet come back.
    let at_work = |lane: usize| -> Vec<[Instant; 2]> {
        start.wait();
        let run = |_| {
            lanes.with(lane, |lane| {
                lane.last(&program, &growth, &series).unwrap();
                let timeline = lane.timeline();
                let from = timeline.tiles.first().unwrap().handed;
                let to = timeline.tiles.last().unwrap().awaited[1];
                [from, to].map(|at| timeline.begun + at)
            })
        };
        (0..5).map(run).collect()
    };
    let at_work = &at_work;
    let spans: Vec<[Instant; 2]> = thread::scope(|scope| {
        let threads: Vec<_> = (0..LANES)
            .map(|lane| scope.spawn(move || at_work(lane)))
            .collect();
        let joined = threads.into_iter().flat_map(thread::ScopedJoinHandle::join);
        joined.flatten().collect()
    });
    assert_eq!(spans.len(), 5 * LANES);
    let at = |when: Instant| {
        spans
            .iter()
            .filter(|[a, b]| *a <= when && when < *b)
            .count()
    };
    let most = spans.iter().map(|[from, _]| at(*from)).max();
    if lanes.with(0, |lane| lane.device().kind) == DeviceKind::Software {
        assert_eq!(most, Some(2));
    }
}

/// More lanes fail, each with a tile on the device, than may have one there at once.
#[test]
fn lanes_that_fail_do_not_keep_others_waiting() {
    let options = Options {
        timeout: Duration::ZERO,
        ..Options::default()
    };
    if gpu::lane(options.clone()).is_none() {
        return;
    }
    let lanes = Arc::new(Lanes::open(5, &options).unwrap());
    let (sender, answers) = channel();
    for lane in 0..lanes.n_lanes() {
        let (lanes, sender) = (Arc::clone(&lanes), sender.clone());
        thread::spawn(move || {
            let plan = Plan::new(Params::default()).unwrap();
            let close = closes(1, 300);
            let (program, growth) = (program_of(&plan), growth_of(&plan, 300));
            let series = [Series::of(&close)];
            sender.send(lanes.with(lane, |lane| lane.last(&program, &growth, &series)))
        });
    }
    for _ in 0..lanes.n_lanes() {
        let answer = answers.recv_timeout(Duration::from_mins(1));
        let answer = answer.expect("a lane waits for a turn that never comes");
        assert!(matches!(answer, Err(Error::Timeout { .. })), "{answer:?}");
    }
}

#[test]
fn a_timeline_tells_every_tile_once_and_in_order() {
    let options = Options {
        tile_bytes: Some(100_000),
        ..Options::default()
    };
    let Some(mut lane) = gpu::lane(options) else {
        return;
    };
    let plan = Plan::new(Params::default()).unwrap();
    let close = closes(3, 2000);
    let growth = growth_of(&plan, 2000);
    for n_series in [1, 40] {
        let series = vec![Series::of(&close); n_series];
        lane.last(&program_of(&plan), &growth, &series).unwrap();
        let tiles = &lane.timeline().tiles;
        let bars: usize = tiles.iter().map(|tile| tile.bars).sum();
        assert_eq!(bars, 2000 * n_series);
        for tile in tiles {
            let [asked, come] = tile.awaited;
            assert!(tile.prepared.is_sorted());
            let stages = [tile.uploaded, tile.computed, tile.downloaded];
            assert!(stages.iter().flatten().flatten().is_sorted());
            assert!(tile.prepared[1] <= tile.handed && tile.handed <= come);
            assert!(asked <= come && come <= tile.placed);
        }
        assert!(tiles.is_sorted_by_key(|tile| tile.placed));
    }
}

/// In single precision a kernel is compared with its twin of single precision. A
/// hardware driver may fuse operations there, and then some decision may be another.
#[test]
fn single_precision_is_that_of_the_twin() {
    let options = Options {
        precision: Precision::F32,
        ..Options::default()
    };
    let Some(mut lane) = gpu::lane(options) else {
        return;
    };
    let plan = Plan::new(Params::default()).unwrap();
    let program = program_of(&plan);
    let growth = growth_of(&plan, 500);
    let markets: Vec<Vec<f64>> = (0..50).map(|seed| closes(seed * 5, 500)).collect();
    let series: Vec<Series<'_>> = markets.iter().map(|c| Series::of(c)).collect();
    let ours: Vec<Columns> = lane.columns(&program, &growth, &series).unwrap();
    let mut differing = 0;
    for (ours, series) in ours.iter().zip(&series) {
        let theirs = twin::columns(&program, Precision::F32, &growth, *series).unwrap();
        differing += differing_values(&ours.average, &theirs.average);
    }
    let n_values = 50 * 500;
    let allowed = match lane.device().kind {
        DeviceKind::Software => 0,
        _ => n_values / 20,
    };
    assert!(differing <= allowed, "{differing} of {n_values}");
}
