//! `atc scan`: one row per symbol.

use std::cmp::Reverse;
use std::io::Write as _;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use anyhow::Context as _;
use atc_cli::engine::dataset::Source;
use atc_cli::engine::sink::AtomicFile;
use atc_cli::engine::{Cache, CacheStatistics, Engine, Failure, Query, Row, Scan, Spent, digest};
use atc_core::{Params, Plan, Trend};

use super::args::{Global, ScanArgs, ScanFormat, Sort};
use super::exit::Exit;
use super::scan_view::{self, Counts};
use super::{cache, compute, input, output, progress};

/// Rows from which on writing them as text is worth a second thread.
const MANY_ROWS: usize = 256;

/// Runs the command.
pub(crate) fn run(args: &ScanArgs, global: &Global) -> anyhow::Result<Exit> {
    let begun = Instant::now();
    let stats = args.stats.as_deref().map(compute::create).transpose()?;
    let cache = global.cache.open(args.trust.get(), global)?;
    let (plan, (sources, missing)) = find(args, cache.as_deref())?;
    if let Some(path) = &args.stats {
        compute::keep_inputs(path, &sources)?;
    }
    let (n_sources, n_inputs) = (sources.len(), sources.len() + missing.len());
    let bar = progress::bar(global, n_sources, "scanning");
    let engine = args.read.engine(plan, &sources, (global, &bar), cache)?;
    // The end of the process gives back thousands of sources at once.
    let sources: ManuallyDrop<Arc<Vec<Source>>> = ManuallyDrop::new(Arc::new(sources));
    let scan = engine.scan(Arc::clone(&sources), &args.read.request());
    bar.finish_and_clear();
    let Scan {
        rows,
        failed,
        is_cancelled,
    } = scan;
    let failed = input::all_failures(missing, failed, rows.len());
    let counts = Counts::of(&rows, failed.len());
    // The end of the process gives back thousands of rows at once.
    let rows = ManuallyDrop::new(rows);
    if let (Some(path), Some(file)) = (&args.stats, stats) {
        let seconds = begun.elapsed().as_secs_f64();
        let stats = Stats {
            counts,
            inputs: n_inputs,
            bars: rows.iter().map(|row| row.n_bars).sum(),
            digest: digest(&rows),
            seconds,
            params: *engine.plan().params(),
            cache: engine.cache().map(|cache| cache.statistics()),
            spent: engine.spent(),
            failures: failed.iter().map(Failed::of).collect(),
        };
        write_stats((path, file), &stats)?;
    }
    let show = || show(args, global, (&rows, counts), engine.plan().warm_up());
    let shown = match engine.cache() {
        // Also if nobody is left to read the rows: they were computed.
        Some(cache) => {
            // What nobody could answer is not asked again by a warming.
            let note = || {
                if !rows.is_empty() {
                    note(args, (cache, &engine));
                }
            };
            let shown = if cache.statistics().has_news() {
                let save = || {
                    note();
                    engine.save_cache();
                };
                args.read.beside(&args.inputs, show, save).0
            } else {
                let shown = show();
                note();
                cache.save();
                shown
            };
            cache::tell(cache, global);
            shown
        }
        None => show(),
    };
    output::spent(global, engine.spent());
    shown?;
    output::failures(global, &failed);
    if is_cancelled {
        output::complain(
            global,
            "interrupted; the rows are what was done until then, run it again for the rest",
        );
    }
    Ok(Exit::of_run(failed.len(), is_cancelled))
}

/// The plan, the inputs that were found and those that were not; reads of the cache what is asked of it next.
fn find(args: &ScanArgs, cache: Option<&Cache>) -> anyhow::Result<(Plan, input::Found)> {
    // Whoever needs it first makes it, and whoever is done first reads what is needed next.
    let plan = OnceLock::new();
    let plan_now = || plan.get_or_init(|| args.params.plan()).as_ref().ok();
    let answers = || {
        if let (Some(cache), Some(plan)) = (cache, plan_now()) {
            cache.foresee_answers(plan);
        }
    };
    let find = || {
        plan_now()?;
        let found = input::sources(&args.inputs, cache.and_then(Cache::folders));
        answers();
        Some(found)
    };
    let foresee = || {
        if let Some(cache) = cache {
            cache.foresee(&args.inputs);
        }
        answers();
    };
    let (found, ()) = args.read.beside(&args.inputs, find, foresee);
    let plan = plan.into_inner().expect("it was made to look for inputs")?;
    Ok((plan, found.unwrap_or_default()))
}

