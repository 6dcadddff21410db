//! Sweeps through the cache: asked again, they are found; whatever has changed is noticed.

use std::sync::Arc;

use atc_cli::engine::dataset::{Request, discover};
use atc_cli::engine::{Cache, CacheStatistics, Engine, SweepScan};
use atc_core::{Params, Plan, Sweep};
use atc_parallel::{Executor, Lanes, RayonPool, Sequential};

use super::{Place, age, csv, walk};

fn sweep_of(decays: &[f64]) -> Arc<Sweep> {
    let plan = |decay: &f64| {
        Plan::new(Params {
            decay: *decay,
            ..Params::default()
        })
        .unwrap()
    };
    Arc::new(Sweep::new(decays.iter().map(plan)).unwrap())
}

fn run(place: &Place, decays: &[f64], cache: Option<Cache>) -> (SweepScan, CacheStatistics) {
    run_on(place, decays, cache, Arc::new(Sequential::new()))
}

fn run_on(
    place: &Place,
    decays: &[f64],
    cache: Option<Cache>,
    executor: Arc<dyn Executor>,
) -> (SweepScan, CacheStatistics) {
    let sweep = sweep_of(decays);
    let mut builder = Engine::builder(Arc::clone(&sweep.plans()[0])).executor(executor);
    if let Some(cache) = cache {
        builder = builder.cache(cache);
    }
    let engine = builder.build().unwrap();
    let sources = discover(&[place.data().to_str().unwrap().to_owned()]).sources;
    let scan = engine.sweep(sources, &Request::default(), &sweep);
    let statistics = engine.cache().map(|cache| {
        cache.save();
        cache.statistics()
    });
    (scan, statistics.unwrap_or_default())
}

/// With a cache of its own on the shared folder, as another process would; says what a sweep without one says.
fn cached(place: &Place, decays: &[f64]) -> CacheStatistics {
    let cache = Cache::in_directory(place.cache()).on_warning(|text| panic!("{text}"));
    let (found, statistics) = run(place, decays, Some(cache));
    let (cold, _) = run(place, decays, None);
    assert_eq!(found.symbols, cold.symbols);
    let words =
        |scan: &SweepScan| -> Vec<String> { scan.failed.iter().map(ToString::to_string).collect() };
    assert_eq!(words(&found), words(&cold));
    statistics
}

const DECAYS: [f64; 4] = [0.0, 0.03, 0.05, 0.1];

#[test]
fn a_sweep_that_is_asked_again_opens_nothing_and_computes_nothing() {
    let place = Place::with_series(7, 400);
    let first = cached(&place, &DECAYS);
    assert_eq!((first.sources_opened, first.computed), (7, 7));
    let again = cached(&place, &DECAYS);
    assert_eq!((again.sources_opened, again.computed), (0, 0));
    assert_eq!((again.sources_unchanged, again.hits()), (7, 7));
    let (cold, _) = run(&place, &DECAYS, None);
    let executors: [Arc<dyn Executor>; 2] = [
        Arc::new(RayonPool::new(3).unwrap()),
        Arc::new(Lanes::new(3).unwrap()),
    ];
    for executor in executors {
        let cache = Cache::in_directory(place.cache());
        let (found, statistics) = run_on(&place, &DECAYS, Some(cache), executor);
        assert_eq!((found.digest(), statistics.computed), (cold.digest(), 0));
    }
}

#[test]
fn other_sets_are_other_questions_and_a_scan_is_one_of_its_own() {
    let place = Place::with_series(3, 400);
    cached(&place, &DECAYS);
    assert_eq!(cached(&place, &DECAYS[..3]).computed, 3);
    let scan = place.scan();
    assert_eq!((scan.opened(), scan.computed()), (3, 3));
    assert_eq!(scan.rows, place.cold().rows);
    // What it learnt of the files is what the sweeps know.
    assert_eq!(cached(&place, &DECAYS).sources_opened, 0);
}

#[test]
fn what_was_touched_renamed_appended_to_or_changed_is_noticed() {
    let place = Place::with_series(4, 400);
    cached(&place, &DECAYS);
    age(&place.path("s000.csv"), 30);
    std::fs::rename(place.path("s001.csv"), place.path("renamed.csv")).unwrap();
    let moved = cached(&place, &DECAYS);
    assert_eq!((moved.sources_opened, moved.computed), (2, 0));
    place.write("s002.csv", csv(&walk(2, 401)));
    let mut closes = walk(3, 400);
    closes[100] *= 1.5;
    place.write("s003.csv", csv(&closes));
    let changed = cached(&place, &DECAYS);
    assert_eq!((changed.sources_opened, changed.computed), (2, 2));
    // A scan that goes on from a state names a series by how it came there; the sweep finds it all the same.
    place.scan();
    place.write("s002.csv", csv(&walk(2, 402)));
    assert_eq!(place.scan().cache.sources_grown, 1);
    assert_eq!(cached(&place, &DECAYS).computed, 1);
    let again = cached(&place, &DECAYS);
    assert_eq!((again.sources_opened, again.computed), (0, 0));
}

#[test]
fn inputs_that_fail_fail_again() {
    let place = Place::with_series(2, 400);
    place.write("bad.csv", "close\n1\n-1\n");
    for _ in 0..3 {
        cached(&place, &DECAYS);
    }
}
