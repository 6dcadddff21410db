//! Kernels give the bits of the definition, on whatever device there is.

use std::cell::Cell;
use std::thread;

use atc_core::{Family, Params, PerFamily, Plan};
use atc_gpu::{Columns, Lane, Lanes, Options, Reading, Series};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::compare::{differing, differing_values, flip_of};
use crate::gpu;
use crate::market::{closes, params};
use crate::program::{growth_of, program_of};

/// What the definition says of each series.
fn expected(plan: &Plan, markets: &[Vec<f64>]) -> Vec<atc_core::Columns> {
    let classify =
        |close: &Vec<f64>| atc_core::classify(plan, close, None).expect("markets are valid");
    markets.iter().map(classify).collect()
}

/// The longest of the series.
fn longest(markets: &[Vec<f64>]) -> usize {
    markets.iter().map(Vec::len).max().expect("some market")
}

/// What a lane says of each series.
fn computed(lane: &mut Lane, plan: &Plan, markets: &[Vec<f64>]) -> Vec<Columns> {
    let growth = growth_of(plan, longest(markets));
    let series: Vec<Series<'_>> = markets.iter().map(|c| Series::of(c)).collect();
    lane.columns(&program_of(plan), &growth, &series)
        .expect("the device computes")
}

/// Values in which a lane and the definition differ, over all columns.
fn check(lane: &mut Lane, params: Params, markets: &[Vec<f64>]) -> usize {
    let plan = Plan::new(params).expect("parameters are valid");
    let ours = computed(lane, &plan, markets);
    let pairs = ours.iter().zip(expected(&plan, markets));
    pairs.map(|(ours, theirs)| differing(ours, &theirs)).sum()
}

#[test]
fn defaults_give_the_same_bits() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let markets: Vec<Vec<f64>> = (0..100).map(|seed| closes(seed, 500)).collect();
    assert_eq!(check(&mut lane, Params::default(), &markets), 0);
}

/// Series that are computed with the same parameters.
const SERIES: usize = 20;

/// Pairs of a series and parameters: as many as `ATC_GPU_PAIRS` says, or 2,000.
fn n_pairs() -> usize {
    let number = std::env::var("ATC_GPU_PAIRS").ok();
    number.map_or(2_000, |n| n.parse().expect("ATC_GPU_PAIRS is a number"))
}

/// Values in which lanes and the definition differ, each lane with a share of the series, all
/// at once.
fn check_on(lanes: &Lanes, n_lanes: usize, params: Params, markets: &[Vec<f64>]) -> usize {
    let on_lane =
        |(at, share): (usize, &[Vec<f64>])| lanes.with(at, |lane| check(lane, params, share));
    let shares = markets.chunks(markets.len().div_ceil(n_lanes)).enumerate();
    thread::scope(|scope| {
        let workers: Vec<_> = shares
            .map(|share| scope.spawn(move || on_lane(share)))
            .collect();
        let differing = workers
            .into_iter()
            .map(|worker| worker.join().expect("a share is checked"));
        differing.sum()
    })
}

/// In turns on 1, 2 and 4 lanes; series of different lengths, in small tiles: several in time,
/// several over the series.
#[test]
fn random_series_and_parameters_give_the_same_bits() {
    let options = Options {
        tile_bytes: Some(200_000),
        ..Options::default()
    };
    if gpu::lane(options.clone()).is_none() {
        return;
    }
    let lanes = Lanes::open(4, &options).expect("a device that opens once opens again");
    let case = Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: n_pairs().div_ceil(SERIES) as u32,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let cases = (any::<u32>(), params(60));
    let result = runner.run(&cases, |(seed, params)| {
        let of = |s: u64| closes(u64::from(seed) + s, 60 + (s as usize * 137) % 900);
        let markets: Vec<Vec<f64>> = (0..SERIES as u64).map(of).collect();
        let n_lanes = 1 << (case.get() % 3);
        case.set(case.get() + 1);
        let differing = check_on(&lanes, n_lanes, params, &markets);
        prop_assert_eq!(differing, 0, "on {} lanes", n_lanes);
        Ok(())
    });
    result.unwrap();
}

