//! The cache under the engine: it hits, it is right, and it opens nothing it need not.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod across;
mod bits;
#[cfg(feature = "cli")]
mod command;
mod folders;
mod growth;
mod law;
mod meaning;
mod memory;
mod polite;
mod sources;
mod swept;
#[cfg(feature = "cli")]
mod warming;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use atc_cli::engine::dataset::{Finder, Request};
use atc_cli::engine::{Cache, CacheStatistics, Engine, Row, digest};
use atc_core::{Params, Plan};
use atc_parallel::Sequential;
use tempfile::TempDir;

/// Numbers that look random and are not.
#[derive(Clone, Copy, Debug)]
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A walk of `n` closes.
fn walk(seed: u64, n: usize) -> Vec<f64> {
    let mut rng = Rng(seed);
    let mut close = 100.0;
    let step = |_| {
        close *= 1.0 + (rng.unit() - 0.5) * 0.04;
        close
    };
    (0..n).map(step).collect()
}

/// Bars as CSV with daily times; hlc follow from the close.
fn csv(closes: &[f64]) -> String {
    let mut text = "time,open,high,low,close,volume\n".to_owned();
    for (bar, close) in closes.iter().enumerate() {
        text += &row(bar, *close);
    }
    text
}

fn row(bar: usize, close: f64) -> String {
    let time = 1_600_000_000 + 86_400 * bar;
    let (high, low) = (close * 1.01, close * 0.99);
    format!("{time},{close},{high},{low},{close},{bar}\n")
}

/// A folder of inputs beside a folder for a cache.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.data()).unwrap();
        place
    }

    /// With `n` series of `n_bars` bars in CSV.
    fn with_series(n: u64, n_bars: usize) -> Self {
        let place = Self::new();
        for seed in 0..n {
            place.write(&format!("s{seed:03}.csv"), csv(&walk(seed, n_bars)));
        }
        place
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn cache(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }

    /// Writes an input that has been there for a while.
    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
        age(&self.path(name), 60);
    }

    /// Scans all inputs with a cache of its own on the shared folder, as another process would.
    fn scan(&self) -> Scanned {
        self.scan_with(Params::default(), &Request::default())
    }

    fn scan_with(&self, params: Params, request: &Request) -> Scanned {
        let cache = Cache::in_directory(self.cache()).on_warning(|text| panic!("{text}"));
        scan(params, request, &self.data(), Some(cache))
    }

    /// What a scan without a cache says.
    fn cold(&self) -> Scanned {
        scan(Params::default(), &Request::default(), &self.data(), None)
    }
}

/// What a scan said, and what the cache did for it.
#[derive(Debug)]
struct Scanned {
    rows: Vec<Row>,
    failed: Vec<String>,
    cache: CacheStatistics,
}

impl Scanned {
    fn digest(&self) -> String {
        digest(&self.rows)
    }

    /// Series that were computed from their first bar.
    fn computed(&self) -> u64 {
        self.cache.computed
    }

    fn opened(&self) -> u64 {
        self.cache.sources_opened
    }
}

fn scan(params: Params, request: &Request, data: &Path, cache: Option<Cache>) -> Scanned {
    let mut builder = Engine::builder(Plan::new(params).unwrap()).executor(Sequential::new());
    let cache = cache.map(Arc::new);
    if let Some(cache) = &cache {
        builder = builder.cache(Arc::clone(cache));
    }
    scan_by(&builder.build().unwrap(), request, data)
}

fn scan_by(engine: &Engine, request: &Request, data: &Path) -> Scanned {
    let mut finder = Finder::default();
    if let Some(folders) = engine.cache().and_then(|cache| cache.folders()) {
        finder = finder.folders(folders);
    }
    let found = finder.find(&[data.to_str().unwrap().to_owned()]);
    assert!(found.failed.is_empty(), "{:?}", found.failed);
    let scan = engine.scan(found.sources, request);
    let statistics = engine.cache().map(|cache| {
        cache.save();
        cache.statistics()
    });
    Scanned {
        rows: scan.rows,
        failed: scan.failed.iter().map(ToString::to_string).collect(),
        cache: statistics.unwrap_or_default(),
    }
}

/// Makes a file look as if it had been written so many seconds ago.
fn age(path: &Path, seconds: u64) {
    let then = SystemTime::now() - Duration::from_secs(seconds);
    set_time(path, then);
}

fn set_time(path: &Path, time: SystemTime) {
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(time).unwrap();
}
