//! What comes down of a series is all that the definition needs to go on from it.

use std::cell::RefCell;
use std::sync::Arc;

use atc_core::{Carry, Classifier, FamilyCarry, Flip, Params, PerFamily, Plan, Trend};
use atc_gpu::{Ending, Lane, Options, Series};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::gpu;
use crate::market::{closes, params};
use crate::program::{growth_of, program_of};

/// What a lane says, in the terms of the definition.
fn carry_of(ending: &Ending) -> Carry {
    let reading = ending.reading.as_ref();
    let flip = reading.and_then(|reading| reading.last_flip);
    Carry {
        families: PerFamily(ending.families.map(|family| FamilyCarry {
            recursive: family.recursive,
            second: family.second,
            sides: family.sides,
            equities: family.equities,
            layer2: family.layer2,
        })),
        average: ending.average,
        shown: reading.map(|reading| reading.average),
        last_flip: flip.map(|flip| Flip {
            bar: flip.bar,
            trend: if flip.is_long {
                Trend::Long
            } else {
                Trend::Short
            },
        }),
    }
}

/// The state of the definition after the bars of a series.
fn snapshot(plan: &Arc<Plan>, (close, source): (&[f64], &[f64])) -> Vec<u8> {
    let mut classifier = Classifier::new(Arc::clone(plan));
    for (close, source) in close.iter().zip(source) {
        let bar = atc_core::Bar::with_source(*close, *source).expect("markets are valid");
        classifier.update(bar);
    }
    classifier.snapshot().into_bytes()
}

/// The first series whose state is another, if there is one, with its bars.
fn differing(lane: &mut Lane, params: Params, markets: &[Vec<f64>]) -> Option<(usize, usize)> {
    let plan = Arc::new(Plan::new(params).expect("parameters are valid"));
    let longest = markets.iter().map(Vec::len).max().expect("some market");
    let growth = growth_of(&plan, longest);
    let halves: Vec<Vec<f64>> = markets
        .iter()
        .map(|close| close.iter().map(|c| c * 0.75 + 1.0).collect())
        .collect();
    // Every third has a source of its own.
    let series: Vec<Series<'_>> = (0..)
        .zip(markets.iter().zip(&halves))
        .map(|(at, (close, half))| Series {
            close,
            source: (at % 3 == 0).then_some(half),
        })
        .collect();
    let marks: Vec<Option<usize>> = (0..)
        .zip(markets)
        .map(|(at, close)| (at % 4 > 0).then_some(1 + at * 7919 % close.len()))
        .collect();
    let endings = lane
        .endings(&program_of(&plan), &growth, (&series, &marks))
        .expect("the device computes");
    for (at, (series, [end, kept])) in series.iter().zip(&endings).enumerate() {
        assert_eq!(kept.is_some(), marks[at].is_some());
        let stops = [(end, Some(series.close.len())), (kept, marks[at])];
        for (ending, bars) in stops {
            let (Some(ending), Some(bars)) = (ending, bars) else {
                continue;
            };
            let source = series.source.unwrap_or(series.close);
            let seen = (&series.close[..bars], &source[..bars]);
            let ours = Classifier::carried_on(Arc::clone(&plan), seen, &carry_of(ending));
            if ours.snapshot().into_bytes() != snapshot(&plan, seen) {
                return Some((at, bars));
            }
        }
    }
    None
}

/// Series of all ages from one bar on, in small tiles: marks lie in any of them.
#[test]
fn states_have_the_bytes_of_the_definition() {
    let options = Options {
        tile_bytes: Some(200_000),
        ..Options::default()
    };
    let Some(lane) = gpu::lane(options) else {
        return;
    };
    let lane = RefCell::new(lane);
    let mut runner = TestRunner::new(Config {
        cases: 25,
        max_shrink_iters: 20,
        failure_persistence: None,
        ..Config::default()
    });
    let result = runner.run(&(any::<u32>(), params(60)), |(seed, params)| {
        let of = |s: usize| closes(u64::from(seed) + s as u64, 1 + s * s * 11 % 900);
        let markets: Vec<Vec<f64>> = (0..60).map(of).collect();
        prop_assert_eq!(differing(&mut lane.borrow_mut(), params, &markets), None);
        Ok(())
    });
    result.unwrap();
}

/// Long outer averages of Hull averages keep sums of their own. A series goes on from where its
/// state was kept, each from another bar, and a launch must not be longer for it than drivers
/// allow.
#[test]
fn states_of_long_lengths_have_the_bytes_of_the_definition() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    for (length, hma) in [(28, 28), (14, 100), (300, 30), (100, 900), (3000, 63)] {
        let mut lengths = PerFamily::splat(length);
        lengths[atc_core::Family::Hma] = hma;
        let params = Params {
            lengths,
            ..Params::default()
        };
        let markets: Vec<Vec<f64>> = (0..12)
            .map(|s| closes(s * 7, 25_000 + 37 * s as usize))
            .collect();
        assert_eq!(
            differing(&mut lane, params, &markets),
            None,
            "{length}, {hma}"
        );
    }
}

#[test]
fn nothing_stands_before_the_first_bar_or_behind_the_last() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    let plan = Plan::new(Params::default()).unwrap();
    let close = closes(1, 100);
    let series = [Series::of(&[]), Series::of(&close), Series::of(&close)];
    let marks = [Some(1), Some(0), Some(101)];
    let growth = growth_of(&plan, 100);
    let endings = lane
        .endings(&program_of(&plan), &growth, (&series, &marks))
        .unwrap();
    let present = endings.iter().map(|ending| ending.map(|e| e.is_some()));
    assert_eq!(
        present.collect::<Vec<_>>(),
        [[false, false], [true, false], [true, false]]
    );
}
