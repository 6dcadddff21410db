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
use atc_core::{Params, Plan};

use super::args::MatrixArgs;
use super::{print, say};

/// Runs the matrix as the arguments say, and prints it.
pub(crate) fn run(args: &MatrixArgs) -> anyhow::Result<()> {
    // Read before anything takes its time.
    let earlier = args.compare.as_deref().map(read).transpose()?;
    let report = measured(args)?;
    if args.json {
        return print(&(report.json()? + "\n"));
    }
    let mut sheets = report.sheets();
    if let Some((name, text)) = earlier {
        sheets.push(report.compare(&text).with_context(|| name)?);
    }
    print(&drawn(&report, &sheets, args.markdown))
}

fn read(path: &Path) -> anyhow::Result<(String, String)> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
    Ok((name, text))
}

/// Runs the matrix as the arguments say.
pub(crate) fn measured(args: &MatrixArgs) -> anyhow::Result<Report> {
    let settings = settings(args)?;
    let mut subjects = Subject::all(args.lanes).context("executors cannot be started")?;
    if settings.wanted == Wanted::Last {
        subjects.extend(Subject::cached(args.lanes).context("executors cannot be started")?);
    }
    let mut measured = Vec::new();
    for workload in workloads(args)? {
        say(&format!("measuring {} ...", workload.name()));
        measured.push(measure(workload, &subjects, &settings)?);
    }
    Ok(Report::new(&settings, measured))
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
    let all = if args.quick {
        Workload::QUICK
    } else {
        Workload::ALL
    };
    if args.workload.is_empty() {
        return Ok(all.into());
    }
    let known = all.map(Workload::name);
    if let Some(name) = args.workload.iter().find(|name| !known.contains(name)) {
        bail!(
            "no workload is called `{name}`, there are {}",
            known.join(", ")
        );
    }
    let is_wanted = |workload: &Workload| args.workload.contains(&workload.name());
    Ok(all.into_iter().filter(is_wanted).collect())
}

/// The tables of a report for a document.
pub(crate) fn markdown(report: &Report) -> String {
    drawn(report, &report.sheets(), true)
}

fn drawn(report: &Report, sheets: &[Sheet], as_markdown: bool) -> String {
    let draw = if as_markdown {
        Sheet::markdown
    } else {
        Sheet::text
    };
    let tables: Vec<String> = sheets.iter().map(draw).collect();
    format!("{}.\n\n{}", report.headline(), tables.join("\n"))
}
