//! The kernel and nothing else, for a profiler.

use std::hint::black_box;

use anyhow::Context;
use atc_bench::market::Workload;
use atc_core::{Columns, Isa, Params, Plan, Series, Workspace};

use super::args::{KernelArgs, OutputKind};
use super::print;

/// Computes a market on this thread, as often as it is asked to.
pub(crate) fn run(args: &KernelArgs) -> anyhow::Result<()> {
    let workload = Workload::new(args.series, args.bars);
    let plan = Plan::new(Params::default())?;
    let market = workload.market(1);
    let checked = market.iter().map(|close| Series::new(&plan, close, None));
    let series: Vec<Series<'_>> = checked.collect::<Result<_, _>>()?;
    let isa = args.isa.unwrap_or_else(Isa::detect);
    let mut workspace = Workspace::with_isa(plan.clone(), isa)
        .with_context(|| format!("this processor or build does not have {isa}"))?;

    let mut averages = vec![vec![0.0; args.bars]; args.series];
    let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
    let mut columns = vec![Columns::default(); args.series];
    for _ in 0..args.repeat {
        match args.output {
            OutputKind::Average => workspace.averages(black_box(&series), &mut out),
            OutputKind::Columns => workspace.columns(black_box(&series), &mut columns),
            OutputKind::Last => workspace.last(black_box(&series), |_, last| {
                black_box(last.reading());
            }),
        }
    }
    let bars = args.repeat * workload.total_bars();
    print(&format!("{bars} bar-symbols on {isa}\n"))
}
