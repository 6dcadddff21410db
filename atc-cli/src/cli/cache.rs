//! `--cache` and `atc cache`: where results are kept, and what is there.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use atc_cli::engine::dataset::Source;
use atc_cli::engine::{
    Cache, CacheStatistics, Engine, Explained, Holdings, Recorded, Scan, digest,
};
use clap::{Args, Subcommand};

use super::args::{Global, ReadArgs, ReportFormat};
use super::exit::{Exit, Misuse};
use super::params::ParamArgs;
use super::{input, output, progress};

/// Where results are kept from run to run.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Cache")]
pub(crate) struct CacheArgs {
    /// A folder, `memory` or `off` [default: `ATC_CACHE`, else the user's cache folder]
    #[arg(long, value_name = "DIR|memory|off")]
    cache: Option<Place>,
    /// Disk it may take, such as 500M or 2G
    #[arg(long, value_name = "SIZE", default_value = "1G")]
    cache_size: Size,
}

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
    Clear(Plain),
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
    #[command(flatten)]
    cache: CacheArgs,
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

/// Where a cache lies.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Folder(PathBuf),
    Memory,
    Off,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "" => Err("give a folder, `memory` or `off`".to_owned()),
            "memory" => Ok(Self::Memory),
            "off" => Ok(Self::Off),
            folder => Ok(Self::Folder(folder.into())),
        }
    }
}

/// A number of bytes, such as `500M`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = match text[digits.len()..].to_ascii_uppercase().as_str() {
            "" | "B" => Some(0),
            "K" | "KB" | "KIB" => Some(10),
            "M" | "MB" | "MIB" => Some(20),
            "G" | "GB" | "GIB" => Some(30),
            "T" | "TB" | "TIB" => Some(40),
            _ => None,
        };
        let number: Option<usize> = digits.parse().ok();
        let bytes = number
            .zip(unit)
            .and_then(|(number, unit)| number.checked_mul(1 << unit));
        let bytes = bytes.filter(|bytes| 1 << 20 <= *bytes);
        bytes
            .map(Self)
            .ok_or_else(|| "give a size of at least 1M, such as 500M or 2G".to_owned())
    }
}

impl CacheArgs {
    /// The place that was chosen: on the command line, else in the environment, else the
    /// platform's folder for caches; in memory if it has none.
    fn place(&self) -> anyhow::Result<Place> {
        if let Some(place) = &self.cache {
            return Ok(place.clone());
        }
        if let Some(chosen) = std::env::var_os("ATC_CACHE").filter(|chosen| !chosen.is_empty()) {
            let place = chosen.to_str().map(Place::from_str);
            return Ok(match place {
                Some(place) => place.map_err(|text| Misuse(format!("ATC_CACHE: {text}")))?,
                None => Place::Folder(chosen.into()),
            });
        }
        let folders = directories::ProjectDirs::from("", "", "atc");
        Ok(folders.map_or(Place::Memory, |folders| {
            Place::Folder(folders.cache_dir().to_owned())
        }))
    }

    /// The folder that was chosen.
    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        match self.place()? {
            Place::Folder(folder) => Ok(folder),
            _ => Err(
                Misuse("there is no cache folder; choose one with `--cache DIR`".to_owned()).into(),
            ),
        }
    }

    /// The cache that was chosen, if it was not switched off.
    pub(crate) fn open(&self, verify: bool, global: &Global) -> anyhow::Result<Option<Arc<Cache>>> {
        let cache = match self.place()? {
            Place::Off => return Ok(None),
            Place::Memory => Cache::in_memory(),
            Place::Folder(folder) => Cache::in_directory(folder),
        };
        let cache = cache.disk_bytes(self.cache_size.0).verify(verify);
        let global = global.clone();
        Ok(Some(Arc::new(cache.on_warning(move |text| {
            output::warn(&global, text);
        }))))
    }
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

