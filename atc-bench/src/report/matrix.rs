//! The matrix as a report.

use atc_cli::engine::Wanted;
use serde::Serialize;

use super::{Sheet, html, modes, notes, today};
use crate::machine::Machine;
use crate::matrix::{Cell, Measured, Settings};
use crate::reads::Reads;

/// Layout of the JSON report; grows when a field changes its meaning or goes away.
pub(super) const SCHEMA: u32 = 1;

/// The matrix, with all that is needed to read it later.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    schema: u32,
    date: String,
    version: &'static str,
    machine: Machine,
    pub(super) wanted: &'static str,
    seed: u64,
    pub(super) workloads: Vec<Measured>,
    reads: Option<Reads>,
}

impl Report {
    /// A report of today and this machine.
    pub fn new(settings: &Settings, workloads: Vec<Measured>, reads: Option<Reads>) -> Self {
        Self {
            schema: SCHEMA,
            date: today(),
            version: env!("CARGO_PKG_VERSION"),
            machine: Machine::this(),
            wanted: wanted_name(settings.wanted),
            seed: settings.seed,
            workloads,
            reads,
        }
    }

    /// What was read from a slow server, if it was measured.
    pub const fn reads(&self) -> Option<&Reads> {
        self.reads.as_ref()
    }

    /// Says what was measured, and where.
    pub fn headline(&self) -> String {
        format!(
            "{}, {}; {} of markets with seed {}",
            self.date,
            self.machine.line(),
            self.wanted,
            self.seed
        )
    }

    /// A sheet for each workload.
    pub fn sheets(&self) -> Vec<Sheet> {
        self.workloads.iter().map(sheet).collect()
    }

    /// The four modes of each workload: baseline, warmed, parallel, and both.
    pub fn modes(&self) -> Vec<Sheet> {
        self.workloads.iter().map(modes::sheet).collect()
    }

    /// A line for each row that is slower than the baseline, and why; in the order of the workloads.
    pub fn notes(&self) -> Vec<Vec<String>> {
        self.workloads.iter().map(notes::of).collect()
    }

    /// A page with tables and charts that needs nothing else; `others` are shown after the workloads.
    pub fn html(&self, others: Vec<Sheet>) -> String {
        let section = |measured: &Measured| html::Section {
            sheet: sheet(measured),
            bars: measured.cells.iter().map(bar).collect(),
            notes: notes::of(measured),
        };
        let mut sections: Vec<_> = self.workloads.iter().map(section).collect();
        sections.extend(others.into_iter().map(|sheet| html::Section {
            sheet,
            bars: Vec::new(),
            notes: Vec::new(),
        }));
        html::page("ATC: the matrix", &self.headline(), &sections)
    }

    /// The report as indented JSON, every round in it.
    ///
    /// # Errors
    ///
    /// If a number is not one, which times never are.
    pub fn json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self)
    }
}

/// What is wanted of each series, in words.
const fn wanted_name(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Average => "average signals",
        Wanted::Columns => "13 columns",
        Wanted::Detail => "13 columns and 54 lines",
        Wanted::Last => "last readings",
    }
}

fn sheet(measured: &Measured) -> Sheet {
    let Measured {
        n_series, n_bars, ..
    } = measured;
    let rounds = measured.n_rounds();
    Sheet {
        title: format!("{n_series} series of {n_bars} bars, {rounds} rounds"),
        n_words: 3,
        header: [
            "executor",
            "evaluator",
            "cache",
            "hits",
            "median ms",
            "best ms",
            "spread",
            "Mbars/s",
            "speed-up",
            "best/best",
            "peak MiB",
            "digest",
        ]
        .map(str::to_owned)
        .into(),
        rows: measured.cells.iter().map(row).collect(),
    }
}

fn bar(cell: &Cell) -> html::Bar {
    html::Bar {
        label: cell.label.to_string(),
        value: cell.speed_up.median,
    }
}

/// A part as a percentage, or a dash.
pub(super) fn percent(part: Option<f64>) -> String {
    part.map_or_else(|| "-".to_owned(), |part| format!("{:.0} %", 100.0 * part))
}

fn row(cell: &Cell) -> Vec<String> {
    let times = &cell.times;
    let mib = |bytes: u64| format!("{:.0}", bytes as f64 / f64::from(1 << 20));
    vec![
        cell.label.executor.to_owned(),
        cell.label.evaluator.to_owned(),
        cell.label.cache.to_owned(),
        percent(cell.hits),
        format!("{:.2}", 1e3 * times.median),
        format!("{:.2}", 1e3 * times.best),
        format!("{:.0} %", 100.0 * times.spread),
        format!("{:.1}", cell.bars_per_second / 1e6),
        format!("{:.2}", cell.speed_up.median),
        format!("{:.2}", cell.speed_up.best),
        cell.peak_bytes.map_or_else(|| "-".to_owned(), mib),
        cell.digest.short(),
    ]
}
