//! Series side by side through the kernel, on one thread, by instruction set.
//!
//! `cargo bench -p atc-bench --bench kernel`; items are bars of one series, so items per second compare.
//! A row without allocations below it made none: outputs and workspace are there before it begins.

use atc_bench::market::Workload;
use atc_core::{Columns, Isa, Params, Plan, Series, Workspace};
use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const WORKLOAD: Workload = Workload::new(64, 2_000);

fn main() {
    divan::main();
}

/// Times `compute` on a workspace that has been used once.
fn bench(
    bencher: Bencher<'_, '_>,
    isa: Isa,
    mut compute: impl FnMut(&mut Workspace, &[Series<'_>]),
) {
    let plan = Plan::new(Params::default()).expect("the defaults are valid");
    let market = WORKLOAD.market(1);
    let series: Vec<Series<'_>> = market
        .iter()
        .map(|close| Series::new(&plan, close, None).expect("made-up closes are sound"))
        .collect();
    let mut workspace = Workspace::with_isa(plan, isa).expect("rows are of available sets");
    compute(&mut workspace, &series);
    bencher
        .counter(ItemsCount::new(WORKLOAD.total_bars()))
        .bench_local(|| compute(&mut workspace, black_box(&series)));
}

/// The average signal of every bar.
#[divan::bench(args = Isa::available())]
fn averages(bencher: Bencher<'_, '_>, isa: Isa) {
    let mut values = vec![vec![0.0; WORKLOAD.n_bars]; WORKLOAD.n_series];
    let mut out: Vec<&mut [f64]> = values.iter_mut().map(Vec::as_mut_slice).collect();
    bench(bencher, isa, |workspace, series| {
        workspace.averages(series, &mut out);
    });
}

/// The 13 columns of every bar.
#[divan::bench(args = Isa::available())]
fn columns(bencher: Bencher<'_, '_>, isa: Isa) {
    let mut out = vec![Columns::default(); WORKLOAD.n_series];
    bench(bencher, isa, |workspace, series| {
        workspace.columns(series, &mut out);
    });
}

/// The last reading of every series.
#[divan::bench(args = Isa::available())]
fn last(bencher: Bencher<'_, '_>, isa: Isa) {
    bench(bencher, isa, |workspace, series| {
        workspace.last(series, |_, last| {
            black_box(last.reading());
        });
    });
}
