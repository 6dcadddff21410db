//! What an executor costs: jobs that do nothing.
//!
//! `cargo bench -p atc-bench --bench executors`; items are jobs. Allocations are those of the whole run:
//! a handful for ten thousand jobs means none per job.

use std::sync::Arc;

use atc_parallel::{Control, Executor, ExecutorExt, Lanes, RayonPool, Sequential, TokioPool};
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const N_JOBS: usize = 10_000;
const NAMES: [&str; 4] = ["sequential", "rayon", "lanes", "async"];

fn main() {
    divan::main();
}

/// An executor with a lane per core.
fn executor(name: &str) -> Box<dyn Executor> {
    let started = "the system gives a few threads";
    match name {
        "sequential" => Box::new(Sequential::new()),
        "rayon" => Box::new(RayonPool::new(0).expect(started)),
        "lanes" => Box::new(Lanes::new(0).expect(started)),
        "async" => Box::new(TokioPool::new(0).expect(started)),
        other => unreachable!("no executor is called {other}"),
    }
}

/// Jobs without a result.
#[divan::bench(args = NAMES)]
fn run(bencher: Bencher<'_, '_>, name: &str) {
    let executor = executor(name);
    bencher
        .counter(ItemsCount::new(N_JOBS))
        .bench_local(|| executor.run(N_JOBS, Arc::new(|_| ()), &Control::new()));
}

/// Jobs with a result each, collected in their order.
#[divan::bench(args = NAMES)]
fn map(bencher: Bencher<'_, '_>, name: &str) {
    let executor = executor(name);
    bencher
        .counter(ItemsCount::new(N_JOBS))
        .bench_local(|| executor.map(N_JOBS, |slot| slot.job));
}
