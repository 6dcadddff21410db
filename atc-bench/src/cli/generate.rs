//! Made-up markets as files.

use atc_bench::generate::shards;
use atc_bench::market::Workload;

use super::args::GenerateArgs;
use super::say;

/// Writes the files.
pub(crate) fn run(args: &GenerateArgs) -> anyhow::Result<()> {
    let market = Workload::new(args.series, args.bars);
    shards(market, args.seed, (&args.folder, args.shards), |n_done| {
        if n_done.is_multiple_of(10) || n_done == args.shards {
            say(&format!("{n_done} of {} files", args.shards));
        }
    })?;
    Ok(())
}
