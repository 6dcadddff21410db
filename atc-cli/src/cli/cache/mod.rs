//! `--cache` and `atc cache`: where results are kept, and what is there.

mod explain;
mod place;
mod verify;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use atc_cli::engine::dataset::Source;
use atc_cli::engine::{Cache, CacheStatistics, Engine, Holdings};
use clap::{Args, Subcommand};

use super::args::{Global, ReportFormat};
use super::exit::Exit;
use super::params::ParamArgs;
use super::reading::ReadArgs;
use super::{output, progress};

pub(crate) use self::place::{CacheArgs, Size, TrustArgs};

/// What a cache holds, and why something hits or misses.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc cache stats\n  atc cache explain examples/candles/AAPL.csv --preset swing\n  atc cache clear"
)]
pub(crate) struct CacheCommandArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Debug, Subcommand)]
enum What {
    /// Where it lies
    Path(Plain),
    /// What it holds
    Stats(Plain),
    /// Removes all of it
    Clear,
    /// Why inputs hit or miss under some parameters
    Explain(OfInputs),
    /// Computes inputs anew and compares every bit with what the cache says
    Verify(OfInputs),
}

#[derive(Clone, Debug, Args)]
struct Plain {
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    format: ReportFormat,
}

#[derive(Clone, Debug, Args)]
struct OfInputs {
    /// Files, folders, patterns or zip archives
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<String>,
    #[command(flatten)]
    plain: Plain,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    params: ParamArgs,
}

/// The page of effectiveness that `-v` shows after a run.
pub(crate) fn effectiveness(cache: &Cache) -> String {
    let CacheStatistics {
        sources_unchanged,
        sources_opened,
        sources_grown,
        hits_table,
        hits_memory,
        hits_recent,
        hits_disk,
        hits_prefix,
        computed,
        refused,
        bars_saved,
        bars_computed,
        computing_nanos,
        kept,
        kept_bytes,
        store,
        ..
    } = cache.statistics();
    let place = cache.directory();
    let place = place.map_or("in memory".to_owned(), |place| place.display().to_string());
    let milliseconds = computing_nanos as f64 / 1e6;
    let mut page = format!(
        "cache {place}\n  sources  {sources_unchanged} unchanged and not opened, {sources_opened} opened, {sources_grown} of them only where they had grown\n  series   {hits_table} found in tables, {hits_memory} in memory, {} on disk; {hits_prefix} continued, {computed} computed, {refused} refused\n  bars     {bars_saved} saved, {bars_computed} computed in {milliseconds:.1} ms\n",
        hits_recent + hits_disk,
    );
    let _ = match store {
        None => writeln!(page, "  store    not opened, there was no need"),
        Some(store) => writeln!(
            page,
            "  store    {kept} entries of {} KB kept, {} written, {} were there",
            kept_bytes >> 10,
            store.written,
            store.already_present,
        ),
    };
    page
}

/// Keeps what is new for the next run, and says with `-v` what the cache did for this one.
pub(crate) fn keep(cache: &Arc<Cache>, global: &Global) {
    cache.save();
    tell(cache, global);
}

/// Says with `-v` what a cache that was saved did for this run.
///
/// The end of the process does the rest of closing it, and faster.
pub(crate) fn tell(cache: &Arc<Cache>, global: &Global) {
    if 0 < global.verbose {
        output::say(effectiveness(cache).trim_end());
    }
    std::mem::forget(Arc::clone(cache));
}

/// Runs `atc cache`.
pub(crate) fn run(args: &CacheCommandArgs, global: &Global) -> anyhow::Result<Exit> {
    match &args.what {
        What::Path(plain) => {
            let folder = global.cache.folder()?.display().to_string();
            show(plain.format, &folder, |folder| folder.clone() + "\n")?;
        }
        What::Stats(plain) => {
            let folder = global.cache.folder()?;
            let holdings = Cache::holdings(&folder);
            let holdings =
                holdings.with_context(|| format!("{}: cannot be read", folder.display()))?;
            show(plain.format, &holdings, |holdings| stats(&folder, holdings))?;
        }
        What::Clear => {
            Cache::clear(&global.cache.folder()?)?;
        }
        What::Explain(of) => return explain::explain(of, global),
        What::Verify(of) => return verify::verify(of, global),
    }
    Ok(Exit::Done)
}

fn show<T: serde::Serialize>(
    format: ReportFormat,
    value: &T,
    table: impl Fn(&T) -> String,
) -> anyhow::Result<()> {
    match format {
        ReportFormat::Table => output::data(&table(value)),
        ReportFormat::Json => output::json(value),
    }
}

fn stats(folder: &Path, holdings: &Holdings) -> String {
    format!(
        "cache {}\n  sources    {} known without opening them\n  questions  {} with a table of readings, {} KB with the index\n  store      {} KB on disk\n  journal    {} queries\n",
        folder.display(),
        holdings.sources,
        holdings.questions,
        holdings.table_bytes >> 10,
        holdings.store_bytes >> 10,
        holdings.queries,
    )
}

fn engine(
    of: &OfInputs,
    sources: &[Source],
    cache: Option<Arc<Cache>>,
    global: &Global,
) -> anyhow::Result<Engine> {
    let bar = progress::bar(global, 0, "");
    of.read
        .engine(of.params.plan()?, sources, (global, &bar), cache)
}
