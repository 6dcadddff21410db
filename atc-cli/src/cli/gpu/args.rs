//! The flags.

use clap::{Args, ValueEnum};

use crate::cli::reading::at_least_one;

/// Which GPU computes, and how.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "GPU")]
pub(crate) struct GpuArgs {
    /// Lanes to open on the GPU, each with a queue and buffers of its own
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = at_least_one)]
    pub(crate) lanes: usize,
    /// The GPU: its number in `atc devices` or a part of its name; by default the best one
    #[arg(long, value_name = "NAME|INDEX")]
    pub(crate) adapter: Option<String>,
    /// Numbers the GPU computes with; other bits come of f32, so only `--executor gpu` uses it
    #[arg(long, value_enum, default_value = "f64")]
    pub(crate) precision: PrecisionName,
}

/// Numbers a GPU computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionName {
    /// The same bits as the processor
    F64,
    /// For GPUs without f64: now and then another decision
    F32,
}
