//! Warm in one process, scan in another: each of these caches is opened anew on the same folder.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use atc_cli::engine::dataset::{Request, discover};
use atc_cli::engine::sink::Format;
use atc_cli::engine::{Budget, Cache, Content, Engine, Labels, Warmed};
use atc_core::{Params, Plan, Preset, Profile};
use atc_parallel::{CancelToken, Executor, Lanes, RayonPool, Sequential, TokioPool};

use super::{Place, Scanned, scan_by};

fn plans() -> Vec<Arc<Plan>> {
    let mut plans = Vec::new();
    for profile in [Profile::Lts, Profile::Pine] {
        for preset in [Preset::Intraday, Preset::Scalping] {
            let params = Params {
                profile,
                ..preset.params()
            };
            plans.push(Arc::new(Plan::new(params).unwrap()));
        }
    }
    plans
}

fn warm(place: &Place, budget: Budget, cancel: &CancelToken) -> (Warmed, Engine) {
    let plans = plans();
    let engine = Engine::builder(Arc::clone(&plans[0]))
        .executor(Sequential::new())
        .cancel_with(cancel)
        .cache(Cache::in_directory(place.cache()))
        .build()
        .unwrap();
    let sources = discover(&[place.data().to_str().unwrap().to_owned()]).sources;
    let warmed = engine.warm(sources, &Request::default(), &plans, budget);
    (warmed, engine)
}

fn scan_on(place: &Place, plan: &Arc<Plan>, executor: Arc<dyn Executor>) -> Scanned {
    let engine = Engine::builder(Arc::clone(plan))
        .executor(executor)
        .cache(Cache::in_directory(place.cache()))
        .build()
        .unwrap();
    scan_by(&engine, &Request::default(), &place.data())
}

fn executors() -> Vec<Arc<dyn Executor>> {
    vec![
        Arc::new(Sequential::new()),
        Arc::new(RayonPool::new(3).unwrap()),
        Arc::new(Lanes::new(3).unwrap()),
        Arc::new(TokioPool::new(3).unwrap()),
    ]
}

#[test]
fn what_was_warmed_hits_wholly_and_is_never_computed_for_every_executor_and_plan() {
    let place = Place::with_series(11, 700);
    let (warmed, engine) = warm(&place, Budget::default(), &CancelToken::new());
    assert_eq!(
        (warmed.n_sources, warmed.n_series, warmed.failed.len()),
        (11, 44, 0)
    );
    let statistics = engine.cache().unwrap().statistics();
    assert_eq!(
        (statistics.sources_opened, statistics.computed),
        (11, 44),
        "each is read once"
    );
    drop(engine);
    for plan in plans() {
        let cold = Engine::builder(Arc::clone(&plan)).build().unwrap();
        let cold = scan_by(&cold, &Request::default(), &place.data());
        for executor in executors() {
            let warm = scan_on(&place, &plan, executor);
            assert_eq!((warm.cache.hits(), warm.cache.lookups()), (11, 11));
            assert_eq!((warm.computed(), warm.opened()), (0, 0));
            assert_eq!(warm.rows, cold.rows);
        }
    }
}

#[test]
fn renamed_symbols_hit_and_show_their_new_names() {
    let place = Place::with_series(3, 700);
    place.scan();
    fs::rename(place.path("s001.csv"), place.path("other.csv")).unwrap();
    let renamed = place.scan();
    assert_eq!((renamed.computed(), renamed.cache.hits()), (0, 3));
    assert_eq!(renamed.rows, place.cold().rows);
    assert!(renamed.rows.iter().any(|row| row.symbol == "other"));
}

#[test]
fn bars_hit_whatever_they_are_written_in() {
    let place = Place::with_series(2, 700);
    place.scan();
    let engine = Engine::builder(Plan::new(Params::default()).unwrap())
        .build()
        .unwrap();
    let sources = discover(&[place.data().to_str().unwrap().to_owned()]).sources;
    for (format, ending) in [
        (Format::Parquet, "parquet"),
        (Format::Arrow, "arrow"),
        (Format::Jsonl, "jsonl"),
    ] {
        for source in &sources {
            let path = place.path(&format!("{}.{ending}", source.symbol()));
            let mut sink = format.sink(fs::File::create(&path).unwrap());
            let one = std::slice::from_ref(source);
            let content = (Content::Average, Labels::AsNeeded);
            engine
                .compute(one, &Request::default(), content, sink.as_mut())
                .unwrap();
            sink.finish().unwrap();
            super::age(&path, 60);
        }
        for source in &sources {
            let name = format!("{}.csv", source.symbol());
            fs::rename(place.path(&name), place.0.path().join(&name)).unwrap();
        }
        let other = place.scan();
        assert_eq!(
            (other.computed(), other.cache.hits(), other.opened()),
            (0, 2, 2),
            "{ending}"
        );
        assert_eq!(place.scan().opened(), 0, "{ending}");
        for source in &sources {
            let name = format!("{}.csv", source.symbol());
            fs::rename(place.0.path().join(&name), place.path(&name)).unwrap();
            fs::remove_file(place.path(&format!("{}.{ending}", source.symbol()))).unwrap();
        }
    }
}

