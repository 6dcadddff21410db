//! The matrix: measured and printed.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use atc_bench::market::Workload;
use atc_bench::matrix::{Budget, Settings, measure};
use atc_bench::report::{Report, Sheet};
use atc_bench::subject::Subject;
use atc_cli::engine::Wanted;
use atc_cli::engine::gpu::{GpuEvaluator, OnFault};
use atc_core::{Params, Plan};
use atc_gpu::{DeviceKind, Options, Policy};

use super::args::{MatrixArgs, ReadsArgs, View};
use super::{print, reads, say};

/// Runs the matrix as the arguments say, and prints it.
pub(crate) fn run(args: &MatrixArgs) -> anyhow::Result<()> {
    // Read before anything takes its time.
    let earlier = args.compare.as_deref().map(read).transpose()?;
    let report = measured(args)?;
    if args.json {
        return print(&(report.json()? + "\n"));
    }
    let mut others: Vec<Sheet> = report.reads().map(reads::sheet).into_iter().collect();
    if let Some((name, text)) = earlier {
        others.push(report.compare(&text).with_context(|| name)?);
    }
    if args.html {
        return print(&report.html(others));
    }
    print(&drawn(&report, args, &others))
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    Ok((name, text))
}

/// Runs the matrix as the arguments say.
pub(crate) fn measured(args: &MatrixArgs) -> anyhow::Result<Report> {
    let settings = settings(args)?;
    let workloads = workloads(args)?;
    let mut subjects = Subject::all(args.lanes).context("executors cannot be started")?;
    if settings.wanted == Wanted::Last {
        subjects.extend(Subject::cached(args.lanes).context("executors cannot be started")?);
    }
    let gpu = gpu(args)?;
    let mut measured = Vec::new();
    for workload in workloads {
        say(&format!("measuring {} ...", workload.name()));
        let has_gpu = !gpu.is_software || workload.total_bars() <= MOST_BARS_IN_SOFTWARE;
        let on_gpu = gpu.subject.iter().filter(|_| has_gpu).cloned();
        let subjects: Vec<_> = subjects.iter().cloned().chain(on_gpu).collect();
        measured.push(measure(workload, &subjects, &settings)?);
    }
    let is_full = args.workload.is_empty() && settings.wanted == Wanted::Last;
    let reads = if is_full && !args.quick && !args.no_reads {
        say("measuring reads from a slow server ...");
        Some(reads::measured(&ReadsArgs::default())?)
    } else {
        None
    };
    Ok(Report::new(&settings, measured, reads))
}

/// Bars that a software driver computes in some seconds.
const MOST_BARS_IN_SOFTWARE: usize = 1_000_000;
/// Lanes of a GPU: enough for one to upload, one to compute and one to download.
const GPU_LANES: usize = 4;

/// The GPU, if it takes part.
struct Gpu {
    subject: Option<Subject>,
    is_software: bool,
}

fn gpu(args: &MatrixArgs) -> anyhow::Result<Gpu> {
    let none = Gpu {
        subject: None,
        is_software: true,
    };
    let value = std::env::var("ATC_GPU").ok();
    let policy = Policy::from_env_value(value.as_deref())?;
    if policy == Policy::Off && !args.gpu {
        return Ok(none);
    }
    let opened = GpuEvaluator::open(GPU_LANES, &Options::default(), OnFault::Fail);
    let gpu = match opened {
        Ok(gpu) if gpu.device().has_f64 => gpu,
        Err(error) if args.gpu => return Err(error.into()),
        _ => return Ok(none),
    };
    let is_software = gpu.device().kind == DeviceKind::Software;
    if is_software && !args.gpu {
        return Ok(none);
    }
    say(&format!("GPU: {}", gpu.device().name));
    Ok(Gpu {
        subject: Some(Subject::gpu(gpu, GPU_LANES)?),
        is_software,
    })
}

fn settings(args: &MatrixArgs) -> anyhow::Result<Settings> {
    let (rounds, seconds) = if args.quick { (3, 0) } else { (9, 10) };
    Ok(Settings {
        plan: Arc::new(Plan::new(Params::default())?),
        wanted: args.output.wanted(),
        seed: args.seed,
        budget: Budget {
            rounds: args.rounds.unwrap_or(rounds).into(),
            time: Duration::from_secs(args.seconds.unwrap_or(seconds).into()),
        },
    })
}

fn workloads(args: &MatrixArgs) -> anyhow::Result<Vec<Workload>> {
    let all: &[Workload] = if args.quick {
        &Workload::QUICK
    } else {
        &Workload::ALL
    };
    if args.workload.is_empty() {
        return Ok(all.into());
    }
    let known: Vec<String> = all.iter().map(|workload| workload.name()).collect();
    if let Some(name) = args.workload.iter().find(|name| !known.contains(name)) {
        bail!(
            "no workload is called `{name}`, there are {}",
            known.join(", ")
        );
    }
    let is_wanted = |workload: &Workload| args.workload.contains(&workload.name());
    Ok(all.iter().copied().filter(is_wanted).collect())
}

/// The tables of a report for a document.
pub(crate) fn markdown(report: &Report) -> String {
    let others: Vec<Sheet> = report.reads().map(reads::sheet).into_iter().collect();
    let args = MatrixArgs {
        markdown: true,
        ..MatrixArgs::default()
    };
    drawn(report, &args, &others)
}

fn drawn(report: &Report, args: &MatrixArgs, others: &[Sheet]) -> String {
    let draw = if args.markdown {
        Sheet::markdown
    } else {
        Sheet::text
    };
    let (sheets, notes) = match args.view {
        View::Matrix => (report.sheets(), report.notes()),
        View::Modes => (report.modes(), Vec::new()),
    };
    let mut text = format!("{}.\n\n", report.headline());
    for (at, sheet) in sheets.iter().chain(others).enumerate() {
        text += &draw(sheet);
        text += "\n";
        let notes = notes.get(at).filter(|notes| !notes.is_empty());
        if let Some(notes) = notes {
            text += "- ";
            text += &notes.join("\n- ");
            text += "\n\n";
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}
