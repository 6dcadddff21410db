//! One series, bar by bar: update, peek, snapshot, restore.
//!
//! `cargo bench -p atc-bench --bench stream`; `update` feeds a thousand bars, so its nanoseconds per bar
//! are its microseconds here.

use atc_bench::market::Workload;
use atc_core::{Bar, Classifier, Params, Plan};
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

/// Bars that warm every average up.
const WARM_UP: usize = 500;

fn main() {
    divan::main();
}

/// A classifier with a history, and the next `n` bars.
fn warm(n: usize) -> (Classifier, Vec<Bar>) {
    let market = Workload::new(1, WARM_UP + n).market(1);
    let bar = |close: &f64| Bar::new(*close).expect("made-up closes are sound");
    let (past, next) = market[0].split_at(WARM_UP);
    let mut classifier = Classifier::new(plan());
    past.iter().map(bar).for_each(|bar| {
        classifier.update(bar);
    });
    (classifier, next.iter().map(bar).collect())
}

fn plan() -> Plan {
    Plan::new(Params::default()).expect("the defaults are valid")
}

/// A thousand closed bars.
#[divan::bench]
fn update(bencher: Bencher<'_, '_>) {
    let (classifier, bars) = warm(1_000);
    bencher
        .counter(ItemsCount::new(bars.len()))
        .with_inputs(|| classifier.clone())
        .bench_local_refs(|classifier| {
            for bar in &bars {
                black_box(classifier.update(*bar));
            }
        });
}

/// One bar that is still forming.
#[divan::bench]
fn peek(bencher: Bencher<'_, '_>) {
    let (classifier, bars) = warm(1);
    bencher.bench_local(|| classifier.peek(black_box(bars[0])));
}

/// The state to bytes.
#[divan::bench]
fn snapshot(bencher: Bencher<'_, '_>) {
    let (classifier, _) = warm(0);
    bencher.bench_local(|| classifier.snapshot());
}

/// Bytes back to the state.
#[divan::bench]
fn restore(bencher: Bencher<'_, '_>) {
    let (classifier, _) = warm(0);
    let (plan, snapshot) = (classifier.plan().clone(), classifier.snapshot());
    bencher.bench_local(|| Classifier::restore(plan.clone(), black_box(snapshot.as_bytes())));
}
