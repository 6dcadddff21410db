//! One long series on one thread: no neighbours to share a register with.
//!
//! `cargo bench -p atc-bench --bench long`; items are bars.

use atc_bench::market::Workload;
use atc_core::{Columns, Params, Plan, Series, Workspace};
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const N_BARS: &[usize] = &[2_000, 1_000_000];

fn main() {
    divan::main();
}

/// Times `compute` on a workspace that has been used once.
fn bench(
    bencher: Bencher<'_, '_>,
    n_bars: usize,
    mut compute: impl FnMut(&mut Workspace, &[Series<'_>]),
) {
    let plan = Plan::new(Params::default()).expect("the defaults are valid");
    let market = Workload::new(1, n_bars).market(1);
    let series = [Series::new(&plan, &market[0], None).expect("made-up closes are sound")];
    let mut workspace = Workspace::new(plan);
    compute(&mut workspace, &series);
    bencher
        .counter(ItemsCount::new(n_bars))
        .bench_local(|| compute(&mut workspace, black_box(&series)));
}

/// The average signal of every bar.
#[divan::bench(args = N_BARS)]
fn averages(bencher: Bencher<'_, '_>, n_bars: usize) {
    let mut values = vec![0.0; n_bars];
    bench(bencher, n_bars, |workspace, series| {
        workspace.averages(series, &mut [&mut values]);
    });
}

/// The 13 columns of every bar.
#[divan::bench(args = N_BARS)]
fn columns(bencher: Bencher<'_, '_>, n_bars: usize) {
    let mut out = [Columns::default()];
    bench(bencher, n_bars, |workspace, series| {
        workspace.columns(series, &mut out);
    });
}
