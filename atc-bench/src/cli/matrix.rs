//! The matrix: measured and printed.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use atc_bench::market::Workload;
use atc_bench::matrix::{Budget, Settings, measure};
use atc_bench::report::{Report, Sheet};
use atc_bench::subject::Subject;
use atc_core::{Params, Plan};

use super::args::MatrixArgs;
use super::{print, say};

/// Runs the matrix as the arguments say, and prints it.
pub(crate) fn run(args: &MatrixArgs) -> anyhow::Result<()> {
    let report = measured(args)?;
    if args.json {
        print(&(report.json()? + "\n"))
    } else if args.markdown {
        print(&markdown(&report))
    } else {
        let sheets = report.sheets();
        let tables: Vec<String> = sheets.iter().map(Sheet::text).collect();
        print(&format!("{}\n\n{}", report.headline(), tables.join("\n")))
    }
}

/// Runs the matrix as the arguments say.
pub(crate) fn measured(args: &MatrixArgs) -> anyhow::Result<Report> {
    let settings = settings(args)?;
    let subjects = Subject::all(args.lanes).context("executors cannot be started")?;
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
    let sheets = report.sheets();
    let tables: Vec<String> = sheets.iter().map(Sheet::markdown).collect();
    format!("{}.\n\n{}", report.headline(), tables.join("\n"))
}
