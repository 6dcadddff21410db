//! `atc sweep`: where symbols stand under many parameter sets.

mod vary;
mod view;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use atc_cli::engine::{Cache, CacheStatistics, Spent, SweepScan};
use atc_core::{Plan, Sweep};
use clap::{Args, ValueEnum};

use super::args::Global;
use super::cache::TrustArgs;
use super::compute::{create, keep_inputs};
use super::exit::{Exit, Misuse};
use super::gpu::Gpu;
use super::params::{ParamArgs, checked};
use super::reading::{ExecutorName, ReadArgs};
use super::scan::{Failed, write_stats};
use super::{cache, input, output, progress};
use vary::Vary;

/// How robust trends are: every symbol under many parameter sets.
///
/// Every combination of the varied values is a set. Each input is read once, and what sets have in
/// common (averages, crossovers, equities) is computed once; `-v` says how much that was. The
/// table has a row per symbol; the other formats have one per symbol and set. Sweeps are computed
/// on the processor; one that was asked before is answered from the cache.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc sweep examples/candles --vary len=20..40:5 --vary lambda=0.01..0.05:0.01\n  atc sweep data/ --vary profile=lts,pine --vary preset=scalping,intraday,swing --format csv"
)]
pub(crate) struct SweepArgs {
    /// Files, folders, patterns, zip archives, s3:// or http(s):// URLs, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<String>,
    /// A parameter and its values, or a range with both ends; may be given several times. Names as
    /// in parameter files, and `preset`, and `len` for all six lengths
    #[arg(long, required = true, value_name = "NAME=V,..|FROM..TO:STEP")]
    vary: Vec<Vary>,
    /// Only the first N symbols, the most agreed upon first
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    format: SweepFormat,
    /// Writes counts and times of the run as JSON
    #[arg(long, value_name = "FILE.json")]
    stats: Option<PathBuf>,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    params: ParamArgs,
}

/// Form of a sweep's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SweepFormat {
    /// A row per symbol, for people
    Table,
    /// A row per symbol and set
    Csv,
    /// An array of objects
    Json,
    /// An object per line
    Jsonl,
}

/// Counts and times of a run.
#[derive(serde::Serialize)]
struct Stats {
    symbols: usize,
    sets: usize,
    /// Averages that were computed, and what each set alone would compute.
    averages: [usize; 2],
    /// As `averages`: crossovers with their equities.
    lines: [usize; 2],
    digest: String,
    seconds: f64,
    cache: Option<CacheStatistics>,
    spent: Spent,
    failures: Vec<Failed>,
}

/// Runs the command.
pub(crate) fn run(args: &SweepArgs, global: &Global) -> anyhow::Result<Exit> {
    if args.read.executor == ExecutorName::Gpu {
        let text = "sweeps are computed on the processor; choose another executor";
        return Err(Misuse(text.to_owned()).into());
    }
    let sets = vary::sets(&args.params, &args.vary)?;
    let plans = sets.iter().map(|set| checked(set.params).map(Arc::new));
    let plans: Vec<Arc<Plan>> = plans.collect::<anyhow::Result<_>>()?;
    let first = Arc::clone(&plans[0]);
    let sweep = Sweep::new(plans).map_err(|error| Misuse(error.to_string()))?;
    let sweep = Arc::new(sweep);
    tell(global, &sweep);
    let begun = Instant::now();
    let file = args.stats.as_deref().map(create).transpose()?;
    let cache = global.cache.open(args.trust.get(), global)?;
    let folders = cache.as_deref().and_then(Cache::folders);
    let find = || input::sources(&args.inputs, folders);
    let foresee = || cache.as_ref().map(|cache| cache.foresee(&args.inputs));
    let ((sources, missing), _) = input::beside(find, foresee);
    if let Some(path) = &args.stats {
        keep_inputs(path, &sources)?;
    }
    let bar = progress::bar(global, sources.len(), "sweeping");
    let chosen = (first, Gpu::none());
    let engine = args
        .read
        .engine_with(chosen, &sources, (global, &bar), cache)?;
    let scan = engine.sweep(sources, &args.read.request(), &sweep);
    bar.finish_and_clear();
    let digest = args.stats.as_ref().map(|_| scan.digest());
    let SweepScan {
        mut symbols,
        failed,
        is_cancelled,
    } = scan;
    let failed = input::all_failures(missing, failed, symbols.len());
    if let (Some(path), Some(file), Some(digest)) = (&args.stats, file, digest) {
        let shared = sweep.shared();
        let stats = Stats {
            symbols: symbols.len(),
            sets: sets.len(),
            averages: [shared.averages, shared.averages_alone],
            lines: [shared.lines, shared.lines_alone],
            digest,
            seconds: begun.elapsed().as_secs_f64(),
            cache: engine.cache().map(|cache| cache.statistics()),
            spent: engine.spent(),
            failures: failed.iter().map(Failed::of).collect(),
        };
        write_stats((path, file), &stats)?;
    }
    view::sort(&mut symbols);
    symbols.truncate(args.top.unwrap_or(usize::MAX));
    let of = view::Swept {
        vary: &args.vary,
        sets: &sets,
        symbols: &symbols,
    };
    let shown = match args.format {
        SweepFormat::Table => output::data(&of.table(global.colors_stdout())),
        SweepFormat::Csv => output::data(&of.csv()),
        SweepFormat::Json => output::json(&of.records()),
        SweepFormat::Jsonl => output::json_lines(&of.records()),
    };
    // Also if nobody is left to read the rows: they were computed.
    if let Some(cache) = engine.cache() {
        cache::keep(cache, global);
    }
    output::spent(global, engine.spent());
    shown?;
    output::failures(global, &failed);
    if is_cancelled {
        output::complain(
            global,
            "interrupted; the symbols are those that were done until then",
        );
    }
    Ok(Exit::of_run(failed.len(), is_cancelled))
}

/// Says what is computed, and what the sets share.
fn tell(global: &Global, sweep: &Sweep) {
    let shared = sweep.shared();
    let text = format!(
        "{} parameter sets: {} of {} averages are unique, {} of {} crossovers with their equities",
        sweep.plans().len(),
        shared.averages,
        shared.averages_alone,
        shared.lines,
        shared.lines_alone,
    );
    output::note(global, &text);
}
