//! Executors change how long a run takes, and never a bit of it.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::sink::Format;
use atc_cli::engine::{Content, Engine, EngineBuilder, Labels, digest};
use atc_core::{Params, Plan};
use atc_parallel::{Lanes, RayonPool, Sequential, TokioPool};

/// Inputs whose every bar is compared; of the others, the last one.
const WHOLE: usize = 40;

/// A size that the environment may raise: `ATC_SERIES=5000 ATC_RUNS=50` is what a release is held to.
fn size(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// Walks of 1 to 700 bars, some of them much longer than their neighbours.
fn market(folder: &Path, n_series: usize) -> Vec<Source> {
    let mut random = Random(n_series as u64);
    for series in 0..n_series {
        let n_bars = match random.below(8) {
            0 => 1 + random.below(40),
            1 => 600 + random.below(100),
            _ => 40 + random.below(200),
        };
        let (mut text, mut price) = ("time,close\n".to_owned(), 100.0);
        for bar in 0..n_bars {
            price *= 0.98 + 0.04 * (random.below(1001) as f64 / 1000.0);
            writeln!(text, "{},{price:.4}", 1_704_067_200 + 3_600 * bar).unwrap();
        }
        fs::write(folder.join(format!("S{series:05}.csv")), text).unwrap();
    }
    discover(&[folder.to_str().unwrap().to_owned()]).sources
}

/// The digest of a scan of all sources, and every bar of the first of them as text.
fn results(engine: EngineBuilder, sources: &[Source]) -> (String, Vec<u8>) {
    let engine = engine.build().unwrap();
    let scan = engine.scan(sources.to_vec(), &Request::default());
    assert!(scan.failed.is_empty(), "{:?}", scan.failed);
    assert_eq!(scan.rows.len(), sources.len());
    let mut text = Vec::new();
    {
        let mut sink = Format::Csv.sink(&mut text);
        let first = &sources[..sources.len().min(WHOLE)];
        let what = (Content::All, Labels::Symbol);
        let computed = engine.compute(first, &Request::default(), what, sink.as_mut());
        assert_eq!(computed.unwrap().n_symbols, first.len());
        sink.finish().unwrap();
    }
    (digest(&scan.rows), text)
}

#[test]
fn every_executor_gives_the_same_bits_with_any_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let sources = market(folder.path(), size("ATC_SERIES", 300));
    let builder = || Engine::builder(Plan::new(Params::default()).unwrap());
    let expected = results(builder().executor(Sequential::new()), &sources);
    let seed = size("ATC_SEED", 1);
    let mut random = Random(seed as u64);
    for run in 0..size("ATC_RUNS", 6) {
        for kind in ["rayon", "lanes", "tokio", "overlapping"] {
            let (jobs, in_flight) = (1 + random.below(9), 1 + random.below(100));
            let engine = match kind {
                "rayon" => builder().executor(RayonPool::new(jobs).unwrap()),
                "lanes" => builder().executor(Lanes::new(jobs).unwrap()),
                "tokio" => builder().executor(TokioPool::new(jobs).unwrap()),
                _ => {
                    let pool = TokioPool::new(jobs).unwrap();
                    builder()
                        .overlap_reads(pool.handle(), in_flight)
                        .executor(pool)
                }
            };
            let got = results(engine, &sources);
            let setting = format!("seed {seed}, run {run}, {kind} x {jobs}, {in_flight} in flight");
            assert_eq!(got.0, expected.0, "{setting}");
            assert!(got.1 == expected.1, "bars differ: {setting}");
        }
    }
}
