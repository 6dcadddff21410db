//! A universe: one bar of every symbol, and all of it to bytes and back.
//!
//! `cargo bench -p atc-bench --bench universe`; items are symbols.

use atc_bench::universe::{bars, warm};
use atc_core::Universe;
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const N_SYMBOLS: &[usize] = &[100, 10_000];

/// Updates that take turns, so that no bar repeats the one before.
const ROUNDS: usize = 16;

fn main() {
    divan::main();
}

/// One bar for all, average signals out.
#[divan::bench(args = N_SYMBOLS)]
fn averages(bencher: Bencher<'_, '_>, n: usize) {
    let (mut universe, closes) = warm(n, ROUNDS).expect("made-up closes are sound");
    let (mut out, mut round) = (vec![0.0; n], 0);
    bencher.counter(ItemsCount::new(n)).bench_local(|| {
        round += 1;
        universe.update_closes(black_box(&closes[round % ROUNDS]), &mut out)
    });
}

/// One bar for all, whole readings out.
#[divan::bench(args = N_SYMBOLS)]
fn readings(bencher: Bencher<'_, '_>, n: usize) {
    let (mut universe, closes) = warm(n, ROUNDS).expect("made-up closes are sound");
    let next: Vec<_> = closes.iter().map(|closes| bars(closes)).collect();
    let next: Result<Vec<_>, _> = next.into_iter().collect();
    let (next, mut round) = (next.expect("made-up closes are sound"), 0);
    bencher.counter(ItemsCount::new(n)).bench_local(|| {
        round += 1;
        universe.update(&next[round % ROUNDS], |_, reading| {
            black_box(reading);
        });
    });
}

/// All of it to bytes.
#[divan::bench(args = N_SYMBOLS)]
fn snapshot(bencher: Bencher<'_, '_>, n: usize) {
    let (universe, _) = warm(n, 0).expect("made-up closes are sound");
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| universe.snapshot());
}

/// Bytes back to all of it.
#[divan::bench(args = N_SYMBOLS)]
fn restore(bencher: Bencher<'_, '_>, n: usize) {
    let (universe, _) = warm(n, 0).expect("made-up closes are sound");
    let (plan, bytes) = (universe.plan().clone(), universe.snapshot());
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| Universe::restore(plan.clone(), black_box(&bytes)));
}
