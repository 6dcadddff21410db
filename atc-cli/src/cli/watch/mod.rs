//! `atc watch`: what turns, as bars come.

mod feed;
mod view;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use atc_cli::engine::{Event, Look, Row};
use atc_core::Trend;
use atc_parallel::CancelToken;
use clap::{Args, ValueEnum};

use super::args::Global;
use super::cache::TrustArgs;
use super::exit::{Exit, Misuse};
use super::params::ParamArgs;
use super::reading::{ReadArgs, at_least_one};
use super::scan::strongest_first;
use super::scan_view::{self, Counts};
use super::span::Span;
use super::{input, interrupt, output, progress};

/// About the longest time between Ctrl-C and its effect.
const NAP: Duration = Duration::from_millis(50);

/// Which symbols turn, as bars come: a line for each.
///
/// Shows where every symbol stands, as a scan does, and looks again and again at inputs that
/// others append to or replace; new files in a folder are found too. A line says which symbol
/// turned long, short or neutral, from what, and at which bar. Nothing is opened that has not
/// changed, and nothing is said of a row that is half written. Ctrl-C ends it.
///
/// With -, bars come from standard input, a line each: CSV with a header or without, or JSON
/// objects. What they change is said at once. They go on from the bars of the other inputs, which
/// are read once; a bar with the time of the last one takes its place, as one that still forms.
///
/// It remembers in memory, up to `--cache-size`, and leaves the cache folder to others.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc watch examples/candles\n  atc watch data/ --append-only --every 200ms\n  collector | atc watch data/ - --format jsonl | jq -r 'select(.event == \"turn\") | .symbol'"
)]
pub(crate) struct WatchArgs {
    /// Files, folders, patterns, zip archives, s3:// or http(s):// URLs, and - for standard
    /// input
    #[arg(required = true, value_name = "PATH")]
    inputs: Vec<String>,
    /// Time from one look to the next, such as 200ms or 1m
    #[arg(long, value_name = "TIME", default_value = "1s")]
    every: Span,
    /// Say what every new bar changes, turn or not
    #[arg(long)]
    bars: bool,
    /// End after N looks
    #[arg(long, value_name = "N", value_parser = at_least_one)]
    looks: Option<usize>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    format: WatchFormat,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    params: ParamArgs,
}

/// Form of a watch's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum WatchFormat {
    /// The tables of a scan, then a line per event, for people
    Table,
    /// One object per event, of `start` at first
    Jsonl,
    /// One line per event, with a header
    Csv,
}

/// Runs the command.
pub(crate) fn run(args: &WatchArgs, global: &Global) -> anyhow::Result<Exit> {
    if args.is_feed() {
        return feed::run(args, global);
    }
    let plan = args.params.plan()?;
    let warm_up = plan.warm_up();
    let cache = global.cache.in_memory(args.trust.get());
    let find = || input::discovered(&args.inputs, cache.folders());
    let found = find();
    if let Some(pipe) = found.sources.iter().find(|source| source.is_pipe()) {
        let text = format!(
            "{pipe}: is a pipe, which can be looked at once; give it to standard input, as `-`"
        );
        return Err(Misuse(text).into());
    }
    let bar = progress::bar(global, found.sources.len(), "reading");
    let engine = args.read.engine(
        plan,
        &found.sources,
        (global, &bar),
        Some(Arc::clone(&cache)),
    )?;
    let mut watch = engine.watch(args.read.request());
    let mut begun = Instant::now();
    let mut look = watch.look(found);
    bar.finish_and_clear();
    show_first(args, global, (&look, warm_up))?;
    let token = interrupt::token();
    let mut n_looks = 1;
    loop {
        complain(global, &look);
        if look.is_cancelled {
            return Ok(Exit::Interrupted);
        }
        if args.looks == Some(n_looks) {
            return Ok(Exit::of_run(look.n_failing, false));
        }
        let Span(every) = args.every;
        match sleep_until(begun + every, &token) {
            Woken::InTime => {}
            Woken::ByCtrlC => return Ok(Exit::Interrupted),
            Woken::ForNobody => return Ok(Exit::Done),
        }
        begun = Instant::now();
        look = watch.look(find());
        show(args, global, &look)?;
        n_looks += 1;
    }
}

impl WatchArgs {
    /// Whether bars come from standard input.
    fn is_feed(&self) -> bool {
        self.inputs.iter().any(|input| input == "-")
    }
}

/// Why a sleep ended.
enum Woken {
    InTime,
    ByCtrlC,
    /// The reader of what is told has gone away.
    ForNobody,
}

fn sleep_until(then: Instant, token: &CancelToken) -> Woken {
    loop {
        if token.is_cancelled() {
            return Woken::ByCtrlC;
        }
        if output::has_no_reader() {
            return Woken::ForNobody;
        }
        let left = then.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Woken::InTime;
        }
        thread::sleep(left.min(NAP));
    }
}

/// Where every symbol stands, before anything happens.
fn show_first(
    args: &WatchArgs,
    global: &Global,
    (look, warm_up): (&Look, usize),
) -> anyhow::Result<()> {
    if args.format != WatchFormat::Table {
        if args.format == WatchFormat::Csv {
            output::data(&view::csv_header())?;
        }
        return show(args, global, look);
    }
    if args.is_feed() && look.changes.is_empty() && look.n_failing == 0 {
        return Ok(()); // there is no history
    }
    let rows = look.changes.iter().map(|change| &change.row);
    let mut rows: Vec<&Row> = rows.collect();
    let counts = Counts::of(rows.iter().copied(), look.n_failing);
    rows.retain(|row| row.trend != Trend::Neutral);
    strongest_first(&mut rows);
    let color = global.colors_stdout();
    output::data(&scan_view::tables(&rows, &counts, (warm_up, color)))?;
    if !global.quiet && !look.is_cancelled && args.looks != Some(1) && !args.is_feed() {
        let Span(every) = args.every;
        output::say(&format!("watching, every {every:?}; Ctrl-C ends it"));
    }
    Ok(())
}

/// What has happened since the last look.
fn show(args: &WatchArgs, global: &Global, look: &Look) -> anyhow::Result<()> {
    let is_told = |event| args.bars || matches!(event, Event::Start | Event::Turn);
    let told = look.changes.iter();
    let told: Vec<_> = told.filter(|change| is_told(change.event())).collect();
    if told.is_empty() {
        return Ok(());
    }
    output::data(&match args.format {
        WatchFormat::Table => view::lines(&told, global.colors_stdout()),
        WatchFormat::Jsonl => view::json_lines(&told)?,
        WatchFormat::Csv => view::csv(&told),
    })
}

/// Says what fails now, and what is no longer there.
fn complain(global: &Global, look: &Look) {
    output::failures(global, &look.failed);
    for row in &look.gone {
        let text = format!("{}: {} is no longer there", row.input, row.symbol);
        output::warn(global, &text);
    }
}