/// Drivers end loops that they find too long: a series that is alone must not
/// become one tile of any length.
#[test]
fn long_series_give_the_same_bits() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    for (length, hma) in [(28, 28), (14, 100), (300, 30), (100, 900), (2000, 5000)] {
        let mut lengths = PerFamily::splat(length);
        lengths[Family::Hma] = hma;
        let params = Params {
            lengths,
            ..Params::default()
        };
        let markets: Vec<Vec<f64>> = (0..3).map(|seed| closes(seed * 7, 40_000)).collect();
        let differing = check(&mut lane, params, &markets);
        assert_eq!(differing, 0, "lengths {length}, hma {hma}");
    }
}

#[test]
fn averages_alone_are_those_of_the_columns() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let plan = Plan::new(Params {
        cutout: 20,
        strategy: true,
        ..Params::default()
    })
    .unwrap();
    let markets: Vec<Vec<f64>> = (0..70).map(|s| closes(s, 100 + s as usize)).collect();
    let growth = growth_of(&plan, longest(&markets));
    let series: Vec<Series<'_>> = markets.iter().map(|c| Series::of(c)).collect();
    let mut out: Vec<Vec<f64>> = markets.iter().map(|c| vec![0.0; c.len()]).collect();
    let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
    lane.averages(&program_of(&plan), &growth, &series, &mut slots)
        .unwrap();
    for (ours, theirs) in out.iter().zip(expected(&plan, &markets)) {
        assert_eq!(differing_values(ours, &theirs.average_signal), 0);
    }
}

#[test]
fn last_readings_are_the_last_row_of_the_columns() {
    let options = Options {
        tile_bytes: Some(100_000),
        ..Options::default()
    };
    let Some(mut lane) = gpu::lane(options) else {
        return;
    };
    for (cutout, strategy) in [(0, false), (0, true), (257, true), (300, false)] {
        let plan = Plan::new(Params {
            cutout,
            strategy,
            ..Params::default()
        })
        .unwrap();
        // Some end where a tile begins, some where the cutout lies.
        let markets: Vec<Vec<f64>> = (0..120).map(|s| closes(s, 200 + s as usize * 5)).collect();
        let growth = growth_of(&plan, longest(&markets));
        let series: Vec<Series<'_>> = markets.iter().map(|c| Series::of(c)).collect();
        let program = program_of(&plan);
        let columns = lane.columns(&program, &growth, &series).unwrap();
        let last = lane.last(&program, &growth, &series).unwrap();
        for (last, columns) in last.iter().zip(&columns) {
            let end = columns.average.len() - 1;
            let expected = (cutout <= end).then(|| Reading {
                signals: columns.signals.each_ref().map(|column| column[end]),
                equities: columns.equities.each_ref().map(|column| column[end]),
                average: columns.average[end],
                last_flip: flip_of(&plan, &columns.average),
            });
            assert_eq!(*last, expected, "{} bars, cutout {cutout}", end + 1);
        }
    }
}

#[test]
fn sources_other_than_the_close_give_the_same_bits() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let plan = Plan::new(Params::default()).unwrap();
    let close = closes(7, 400);
    let source: Vec<f64> = close.iter().map(|c| c * 0.75 + 1.0).collect();
    let series = Series {
        close: &close,
        source: Some(&source),
    };
    let growth = growth_of(&plan, 400);
    // Beside it one without: each is followed by its own.
    let both = [series, Series::of(&close)];
    let ours = lane.columns(&program_of(&plan), &growth, &both).unwrap();
    for (ours, source) in ours.iter().zip([Some(&source[..]), None]) {
        let theirs = atc_core::classify(&plan, &close, source).unwrap();
        assert_eq!(differing(ours, &theirs), 0);
    }
}
