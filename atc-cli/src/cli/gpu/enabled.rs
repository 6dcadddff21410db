//! `atc` built with the feature `gpu`.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use atc_cli::engine::dataset::Source;
use atc_cli::engine::gpu::{Choice, GpuEvaluator, Job, OnFault, choose};
use atc_cli::engine::prove::Route;
use atc_cli::engine::{EngineBuilder, Wanted};
use atc_core::Plan;
use atc_gpu::{Options, Policy, Precision, Select};

use super::GpuArgs;
use super::args::PrecisionName;
use crate::cli::args::Global;
use crate::cli::exit::Misuse;
use crate::cli::output;
use crate::cli::reading::{ExecutorName, ReadArgs};

/// Bytes of a file for each bar, about: a row of candles as text.
const BYTES_PER_BAR: u64 = 50;

/// Files whose sizes are looked up; the others are taken to be like them.
const FILES_LOOKED_AT: usize = 16;

impl GpuArgs {
    /// What a lane is opened with.
    pub(crate) fn options(&self) -> Options {
        Options {
            select: select(self.adapter.as_deref()),
            precision: match self.precision {
                PrecisionName::F64 => Precision::F64,
                PrecisionName::F32 => Precision::F32,
            },
            ..Options::default()
        }
    }
}

/// The device that a name or number means.
pub(crate) fn select(adapter: Option<&str>) -> Select {
    adapter.map_or(Select::Best, |text| match text.parse() {
        Ok(select) => select,
        Err(error) => match error {},
    })
}

/// The GPU, if one computes.
pub(crate) struct Gpu(Option<GpuEvaluator>);

impl Gpu {
    /// Opens the GPU that flags, `ATC_GPU` and the size of the run ask for.
    pub(crate) fn of(
        read: &ReadArgs,
        plan: &Arc<Plan>,
        sources: &[Source],
        global: &Global,
    ) -> anyhow::Result<Self> {
        let options = read.gpu.options();
        let n_lanes = read.gpu.lanes;
        let policy = policy(read.executor)?;
        let Choice { gpu, reason } = match policy {
            Policy::Off => return Ok(Self(None)),
            Policy::Auto => {
                let job = Job {
                    n_bars: about_bars(sources),
                    threads: read.threads(),
                };
                choose(plan, job, (n_lanes, &options), go_on(global))
            }
            Policy::Required => {
                let gpu = GpuEvaluator::open(n_lanes, &options, OnFault::Fail)?;
                let reason = format!("GPU: {}, as asked for", gpu.device().name);
                Choice {
                    gpu: Some(gpu),
                    reason,
                }
            }
        };
        output::note(global, &reason);
        Ok(Self(gpu))
    }

    /// None, whatever is there.
    pub(crate) const fn none() -> Self {
        Self(None)
    }

    /// Whether a GPU computes.
    pub(crate) const fn is_there(&self) -> bool {
        self.0.is_some()
    }

    /// Gives it to an engine.
    pub(crate) fn install(self, engine: EngineBuilder) -> EngineBuilder {
        match self.0 {
            Some(gpu) => engine.evaluator(gpu),
            None => engine,
        }
    }
}

/// The GPU in a proof: the best device, in software or not; none only where none is required.
pub(crate) fn route() -> anyhow::Result<Route> {
    let policy = policy(ExecutorName::Auto)?;
    if policy == Policy::Off {
        return Ok(Route::absent("GPU", "ATC_GPU is off"));
    }
    match GpuEvaluator::open(1, &Options::default(), OnFault::Fail) {
        Ok(gpu) => {
            let name = format!("GPU {}", gpu.device().name);
            Ok(Route::evaluator(&name, Wanted::Columns, gpu))
        }
        Err(error) if policy == Policy::Required => Err(error.into()),
        Err(error) => Ok(Route::absent("GPU", error.to_string())),
    }
}

/// The devices, in words.
pub(crate) fn adapters() -> String {
    if policy(ExecutorName::Auto).is_ok_and(|policy| policy == Policy::Off) {
        return "not looked for, ATC_GPU is off".to_owned();
    }
    let devices = atc_gpu::devices();
    let words = devices.iter().map(|device| {
        let precision = if device.has_f64 { "f64" } else { "f32 alone" };
        format!("{} ({}, {precision})", device.name, device.kind)
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

/// An executor that was asked for is what runs; with `auto`, `ATC_GPU` says.
fn policy(executor: ExecutorName) -> Result<Policy, Misuse> {
    let value = std::env::var_os("ATC_GPU").map(|value| value.to_string_lossy().into_owned());
    let policy = Policy::from_env_value(value.as_deref())
        .map_err(|error| Misuse(format!("the variable ATC_GPU: {error}")))?;
    match (executor, policy) {
        (ExecutorName::Gpu, Policy::Off) => Err(Misuse(
            "ATC_GPU is off, and `--executor gpu` needs one; unset the variable, or choose another executor"
                .to_owned(),
        )),
        (ExecutorName::Gpu, _) => Ok(Policy::Required),
        (ExecutorName::Auto, policy) => Ok(policy),
        _ => Ok(Policy::Off),
    }
}

/// The processor goes on where a device fails that nobody insisted on.
fn go_on(global: &Global) -> OnFault {
    let global = global.clone();
    OnFault::Continue(Arc::new(move |error| {
        output::warn(&global, &format!("{error}; the processor goes on"));
    }))
}

/// Bars of all sources together, about, as the sizes of their files tell. What is not a local
/// file counts nothing: it takes longer to come than to compute.
fn about_bars(sources: &[Source]) -> u64 {
    let mut files: Vec<&Path> = sources.iter().flat_map(Source::files).collect();
    // Members of an archive all name it.
    files.dedup_by_key(|path| path.as_os_str());
    let step = files.len().div_ceil(FILES_LOOKED_AT).max(1);
    let looked_at = files.iter().step_by(step);
    let sizes = looked_at.filter_map(|path| Some(fs::metadata(path).ok()?.len()));
    sizes.sum::<u64>() * step as u64 / BYTES_PER_BAR
}
