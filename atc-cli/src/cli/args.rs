//! The command line.

use std::path::PathBuf;

use atc_cli::engine::why::At;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::cache::{CacheArgs, CacheCommandArgs, TrustArgs};
use super::compute::ComputeArgs;
#[cfg(feature = "gpu")]
use super::devices::DevicesArgs;
use super::params::ParamArgs;
use super::reading::ReadArgs;
use super::sweep::SweepArgs;
use super::warm::WarmArgs;
use super::watch::WatchArgs;

/// Adaptive Trend Classification for whole markets.
///
/// Six moving-average families with nine lengths each vote on the trend of every
/// symbol; each vote weighs what following it would have earned.
///
/// Data goes to standard output, words to standard error. Exit codes: 0 done,
/// 1 some inputs failed (all others were done), 2 misuse, 130 stopped by Ctrl-C
/// (143 by SIGTERM, 129 by SIGHUP), which lets what is being computed end; a
/// second Ctrl-C does not.
#[derive(Debug, Parser)]
#[command(name = "atc", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    pub(crate) color: Color,
    /// No progress bar and no notes, only errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say what was chosen and why, on standard error
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Even into files and pipes
    Always,
    /// Plain text
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Scan(ScanArgs),
    Watch(WatchArgs),
    Compute(ComputeArgs),
    Sweep(SweepArgs),
    Why(WhyArgs),
    Inspect(InspectArgs),
    Doctor(DoctorArgs),
    Warm(WarmArgs),
    Cache(CacheCommandArgs),
    #[cfg(feature = "gpu")]
    Devices(DevicesArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

/// Print what a shell needs to complete this command.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc completions bash > ~/.local/share/bash-completion/completions/atc\n  atc completions zsh > ~/.zfunc/_atc"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Print the manual page.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc man | man -l -\n  atc man --output ~/.local/share/man/man1"
)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder instead
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: Option<PathBuf>,
}

/// Which symbols are long, which are short: one row each.
///
/// Reads every input, computes the indicator and shows what the last bar says,
/// strongest signal first.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc scan examples/candles\n  atc scan 'data/*.parquet' --preset swing --min-signal 0.5 --format csv"
)]
pub(crate) struct ScanArgs {
    /// Files, folders, patterns, zip archives, s3:// or http(s):// URLs, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) inputs: Vec<String>,
    /// Only symbols whose average signal is at least this strong, 0 ..= 1
    #[arg(
        long,
        value_name = "X",
        default_value_t = 0.0,
        allow_negative_numbers = true,
        value_parser = share
    )]
    pub(crate) min_signal: f64,
    /// Only the first N symbols, after sorting
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) top: Option<usize>,
    /// Order of the rows
    #[arg(long, value_enum, default_value = "signal")]
    pub(crate) sort: Sort,
    /// Show neutral symbols in the table too (other formats always do)
    #[arg(long)]
    pub(crate) all: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ScanFormat,
    /// Writes counts and times of the run as JSON
    #[arg(long, value_name = "FILE.json")]
    pub(crate) stats: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) params: ParamArgs,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text
        .parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "must be a number of 0 to 1".to_owned())
}

/// Order of the rows of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// Strongest average signal first
    Signal,
    /// Latest flip first
    Flip,
    /// By name
    Symbol,
}

/// Form of a scan's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    /// For people
    Table,
    /// One array
    Json,
    /// One object per line
    Jsonl,
    /// With a header
    Csv,
    /// A table for documents
    Markdown,
}

/// Why a bar is what it is: the weight table of the published script.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc why examples/candles/GOOG.csv\n  atc why examples/candles/GOOG.csv --bar 2012-11-15"
)]
pub(crate) struct WhyArgs {
    /// A file, an s3:// or http(s):// URL, or - for standard input
    #[arg(value_name = "INPUT")]
    pub(crate) input: String,
    /// The bar: its number from 0, or a time; by default the last one
    #[arg(long, value_name = "N|TIME")]
    pub(crate) bar: Option<At>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) params: ParamArgs,
}

/// What is in a file, and what is wrong with it, before anything is computed.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  atc inspect examples/candles")]
pub(crate) struct InspectArgs {
    /// Files, folders, patterns, zip archives, s3:// or http(s):// URLs, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ReportFormat,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) params: ParamArgs,
}

/// What this machine has, and the proof that it computes right.
///
/// With `--prove`, a made-up market is computed bar by bar, which is the definition,
/// and again in every other way there is here: all must give the same bits.
/// Exit code 0 if they do, 1 if not.
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  atc doctor\n  atc doctor --prove --json")]
pub(crate) struct DoctorArgs {
    /// Compute a market in every way and compare all bits
    #[arg(long)]
    pub(crate) prove: bool,
    /// Form of the output
    #[arg(long, value_enum, default_value = "table")]
    pub(crate) format: ReportFormat,
    /// The same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub(crate) json: bool,
}

/// Form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Table,
    /// For programs
    Json,
}