#[test]
fn profiles_and_presets_that_come_to_the_same_share_their_entries() {
    let place = Place::with_series(2, 300);
    place.scan();
    let params = Params {
        profile: Profile::Original,
        ..Params::default()
    };
    // The one switch in which `original` differs, set back.
    let mut same = params;
    same.switches.lsma_at = Some(atc_core::LsmaAt::Newest);
    let request = Request::default();
    assert_eq!(place.scan_with(same, &request).computed(), 0);
    assert_eq!(place.scan_with(params, &request).computed(), 2);
}

#[test]
fn a_warming_that_is_stopped_goes_on_where_it_was() {
    let place = Place::with_series(40, 300);
    let budget = Budget {
        bytes: Some(100_000),
        time: None,
    };
    let (first, engine) = warm(&place, budget, &CancelToken::new());
    assert!(first.is_spent && 0 < first.n_sources && first.n_sources < 40);
    drop(engine);
    let cancel = CancelToken::new();
    cancel.cancel();
    let (none, engine) = warm(&place, Budget::default(), &cancel);
    assert_eq!((none.n_sources, none.is_cancelled), (0, true));
    drop(engine);
    let (rest, engine) = warm(&place, Budget::default(), &CancelToken::new());
    let statistics = engine.cache().unwrap().statistics();
    assert_eq!((rest.n_sources, rest.n_series), (40, 160));
    let expected = 40 - first.n_sources as u64;
    assert_eq!(
        (statistics.sources_opened, statistics.computed),
        (expected, 4 * expected)
    );
    let out_of_time = Budget {
        time: Some(Duration::ZERO),
        bytes: None,
    };
    drop(engine);
    assert!(warm(&place, out_of_time, &CancelToken::new()).0.is_spent);
}

#[test]
fn a_second_process_works_and_says_so_once() {
    let place = Place::with_series(4, 300);
    // The first one holds the store: it has computed something.
    let first = Engine::builder(Plan::new(Params::default()).unwrap())
        .cache(Cache::in_directory(place.cache()))
        .build()
        .unwrap();
    scan_by(&first, &Request::default(), &place.data());
    let told = Arc::new(std::sync::Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let cache = Cache::in_directory(place.cache())
        .on_warning(move |text| telling.lock().unwrap().push(text.to_owned()));
    let params = Preset::Swing.params();
    let second = super::scan(params, &Request::default(), &place.data(), Some(cache));
    let told = told.lock().unwrap().clone();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("another process"), "{told:?}");
    let cold = super::scan(params, &Request::default(), &place.data(), None);
    assert_eq!(second.rows, cold.rows);
    // What it computed is in the tables all the same.
    let third = place.scan_with(params, &Request::default());
    assert_eq!((third.opened(), third.computed()), (0, 0));
}

#[test]
fn damaged_files_of_a_cache_cost_time_and_change_nothing() {
    let place = Place::with_series(3, 300);
    let cold = place.cold().rows;
    place.scan();
    let mut files = vec![place.cache().join("sources"), place.cache().join("ends")];
    for entry in fs::read_dir(place.cache().join("readings")).unwrap() {
        files.push(entry.unwrap().path());
    }
    assert_eq!(files.len(), 3);
    for path in files {
        let good = fs::read(&path).unwrap();
        let mut flipped = good.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        for bad in [&flipped[..], &good[..good.len() / 2], b""] {
            fs::write(&path, bad).unwrap();
            assert_eq!(place.scan().rows, cold, "{}", path.display());
        }
    }
    // As processes leave them that were killed while they saved.
    for draft in ["sources.7.0.tmp", "folders.7.12.tmp"] {
        fs::write(place.cache().join(draft), "").unwrap();
    }
    Cache::clear(&place.cache()).unwrap();
    let left: Vec<_> = fs::read_dir(place.cache()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(place.scan().computed(), 3);
}
