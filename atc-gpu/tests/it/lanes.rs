//! Several lanes at once, and lanes of single precision.

use std::thread;

use atc_core::{Params, Plan};
use atc_gpu::{Columns, DeviceKind, Lanes, Options, Precision, Series, twin};

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
            assert!(tile.prepared[1] <= come && asked <= come && come <= tile.placed);
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
