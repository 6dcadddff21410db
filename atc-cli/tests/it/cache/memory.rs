//! Series in memory: known by their numbers alone.

use atc_cli::engine::{Cache, Ending, Engine, Prices};
use atc_core::{Gaps, Params, Plan};

use super::walk;

fn engine(params: Params, cache: Option<Cache>) -> Engine {
    let builder = Engine::builder(Plan::new(params).unwrap());
    match cache {
        Some(cache) => builder.cache(cache),
        None => builder,
    }
    .build()
    .unwrap()
}

fn endings(engine: &Engine, market: &[Vec<f64>]) -> Vec<Ending> {
    let prices: Vec<Prices<'_>> = market
        .iter()
        .map(|close| Prices {
            close,
            source: None,
        })
        .collect();
    let endings = engine.endings(&prices).into_iter();
    endings.map(Result::unwrap).collect()
}

#[test]
fn an_appended_bar_is_all_that_is_computed_of_500_series_of_5000_bars() {
    let engine = engine(Params::default(), Some(Cache::in_memory()));
    let full: Vec<Vec<f64>> = (0..500).map(|seed| walk(seed, 5001)).collect();
    let yesterday: Vec<Vec<f64>> = full.iter().map(|close| close[..5000].to_vec()).collect();
    endings(&engine, &yesterday);
    let before = engine.cache().unwrap().statistics();
    let today = endings(&engine, &full);
    let after = engine.cache().unwrap().statistics();
    assert_eq!(after.hits_prefix - before.hits_prefix, 500);
    assert_eq!(after.bars_computed - before.bars_computed, 500);
    assert_eq!(
        today,
        endings(&super::memory::engine(Params::default(), None), &full)
    );
}

#[test]
fn short_series_are_continued_each_from_its_own_end() {
    let engine = engine(Params::default(), Some(Cache::in_memory()));
    let full: Vec<Vec<f64>> = (0..40).map(|seed| walk(seed, 901)).collect();
    let yesterday: Vec<Vec<f64>> = full.iter().map(|close| close[..900].to_vec()).collect();
    endings(&engine, &yesterday);
    let before = engine.cache().unwrap().statistics();
    let today = endings(&engine, &full);
    let after = engine.cache().unwrap().statistics();
    assert_eq!(after.hits_prefix - before.hits_prefix, 40);
    assert_eq!(after.bars_computed - before.bars_computed, 40);
    assert_eq!(
        today,
        endings(&super::memory::engine(Params::default(), None), &full)
    );
}

#[test]
fn a_changed_old_bar_is_computed_from_the_last_block_before_it() {
    let engine = engine(Params::default(), Some(Cache::in_memory()));
    let mut close = walk(3, 5000);
    endings(&engine, std::slice::from_ref(&close));
    close[4500] *= 1.01;
    let before = engine.cache().unwrap().statistics().bars_computed;
    let changed = endings(&engine, std::slice::from_ref(&close));
    let after = engine.cache().unwrap().statistics().bars_computed;
    assert_eq!(after - before, 5000 - 4096);
    let cold = endings(&super::memory::engine(Params::default(), None), &[close]);
    assert_eq!(changed, cold);
}

#[test]
fn missing_bars_at_any_place_give_the_same_with_and_without_a_cache() {
    let params = Params {
        gaps: Gaps::Skip,
        ..Params::default()
    };
    let engine = engine(params, Some(Cache::in_memory()));
    let cold = super::memory::engine(params, None);
    let mut close = walk(9, 4200);
    for gap in [0, 5, 4095, 4096, 4150] {
        close[gap] = f64::NAN;
    }
    for end in [4096, 4097, 4100, 4150, 4151, 4200] {
        let series = [close[..end].to_vec()];
        assert_eq!(endings(&engine, &series), endings(&cold, &series), "{end}");
    }
    assert!(2 < engine.cache().unwrap().statistics().hits_prefix);
}

#[test]
fn a_state_of_no_use_is_not_used() {
    // A cutout that only the whole series exceeds: its beginning was refused, not stored.
    let params = Params {
        cutout: 250,
        ..Params::default()
    };
    let engine = engine(params, Some(Cache::in_memory()));
    let close = walk(4, 400);
    let prices = |n: usize| Prices {
        close: &close[..n],
        source: None,
    };
    assert!(engine.endings(&[prices(200)])[0].is_err());
    let ending = engine.endings(&[prices(400)]).remove(0).unwrap();
    let cold = super::memory::engine(params, None);
    assert_eq!(ending, cold.endings(&[prices(400)]).remove(0).unwrap());
    assert_eq!(engine.cache().unwrap().statistics().refused, 1);
}
