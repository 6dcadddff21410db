//! Runs that are cancelled leave nothing behind.
#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::sink::{AtomicFile, Format};
use atc_cli::engine::{Content, Engine, EngineBuilder, Labels};
use atc_core::{Params, Plan};
use atc_parallel::{CancelToken, Lanes, RayonPool, Sequential, TokioPool};

const ALONE: &str = "ATC_TEST_ALONE";
const NAME: &str = "cancel::a_cancelled_run_leaves_no_thread_no_descriptor_and_no_file";
const CANCELLATIONS: u64 = 200;
const SOURCES: usize = 10_000;

fn count(folder: impl AsRef<Path>) -> usize {
    fs::read_dir(folder).unwrap().count()
}

/// Threads and file descriptors of this process.
fn held() -> (usize, usize) {
    (count("/proc/self/task"), count("/proc/self/fd"))
}

/// The executors in turn, each started for one run.
fn executor(turn: u64, engine: EngineBuilder) -> EngineBuilder {
    match turn % 4 {
        0 => engine.executor(Sequential::new()),
        1 => engine.executor(RayonPool::new(2).unwrap()),
        2 => engine.executor(Lanes::new(3).unwrap()),
        _ => {
            let pool = TokioPool::new(2).unwrap();
            engine.overlap_reads(pool.handle(), 8).executor(pool)
        }
    }
}

/// Computes all sources into a file, and is cancelled on the way.
fn cancelled(turn: u64, sources: &[Source], folder: &Path) {
    let cancel = CancelToken::new();
    let builder = Engine::builder(Plan::new(Params::default()).unwrap()).cancel_with(&cancel);
    let engine = executor(turn, builder).build().unwrap();
    // Moments from the first tile to some hundred later, spread without a pattern.
    let moment = Duration::from_micros(turn.wrapping_mul(7919) % 12_000);
    let canceller = thread::spawn(move || {
        thread::sleep(moment);
        cancel.cancel();
    });
    let mut file = AtomicFile::create(&folder.join("out.csv")).unwrap();
    let computed = {
        let mut sink = Format::Csv.sink(&mut file);
        let what = (Content::Average, Labels::Symbol);
        engine.compute(sources, &Request::default(), what, sink.as_mut())
    };
    canceller.join().unwrap();
    let computed = computed.unwrap();
    assert!(
        computed.is_cancelled,
        "turn {turn}: {} symbols",
        computed.n_symbols
    );
    assert!(computed.failed.is_empty(), "turn {turn}");
    assert_eq!(computed.n_bars, 120 * computed.n_symbols, "turn {turn}");
}

/// Threads and descriptors are counted by process and other tests have some, so this runs itself in a
/// process alone.
#[test]
fn a_cancelled_run_leaves_no_thread_no_descriptor_and_no_file() {
    if std::env::var_os(ALONE).is_none() {
        let room = tempfile::tempdir().unwrap();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME])
            .env(ALONE, "1")
            .env("TMPDIR", room.path())
            .status();
        assert!(
            status.unwrap().success(),
            "see the output of the inner test above"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("walk.csv");
    let rows = (0..120).map(|bar| format!("{},{}\n", bar + 1, 100 + bar * 31 % 17));
    fs::write(&input, format!("time,close\n{}", rows.collect::<String>())).unwrap();
    let found = discover(&[input.to_str().unwrap().to_owned()]);
    let sources = vec![found.sources[0].clone(); SOURCES];
    let temporary = std::env::temp_dir();
    // What is started once and kept is started by the first run of each executor.
    (0..4).for_each(|turn| cancelled(turn, &sources, folder.path()));
    let (before, files) = (held(), count(&temporary));
    (0..CANCELLATIONS).for_each(|turn| cancelled(turn, &sources, folder.path()));
    // A thread that has ended is listed for a moment longer.
    for _ in 0..200 {
        if held() <= before {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(held(), before, "threads and descriptors");
    assert_eq!(count(folder.path()), 1, "the input alone");
    assert_eq!(count(&temporary), files, "temporary files");
}