/// Runs `atc cache`.
pub(crate) fn run(args: &CacheCommandArgs, global: &Global) -> anyhow::Result<Exit> {
    match &args.what {
        What::Path(plain) => {
            let folder = plain.cache.folder()?.display().to_string();
            show(plain.format, &folder, |folder| folder.clone() + "\n")?;
        }
        What::Stats(plain) => {
            let folder = plain.cache.folder()?;
            let holdings = Cache::holdings(&folder)?;
            show(plain.format, &holdings, |holdings| stats(&folder, holdings))?;
        }
        What::Clear(plain) => {
            Cache::clear(&plain.cache.folder()?)?;
        }
        What::Explain(of) => return explain(of, global),
        What::Verify(of) => return verify(of, global),
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

fn explain(of: &OfInputs, global: &Global) -> anyhow::Result<Exit> {
    let Some(cache) = of.plain.cache.open(false, global)? else {
        return Err(Misuse("the cache is switched off".to_owned()).into());
    };
    let (sources, mut failed) = input::sources(&of.inputs);
    let engine = engine(of, &sources, Some(cache), global)?;
    let mut explained = Vec::new();
    for source in &sources {
        match engine.explain(source, &of.read.request()) {
            Ok(one) => explained.extend(one),
            Err(error) => failed.push(error.into()),
        }
    }
    show(of.plain.format, &explained, |all| {
        all.iter().map(in_words).collect()
    })?;
    output::failures(global, &failed);
    Ok(Exit::of_run(failed.len(), false))
}

fn in_words(explained: &Explained) -> String {
    let recorded = match explained.recorded {
        Recorded::Unchanged => "unchanged, would not be opened",
        Recorded::Racy => "modified just before it was read, would be read again",
        Recorded::Grown => "has grown, what was added would be read",
        Recorded::Changed => "looks different, would be read",
        Recorded::Nothing => "not known, would be read",
        _ => "read each time",
    };
    let mut text = format!("{}: {recorded}\n", explained.input);
    for series in &explained.series {
        let table = if series.in_table {
            "hit: in the table of readings"
        } else {
            "not in the table of readings"
        };
        let _ = writeln!(
            text,
            "  {}: {table}; store {}\n    series {}\n    key    {}",
            series.symbol, series.store, series.fingerprint, series.key
        );
    }
    text
}

fn verify(of: &OfInputs, global: &Global) -> anyhow::Result<Exit> {
    let Some(cache) = of.plain.cache.open(false, global)? else {
        return Err(Misuse("the cache is switched off".to_owned()).into());
    };
    let request = of.read.request();
    let (sources, missing) = input::sources(&of.inputs);
    let cached = engine(of, &sources, Some(Arc::clone(&cache)), global)?;
    let cached = cached.scan(sources.clone(), &request);
    let cold = engine(of, &sources, None, global)?.scan(sources, &request);
    cache.save();
    let differing = differing(&cached, &cold);
    let verdict = Verdict {
        rows: cold.rows.len(),
        failed: cold.failed.len() + missing.len(),
        from_cache: cache.statistics().hits() + cache.statistics().hits_prefix,
        digest: digest(&cold.rows),
        differing,
    };
    show(of.plain.format, &verdict, |verdict| {
        let mut text = format!(
            "{} rows, {} of them from the cache: {} differ\n",
            verdict.rows,
            verdict.from_cache,
            verdict.differing.len()
        );
        for symbol in &verdict.differing {
            let _ = writeln!(text, "  {symbol}");
        }
        text
    })?;
    let failed = input::all_failures(missing, cold.failed, cold.rows.len());
    output::failures(global, &failed);
    Ok(Exit::of_run(failed.len() + verdict.differing.len(), false))
}

/// What a comparison of the cache with a computation found.
#[derive(serde::Serialize)]
struct Verdict {
    rows: usize,
    failed: usize,
    from_cache: u64,
    digest: String,
    differing: Vec<String>,
}

/// The symbols whose rows differ in any bit, or that only one of the scans has.
fn differing(cached: &Scan, cold: &Scan) -> Vec<String> {
    let one = |row| digest(std::slice::from_ref(row));
    let pairs = cached.rows.iter().zip(&cold.rows);
    let differ = pairs.filter(|(ours, theirs)| one(ours) != one(theirs));
    let mut symbols: Vec<String> = differ.map(|(row, _)| row.symbol.clone()).collect();
    let n_common = cached.rows.len().min(cold.rows.len());
    let rest = cached.rows[n_common..].iter().chain(&cold.rows[n_common..]);
    symbols.extend(rest.map(|row| row.symbol.clone()));
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_any_unit() {
        assert_eq!("500M".parse(), Ok(Size(500 << 20)));
        assert_eq!("2gb".parse(), Ok(Size(2 << 30)));
        assert_eq!("1048576".parse(), Ok(Size(1 << 20)));
        for bad in ["", "M", "-1G", "1K", "12Q", "99999999999T"] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