/// Notes what was asked, for warming.
fn note(args: &ScanArgs, (cache, engine): (&Cache, &Engine)) {
    let query = Query::new(&args.inputs, &args.read.request(), *engine.plan().params());
    if let Some(query) = query {
        cache.note_query(&query);
    }
}

fn show(
    args: &ScanArgs,
    global: &Global,
    (rows, counts): (&[Row], Counts),
    warm_up: usize,
) -> anyhow::Result<()> {
    let rows = chosen(args, rows);
    match args.format {
        ScanFormat::Table => {
            let color = global.colors_stdout();
            output::data(&scan_view::tables(&rows, &counts, (warm_up, color)))
        }
        ScanFormat::Json => output::json(&rows),
        ScanFormat::Jsonl => output::json_lines(&rows),
        ScanFormat::Csv => {
            output::data(&scan_view::csv_header())?;
            if rows.len() < MANY_ROWS {
                return output::data(&scan_view::csv(&rows));
            }
            let (head, tail) = rows.split_at(rows.len() / 2);
            let write = |rows| move || scan_view::csv(rows);
            let (head, tail) = args.read.beside(&args.inputs, write(head), write(tail));
            output::data(&head).and_then(|()| output::data(&tail))
        }
        ScanFormat::Markdown => output::data(&scan_view::markdown(&rows)),
    }
}

/// Filtered, sorted, cut to the top.
fn chosen<'a>(args: &ScanArgs, rows: &'a [Row]) -> Vec<&'a Row> {
    let is_shown = args.all || args.format != ScanFormat::Table;
    let is_chosen =
        |row: &&Row| (is_shown || row.trend != Trend::Neutral) && strength(row) >= args.min_signal;
    let mut rows: Vec<&Row> = rows.iter().filter(is_chosen).collect();
    match args.sort {
        Sort::Symbol => rows.sort_by(|a, b| a.symbol.cmp(&b.symbol)),
        Sort::Flip => rows.sort_by_key(|row| row.bars_since_flip.unwrap_or(usize::MAX)),
        Sort::Signal => strongest_first(&mut rows),
    }
    rows.truncate(args.top.unwrap_or(usize::MAX));
    rows
}

pub(crate) fn strongest_first(rows: &mut [&Row]) {
    // Strengths are at least zero: their bits are in their order. They lie far apart, and are looked up once.
    rows.sort_by_cached_key(|row| Reverse(strength(row).to_bits()));
}

/// A signal that is NaN is weaker than any.
fn strength(row: &Row) -> f64 {
    row.average_signal.abs().max(0.0)
}

/// Counts and times of a run.
#[derive(serde::Serialize)]
struct Stats {
    inputs: usize,
    #[serde(flatten)]
    counts: Counts,
    bars: usize,
    /// See [`engine::digest`](atc_cli::engine::digest).
    digest: String,
    seconds: f64,
    params: Params,
    /// What the cache did; `null` without one.
    cache: Option<CacheStatistics>,
    /// Seconds that lanes spent, by what with.
    spent: Spent,
    failures: Vec<Failed>,
}

/// An input that failed, and why.
#[derive(serde::Serialize)]
pub(crate) struct Failed {
    input: String,
    symbol: Option<String>,
    error: String,
}

impl Failed {
    pub(crate) fn of(failure: &Failure) -> Self {
        Self {
            input: failure.input.clone(),
            symbol: failure.symbol.clone(),
            error: failure.to_string(),
        }
    }
}

pub(crate) fn write_stats(
    (path, mut file): (&Path, AtomicFile),
    stats: &impl serde::Serialize,
) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(stats)? + "\n";
    let written = file.write_all(text.as_bytes()).and_then(|()| file.commit());
    let name = path.display().to_string();
    written
        .context("the statistics are lost")
        .map_err(|error| output::unwritable(&name, error))
}
