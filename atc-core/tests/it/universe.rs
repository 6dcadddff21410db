//! A universe: every series as if it were alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use atc_core::{
    Bar, Classifier, Error, Family, Params, Plan, Profile, Reading, Robustness, SymbolId, Universe,
};

use crate::market::{Kind, Rng, closes};

/// A random valid plan with short and long lengths.
fn plan(rng: &mut Rng) -> Arc<Plan> {
    let mut params = Params {
        profile: Profile::ALL[rng.below(3)],
        robustness: Robustness::ALL[rng.below(3)],
        cutout: [0, 0, 1, 70][rng.below(4)],
        strategy: rng.below(2) == 0,
        lambda: rng.unit() * 0.2,
        ..Params::default()
    };
    for family in Family::ALL {
        params.lengths[family] = [8, 9, 28, 28, 50, 83, 120][rng.below(7)];
    }
    Arc::new(Plan::new(params).expect("the parameters are valid"))
}

/// A series of the test: its prices, how many are gone, and its twin outside the universe.
struct Twin {
    prices: Vec<f64>,
    alone: Classifier,
}

/// A bar of made-up prices.
fn bar_of(price: f64) -> Bar {
    Bar::new(price).expect("made-up prices are positive")
}

/// The bits of a reading.
fn bits(reading: Option<Reading>) -> Option<([u64; 13], bool)> {
    let reading = reading?;
    let values = reading.signals.0.iter().chain(&reading.equities.0);
    let mut out = [0; 13];
    for (slot, value) in out.iter_mut().zip(values.chain([&reading.average_signal])) {
        *slot = value.to_bits();
    }
    Some((out, reading.flip))
}

/// One update with some bars missing; all readings are held against the twins.
fn update(universe: &mut Universe, twins: &mut BTreeMap<SymbolId, Twin>, rng: &mut Rng) {
    let mut expected = BTreeMap::new();
    let mut bars = Vec::new();
    for (id, twin) in twins.iter_mut() {
        let price = twin.prices[twin.alone.n_bars() % twin.prices.len()];
        let bar = match rng.below(8) {
            0 => Bar::MISSING,
            _ => bar_of(price),
        };
        bars.push(bar);
        assert_eq!(bits(universe.peek(*id, bar)), bits(twin.alone.peek(bar)));
        if let Some(reading) = twin.alone.update(bar) {
            expected.insert(*id, bits(Some(reading)));
        }
    }
    let mut seen = BTreeMap::new();
    universe.update(&bars, |id, reading| {
        seen.insert(id, bits(Some(reading)));
    });
    assert_eq!(seen, expected);
}

/// Adds a series, new or with a history.
fn add(universe: &mut Universe, twins: &mut BTreeMap<SymbolId, Twin>, rng: &mut Rng) {
    let prices = closes(Kind::ALL[rng.below(6)], rng.bits(), 400);
    let mut alone = Classifier::new(Arc::clone(universe.plan()));
    let id = if rng.below(2) == 0 {
        universe.add()
    } else {
        for price in &prices[..rng.below(300)] {
            alone.update(bar_of(*price));
        }
        universe.insert(alone.clone()).expect("it follows the plan")
    };
    twins.insert(id, Twin { prices, alone });
}

#[test]
fn every_series_of_a_universe_has_the_bits_of_a_classifier_alone() {
    let mut rng = Rng::new(31);
    for _ in 0..10 {
        let plan = plan(&mut rng);
        let mut universe = Universe::new(Arc::clone(&plan));
        let mut twins = BTreeMap::new();
        for _ in 0..200 {
            match rng.below(20) {
                0..3 => add(&mut universe, &mut twins, &mut rng),
                3 if !twins.is_empty() => {
                    let id = *twins.keys().nth(rng.below(twins.len())).unwrap();
                    let removed = universe.remove(id).unwrap();
                    let twin = twins.remove(&id).unwrap();
                    assert_eq!(removed.snapshot(), twin.alone.snapshot());
                    assert!(universe.get(id).is_none());
                }
                4 => {
                    let bytes = universe.snapshot();
                    universe = Universe::restore(Arc::clone(&plan), &bytes).unwrap();
                    assert_eq!(universe.snapshot(), bytes);
                }
                _ => update(&mut universe, &mut twins, &mut rng),
            }
        }
        assert!(universe.ids().eq(twins.keys().copied()));
        for (id, twin) in &twins {
            let classifier = universe.get(*id).unwrap();
            assert_eq!(classifier.snapshot(), twin.alone.snapshot());
            assert_eq!(classifier.last_flip(), twin.alone.last_flip());
        }
    }
}

#[test]
fn closes_move_a_universe_as_bars_do() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let mut universe = Universe::new(Arc::clone(&plan));
    let prices: Vec<Vec<f64>> = (0..5).map(|seed| closes(Kind::Walk, seed, 200)).collect();
    for _ in &prices {
        universe.add();
    }
    let mut twin = universe.clone();
    let (mut of_closes, mut of_bars) = ([0.0; 5], [0.0; 5]);
    for bar in 0..200 {
        let mut row: Vec<f64> = prices.iter().map(|series| series[bar]).collect();
        row[bar % 5] = f64::NAN;
        let bars: Vec<Bar> = row
            .iter()
            .map(|p| Bar::new(*p).unwrap_or(Bar::MISSING))
            .collect();
        universe.update_closes(&row, &mut of_closes).unwrap();
        twin.update_averages(&bars, &mut of_bars);
        assert_eq!(of_closes.map(f64::to_bits), of_bars.map(f64::to_bits));
        assert!(of_closes[bar % 5].is_nan());
    }
    let before = universe.snapshot();
    let refused = universe.update_closes(&[1.0, 2.0, 0.0, 3.0, f64::NAN], &mut of_closes);
    assert_eq!(refused, Err(Error::NotPositive { bar: 2, value: 0.0 }));
    assert_eq!(universe.snapshot(), before);
}

#[test]
fn foreign_classifiers_and_damaged_universes_are_refused() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let other = Params {
        decay: 0.04,
        ..Params::default()
    };
    let other = Arc::new(Plan::new(other).unwrap());
    let mut universe = Universe::new(Arc::clone(&plan));
    let foreign = Classifier::new(Arc::clone(&other));
    assert_eq!(universe.insert(foreign), Err(Error::OtherPlan));
    let id = universe.add();
    universe.update(&[Bar::new(5.0).unwrap()], |_, _| {});
    let bytes = universe.snapshot();
    assert!(Universe::restore(other, &bytes).is_err());
    assert!(Classifier::restore(Arc::clone(&plan), &bytes).is_err());
    for at in (0..bytes.len()).step_by(11) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x20;
        assert!(
            Universe::restore(Arc::clone(&plan), &damaged).is_err(),
            "byte {at}"
        );
        assert!(
            Universe::restore(Arc::clone(&plan), &bytes[..at]).is_err(),
            "cut at {at}"
        );
    }
    let mut restored = Universe::restore(plan, &bytes).unwrap();
    assert_eq!(restored.get(id).unwrap().n_bars(), 1);
    assert!(restored.remove(id).is_some() && restored.add() > id);
}
