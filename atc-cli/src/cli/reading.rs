//! Arguments about how inputs are read, and how jobs run.

use atc_cli::engine::dataset::SourceColumn;
use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use super::gpu::GpuArgs;

/// How inputs are read.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadArgs {
    /// Only this symbol
    #[arg(long, value_name = "S", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) symbol: Option<String>,
    /// What averages are taken of: close, hl2, hlc3, ohlc4 or a column's name
    #[arg(long, value_name = "NAME", default_value = "close")]
    pub(crate) source: SourceColumn,
    /// Threads to use; 0 is one per core
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = threads)]
    pub(crate) jobs: usize,
    /// How jobs run; results are the same bits with each
    #[arg(long, value_enum, default_value = "auto")]
    pub(crate) executor: ExecutorName,
    /// Sources that `async` reads at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = at_least_one)]
    pub(crate) in_flight: usize,
    #[command(flatten)]
    pub(crate) gpu: GpuArgs,
}

/// How jobs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExecutorName {
    /// `async` for remote sources, `rayon` for files, `sequential` for one; `gpu` where it pays
    Auto,
    /// One job after the other, on the calling thread
    Sequential,
    /// A pool of threads that steal work from each other
    Rayon,
    /// One persistent thread per lane
    Lanes,
    /// Reads overlap on a tokio runtime; computing goes on meanwhile
    Async,
    /// Lanes of a GPU compute, and nothing else does
    Gpu,
}

impl ExecutorName {
    /// As it is typed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Sequential => "sequential",
            Self::Rayon => "rayon",
            Self::Lanes => "lanes",
            Self::Async => "async",
            Self::Gpu => "gpu",
        }
    }
}

/// Threads that are no mistake.
fn threads(text: &str) -> Result<usize, String> {
    let n = text.parse().ok().filter(|n| *n <= 1024);
    n.ok_or_else(|| "must be a whole number of at most 1024".to_owned())
}

pub(crate) fn at_least_one(text: &str) -> Result<usize, String> {
    let n = text.parse().ok().filter(|n| 0 < *n);
    n.ok_or_else(|| "must be a whole number of at least 1".to_owned())
}
