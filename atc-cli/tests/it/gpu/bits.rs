//! Every output has the bits of the processor's, states included.

use std::sync::Arc;

use atc_cli::engine::gpu::OnFault;
use atc_cli::engine::{CpuEvaluator, Evaluate, Output, Wanted};
use atc_core::{Params, Plan};
use atc_gpu::Options;

use super::{bits, gpu, market, params, prices, tile};

const EVERYTHING: [Wanted; 4] = [
    Wanted::Average,
    Wanted::Columns,
    Wanted::Last,
    Wanted::Detail,
];

#[test]
fn every_output_has_the_bits_of_the_processor() {
    let options = Options {
        tile_bytes: Some(300_000),
        ..Options::default()
    };
    let Some(gpu) = gpu(2, &options, OnFault::Fail) else {
        return;
    };
    let cpu = CpuEvaluator::new();
    for seed in 0..10 {
        let plan = Arc::new(Plan::new(params(seed)).unwrap());
        // Some far longer than a tile has bars.
        let of = |s: u64| market(seed * 100 + s, 120 + (s as usize * 137) % 2300);
        let markets: Vec<_> = (0..30).map(of).collect();
        let mut series = prices(&markets);
        // Beside the close one other source, and a price beyond what kernels are given.
        let (halves, tiny) = (vec![0.5; markets[1].len()], vec![1e-200; 120]);
        series[1].source = Some(&halves);
        series[7].close = &tiny;
        for wanted in EVERYTHING {
            let mut tile = tile(&plan, wanted, &series);
            tile.lane = seed as usize;
            let (ours, theirs) = (gpu.evaluate(&tile), cpu.evaluate(&tile));
            assert_eq!(ours.len(), theirs.len());
            for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                let [ours, theirs] = [ours, theirs].map(|o| bits(o.as_ref().unwrap()));
                assert!(ours == theirs, "seed {seed}, series {at}, {wanted:?}");
            }
        }
    }
}

#[test]
fn a_series_that_is_refused_does_not_touch_the_others() {
    let Some(gpu) = gpu(1, &Options::default(), OnFault::Fail) else {
        return;
    };
    let plan = Arc::new(
        Plan::new(Params {
            cutout: 10,
            ..Params::default()
        })
        .unwrap(),
    );
    let mut markets: Vec<_> = (0..4).map(|seed| market(seed * 5, 200)).collect();
    markets[1][50] = 0.0;
    markets[2].truncate(5);
    let series = prices(&markets);
    let tile = tile(&plan, Wanted::Last, &series);
    let (ours, theirs) = (gpu.evaluate(&tile), CpuEvaluator::new().evaluate(&tile));
    for at in [0, 3] {
        assert_eq!(
            bits(ours[at].as_ref().unwrap()),
            bits(theirs[at].as_ref().unwrap())
        );
    }
    for at in [1, 2] {
        let [ours, theirs] = [&ours[at], &theirs[at]].map(|o| o.as_ref().unwrap_err().to_string());
        assert_eq!(ours, theirs);
    }
}

/// Where series stand, with the states to go on from at their ends and at the blocks that are
/// worth one, is what a cache keeps: it must not matter who computed it.
#[test]
fn endings_and_states_are_those_of_the_processor() {
    let Some(gpu) = gpu(2, &Options::default(), OnFault::Fail) else {
        return;
    };
    let cpu = CpuEvaluator::new();
    let mut at_blocks = 0;
    for seed in 0..6 {
        let plan = Arc::new(Plan::new(params(seed)).unwrap());
        // From one bar to beyond several blocks, some with missing bars.
        let of = |s: u64| market(seed * 100 + s, 1 + (s as usize * 457) % 5000);
        let markets: Vec<_> = (0..24).map(of).collect();
        let mut series = prices(&markets);
        let (halves, tiny) = (vec![0.5; markets[1].len()], vec![1e-200; 120]);
        series[1].source = Some(&halves);
        series[7].close = &tiny;
        let mut tile = tile(&plan, Wanted::Last, &series);
        (tile.states, tile.lane) = (true, seed as usize);
        let (ours, theirs) = (gpu.evaluate(&tile), cpu.evaluate(&tile));
        for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
            let (Ok(Output::Last(ours)), Ok(Output::Last(theirs))) = (ours, theirs) else {
                assert!(ours.is_err() && theirs.is_err(), "seed {seed}, series {at}");
                continue;
            };
            assert_eq!(ours, theirs, "seed {seed}, series {at}");
            at_blocks += usize::from(ours.at_block.is_some());
            assert!(ours.state.is_some());
        }
    }
    assert!(at_blocks > 0);
}
