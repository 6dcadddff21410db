//! A warming in the background, and questions asked meanwhile: who waits for whom, counted in tiles.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::{Budget, Cache, CpuEvaluator, Engine, Evaluate, EvaluateError, Output, Tile};
use atc_core::{Params, Plan};
use atc_parallel::Sequential;

use super::Place;

/// Computes only while it is open, and counts the tiles that came.
#[derive(Clone, Debug, Default)]
struct Gate(Arc<Inside>);

#[derive(Debug, Default)]
struct Inside {
    evaluator: CpuEvaluator,
    n_tiles: AtomicUsize,
    is_closed: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn close(&self) {
        *self.0.is_closed.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.0.is_closed.lock().unwrap() = false;
        self.0.opened.notify_all();
    }

    fn n_tiles(&self) -> usize {
        self.0.n_tiles.load(SeqCst)
    }

    fn wait_for(&self, n_tiles: usize) {
        while self.n_tiles() < n_tiles {
            thread::yield_now();
        }
    }
}

impl Evaluate for Gate {
    fn tile_len(&self) -> usize {
        2
    }

    fn version(&self) -> (&'static str, u32) {
        self.0.evaluator.version()
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        self.0.n_tiles.fetch_add(1, SeqCst);
        let closed = self.0.is_closed.lock().unwrap();
        drop(self.0.opened.wait_while(closed, |closed| *closed).unwrap());
        self.0.evaluator.evaluate(tile)
    }
}

/// A cache that knows four files, a warming of sixteen others, and who asks for any of them.
struct Stage {
    place: Place,
    cache: Arc<Cache>,
    plan: Arc<Plan>,
}

impl Stage {
    fn new() -> Self {
        let place = Place::with_series(20, 300);
        let cache = Arc::new(Cache::in_directory(place.cache()));
        let plan = Arc::new(Plan::new(Params::default()).unwrap());
        let stage = Self { place, cache, plan };
        assert_eq!(stage.scan(&Gate::default(), 0..4), 4);
        stage
    }

    fn sources(&self, which: std::ops::Range<usize>) -> Vec<Source> {
        let folder = self.place.data().to_str().unwrap().to_owned();
        discover(&[folder]).sources[which].to_vec()
    }

    /// Scans some files, waited for; how many rows that gave.
    fn scan(&self, gate: &Gate, which: std::ops::Range<usize>) -> usize {
        let engine = Engine::builder(Arc::clone(&self.plan))
            .executor(Sequential::new())
            .evaluator(gate.clone())
            .cache(Arc::clone(&self.cache))
            .build();
        let scan = engine
            .unwrap()
            .scan(self.sources(which), &Request::default());
        scan.rows.len()
    }

    /// Warms sixteen files in the background; how many series that were.
    fn warm(&self, gate: &Gate) -> thread::JoinHandle<usize> {
        let engine = Engine::builder(Arc::clone(&self.plan))
            .evaluator(gate.clone())
            .cache(Arc::clone(&self.cache))
            .in_background()
            .build()
            .unwrap();
        let (sources, plans) = (self.sources(4..20), vec![Arc::clone(&self.plan)]);
        thread::spawn(move || {
            let warmed = engine.warm(sources, &Request::default(), &plans, Budget::default());
            warmed.n_series
        })
    }
}

#[test]
fn a_lookup_waits_for_no_tile_that_a_warming_is_at() {
    let stage = Stage::new();
    let (warm_gate, gate) = (Gate::default(), Gate::default());
    warm_gate.close();
    let warming = stage.warm(&warm_gate);
    warm_gate.wait_for(1);
    // The warming stands still in the middle of a tile; whatever is known is answered all the same, and what is not
    // is computed.
    for _ in 0..100 {
        assert_eq!(stage.scan(&gate, 0..4), 4);
    }
    assert_eq!(gate.n_tiles(), 0);
    assert_eq!(stage.scan(&gate, 18..20), 2);
    assert_eq!((gate.n_tiles(), warm_gate.n_tiles()), (1, 1));
    warm_gate.open();
    assert_eq!(warming.join().unwrap(), 16);
    assert_eq!(
        warm_gate.n_tiles(),
        7,
        "two of the files were known by then"
    );
}

#[test]
fn a_warming_begins_no_tile_while_somebody_asks() {
    let stage = Stage::new();
    let (warm_gate, gate) = (Gate::default(), Gate::default());
    gate.close();
    warm_gate.close();
    let warming = stage.warm(&warm_gate);
    warm_gate.wait_for(1);
    thread::scope(|scope| {
        let asking = scope.spawn(|| stage.scan(&gate, 16..20));
        gate.wait_for(1);
        // Somebody waits for a tile; the warming ends the one it is at, and begins no other.
        warm_gate.open();
        thread::sleep(Duration::from_millis(300));
        assert_eq!(warm_gate.n_tiles(), 1);
        gate.open();
        assert_eq!(asking.join().unwrap(), 4);
    });
    assert_eq!(warming.join().unwrap(), 16);
    assert_eq!(warm_gate.n_tiles(), 6);
}

#[test]
fn what_is_written_for_a_warming_in_the_background_gives_way_too() {
    let stage = Stage::new();
    let gives_way = || format!("{:?}", stage.cache).contains("yield_to_others: true");
    assert!(!gives_way(), "{:?}", stage.cache);
    assert_eq!(stage.warm(&Gate::default()).join().unwrap(), 16);
    assert!(gives_way(), "{:?}", stage.cache);
}

#[test]
fn a_warming_that_gives_way_can_be_cancelled() {
    let stage = Stage::new();
    let gate = Gate::default();
    gate.close();
    let cancel = atc_parallel::CancelToken::new();
    let engine = Engine::builder(Arc::clone(&stage.plan))
        .cache(Arc::clone(&stage.cache))
        .cancel_with(&cancel)
        .in_background()
        .build()
        .unwrap();
    thread::scope(|scope| {
        let asking = scope.spawn(|| stage.scan(&gate, 16..20));
        gate.wait_for(1);
        let plans = [Arc::clone(&stage.plan)];
        let sources = stage.sources(4..16);
        let warming = scope
            .spawn(move || engine.warm(sources, &Request::default(), &plans, Budget::default()));
        cancel.cancel();
        let warmed = warming.join().unwrap();
        assert!(warmed.is_cancelled && warmed.n_series == 0);
        gate.open();
        assert_eq!(asking.join().unwrap(), 4);
    });
}
