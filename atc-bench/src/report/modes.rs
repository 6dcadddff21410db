//! The four modes that the matrix has grown out of, as a view of it.

use super::Sheet;
use super::matrix::percent;
use crate::matrix::{Cell, Measured};
use crate::subject::{Label, Subject};

/// A mode, and the row of the matrix that it is.
const MODES: [(&str, &str, &str); 4] = [
    ("Baseline", "sequential", "off"),
    ("Warmed Only", "sequential", "memory"),
    ("Parallel Only", "rayon", "off"),
    ("Warmed + Parallel", "rayon", "memory"),
];

/// The modes of one workload; those that were not measured are left out.
pub(super) fn sheet(measured: &Measured) -> Sheet {
    let find = |(mode, executor, cache)| {
        let is_it = |cell: &&Cell| {
            let Label {
                evaluator,
                executor: by,
                cache: with,
            } = cell.label;
            (by, with, evaluator) == (executor, cache, Subject::BASELINE.evaluator)
        };
        measured
            .cells
            .iter()
            .find(is_it)
            .map(|cell| row(mode, cell))
    };
    Sheet {
        title: format!(
            "{} series of {} bars, {} rounds",
            measured.n_series,
            measured.n_bars,
            measured.n_rounds()
        ),
        n_words: 3,
        header: [
            "mode",
            "executor",
            "cache",
            "hits",
            "median ms",
            "best ms",
            "speed-up",
            "best/best",
            "digest",
        ]
        .map(str::to_owned)
        .into(),
        rows: MODES.into_iter().filter_map(find).collect(),
    }
}

fn row(mode: &str, cell: &Cell) -> Vec<String> {
    vec![
        mode.to_owned(),
        cell.label.executor.to_owned(),
        cell.label.cache.to_owned(),
        percent(cell.hits),
        format!("{:.2}", 1e3 * cell.times.median),
        format!("{:.2}", 1e3 * cell.times.best),
        format!("{:.2}", cell.speed_up.median),
        format!("{:.2}", cell.speed_up.best),
        cell.digest.short(),
    ]
}
