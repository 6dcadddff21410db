//! The command line, all of it.

use std::path::PathBuf;

use atc_cli::engine::Wanted;
use atc_core::Isa;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Measure ATC by different means and prove that all of them give the same bits.
///
/// Without a subcommand it runs the matrix: every executor on every workload, in turn, made-up markets
/// in memory. Exit code 1 if any two results differ.
#[derive(Debug, Parser)]
#[command(name = "atc-bench", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) matrix: MatrixArgs,
}

/// What can be measured besides the matrix.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Time what a stream does: update, peek, snapshot, restore.
    Parts(PartsArgs),
    /// Time reads from a slow web server and a slow object store, by every executor.
    Reads(ReadsArgs),
    /// Write a made-up market of any size as Parquet files, to run `atc` on.
    Generate(GenerateArgs),
    /// Count what the kernel executes per bar, with valgrind and objdump.
    Counts,
    /// Run the kernel and nothing else, for a profiler.
    Kernel(KernelArgs),
    /// Measure everything and put it into a Markdown file, between its marks.
    ///
    /// Needs valgrind and objdump.
    Fill(FillArgs),
}

/// What the matrix takes.
#[derive(Clone, Debug, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct MatrixArgs {
    /// Smaller workloads and fewer rounds, for a look.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only workloads of this name, such as 20x2000; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub(crate) workload: Vec<String>,
    /// What is timed; digests cover the 13 columns whatever it is.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: OutputKind,
    /// Lanes of the parallel executors; 0 for one per core.
    #[arg(long, default_value_t)]
    pub(crate) lanes: usize,
    /// Rounds of each workload at least [default: 9, with --quick 3].
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=101))]
    pub(crate) rounds: Option<u16>,
    /// Seconds to go on for with each workload if those rounds took less [default: 10, with --quick 0].
    #[arg(long)]
    pub(crate) seconds: Option<u32>,
    /// Seed of the markets.
    #[arg(long, default_value_t)]
    pub(crate) seed: u64,
    /// Print one JSON object with every round.
    #[arg(long, conflicts_with = "markdown")]
    pub(crate) json: bool,
    /// Print Markdown tables.
    #[arg(long)]
    pub(crate) markdown: bool,
    /// Print one HTML page with charts; it needs nothing from elsewhere.
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    pub(crate) html: bool,
    /// What is shown: every row, or the four modes from baseline to warmed and parallel.
    #[arg(long, value_enum, default_value_t, conflicts_with_all = ["json", "html"])]
    pub(crate) view: View,
    /// Measure the GPU even if it is a software driver, on workloads of up to a million bars.
    ///
    /// Hardware is measured anyway, unless `ATC_GPU` is off.
    #[arg(long)]
    pub(crate) gpu: bool,
    /// Leave out reads from a slow web server, which every full run measures last.
    #[arg(long)]
    pub(crate) no_reads: bool,
    /// Also say what became faster or slower since a run that was kept with --json.
    #[arg(long, value_name = "OLD.json", conflicts_with = "json")]
    pub(crate) compare: Option<PathBuf>,
}

/// What the parts take.
#[derive(Debug, Args)]
pub(crate) struct PartsArgs {
    /// Rounds.
    #[arg(long, default_value_t = 101, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) rounds: u16,
}

/// What reads take.
#[derive(Debug, Args)]
pub(crate) struct ReadsArgs {
    /// Parquet objects.
    #[arg(long, default_value_t = ReadsArgs::default().objects)]
    pub(crate) objects: usize,
    /// Bars of each object.
    #[arg(long, default_value_t = ReadsArgs::default().bars)]
    pub(crate) bars: usize,
    /// Milliseconds before each answer.
    #[arg(long, default_value_t = ReadsArgs::default().latency_ms)]
    pub(crate) latency_ms: u64,
    /// Objects that `async` reads at once.
    #[arg(long, default_value_t = ReadsArgs::default().in_flight)]
    pub(crate) in_flight: usize,
    /// Rounds.
    #[arg(long, default_value_t = ReadsArgs::default().rounds, value_parser = clap::value_parser!(u16).range(1..=101))]
    pub(crate) rounds: u16,
}

impl Default for ReadsArgs {
    fn default() -> Self {
        Self {
            objects: 200,
            bars: 1_500,
            latency_ms: 20,
            in_flight: 64,
            rounds: 5,
        }
    }
}

/// What a made-up market takes.
#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// The folder, which is created if it is not there.
    pub(crate) folder: PathBuf,
    /// Symbols.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) series: usize,
    /// Bars of each symbol.
    #[arg(long, default_value_t = 1_500)]
    pub(crate) bars: usize,
    /// Files that the symbols are spread over.
    #[arg(long, default_value_t = 400)]
    pub(crate) shards: usize,
    /// Seed of the market.
    #[arg(long, default_value_t)]
    pub(crate) seed: u64,
}

/// What filling a document takes.
#[derive(Debug, Args)]
pub(crate) struct FillArgs {
    /// The document, with `<!-- begin matrix -->`, `<!-- end matrix -->` and so on for `parts` and `counts`.
    #[arg(default_value = "docs/performance.md")]
    pub(crate) document: PathBuf,
    /// Smaller workloads, fewer rounds and no counts, for a look.
    #[arg(long)]
    pub(crate) quick: bool,
}

/// What the kernel run takes.
#[derive(Debug, Args)]
pub(crate) struct KernelArgs {
    /// Series.
    #[arg(long, default_value_t = 64)]
    pub(crate) series: usize,
    /// Bars of each series.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) bars: usize,
    /// How often to compute them. What one more costs is the kernel; the rest is preparation.
    #[arg(long, default_value_t = 1)]
    pub(crate) repeat: usize,
    /// What is computed of each series.
    #[arg(long, value_enum, default_value_t = OutputKind::Average)]
    pub(crate) output: OutputKind,
    /// Instruction set, such as portable1, portable4, avx2 [default: the fastest here].
    #[arg(long)]
    pub(crate) isa: Option<Isa>,
}

/// What is shown of a matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum View {
    /// Every row.
    #[default]
    Matrix,
    /// Baseline, Warmed Only, Parallel Only, Warmed + Parallel.
    Modes,
}

/// What is computed of each series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum OutputKind {
    /// The average signal of every bar.
    Average,
    /// The 13 columns.
    Columns,
    /// The outputs of the last bar, as a scan wants them.
    #[default]
    Last,
}

impl OutputKind {
    /// What an evaluator is asked for.
    pub(crate) const fn wanted(self) -> Wanted {
        match self {
            Self::Average => Wanted::Average,
            Self::Columns => Wanted::Columns,
            Self::Last => Wanted::Last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
