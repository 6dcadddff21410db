//! Why a row is slower than the baseline, told under the table that shows it.

use crate::matrix::{Cell, Measured};
use crate::subject::Label;

/// A row that is no slower than this is within what nobody notices.
const SLOWER: f64 = 0.995;

/// A cache that fell short of this many series was full.
const ALL: f64 = 0.9995;

/// A line for each row whose median ratio is below one, and for each warmed one that did not know every series.
pub(super) fn of(measured: &Measured) -> Vec<String> {
    let mut lines = Vec::new();
    for cell in &measured.cells {
        if cell.speed_up.median < SLOWER {
            lines.push(format!("{}: {}", cell.label, why(measured, cell)));
        }
        let is_short = cell.hits.is_some_and(|hits| hits < ALL);
        if is_short && cell.label.cache != "cold" {
            lines.push(format!("{}: {FULL}", cell.label));
        }
    }
    lines
}

const FULL: &str = "the states of so many series, old and new, do not fit into what a cache in memory \
                    holds: some old ones were gone when they were asked for, and their series \
                    computed from the first bar";

fn why(measured: &Measured, cell: &Cell) -> String {
    let Label {
        executor,
        evaluator,
        cache,
    } = cell.label;
    let at_best = format!(
        "{:.2} at its best against the baseline's best",
        cell.speed_up.best
    );
    if evaluator == "bar by bar" {
        return "one series and one bar at a time, which is what a live feed does; the others \
                compute several series side by side"
            .to_owned();
    }
    if evaluator == "gpu" {
        return format!(
            "uploading, waiting for a queue and downloading cost more than they save here; {at_best}"
        );
    }
    // Whatever it costs more by nature shows in the quietest rounds too.
    if 1.0 < cell.speed_up.best && cache != "cold" {
        return format!("neighbours on the cores in the rounds of one or the other; {at_best}");
    }
    match cache {
        "cold" => "every series is computed, and hashed, encoded and stored on top; the next scan \
                   gets it back"
            .to_owned(),
        "disk" => format!("opening the store on disk takes longer than so few bars; {at_best}"),
        "memory" | "appended" => {
            format!("hashing the closes takes longer than computing so few bars; {at_best}")
        }
        _ if measured.n_series < 8 && executor != "sequential" => format!(
            "{} series fit into one vector, which two threads can only cut into two that take as \
             long each; {at_best}",
            measured.n_series
        ),
        _ => format!(
            "waking threads, and neighbours on the cores, cost more than so short a run; {at_best}"
        ),
    }
}
