//! Is it faster than it was? Only beyond the noise of both runs.

use serde::Deserialize;

use super::matrix::{Report, SCHEMA};
use super::sheet::Sheet;

/// Why a run cannot be compared with an earlier one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// The earlier report is not one.
    #[error("it is no report of this command: {0}")]
    Json(#[from] serde_json::Error),
    /// The earlier report measured something else, or is of another layout.
    #[error("it has {what} {old}, this run {new}: measure it again")]
    Other {
        /// What differs.
        what: &'static str,
        /// In the earlier report.
        old: String,
        /// In this one.
        new: String,
    },
}

/// What is read of an earlier report.
#[derive(Deserialize)]
struct Old {
    schema: u32,
    wanted: String,
    date: String,
    workloads: Vec<OldWorkload>,
}

#[derive(Deserialize)]
struct OldWorkload {
    workload: String,
    cells: Vec<OldCell>,
}

#[derive(Deserialize)]
struct OldCell {
    executor: String,
    evaluator: String,
    cache: String,
    times: OldTimes,
}

#[derive(Deserialize)]
struct OldTimes {
    median: f64,
    spread: f64,
}

impl Report {
    /// Holds this report against an earlier one, as JSON; a row for each cell that is in both.
    ///
    /// A cell is faster or slower if its medians lie further apart than the larger of both spreads.
    /// Everything else is noise, however far.
    ///
    /// # Errors
    ///
    /// [`CompareError`] if the earlier report cannot be read, or measured something else.
    pub fn compare(&self, earlier: &str) -> Result<Sheet, CompareError> {
        let old: Old = serde_json::from_str(earlier)?;
        let same = |what, old: String, new: String| {
            (old == new)
                .then_some(())
                .ok_or(CompareError::Other { what, old, new })
        };
        same("layout", old.schema.to_string(), SCHEMA.to_string())?;
        same("output", old.wanted.clone(), self.wanted.to_owned())?;
        Ok(Sheet {
            title: format!("Against the run of {}", old.date),
            n_words: 4,
            header: [
                "workload",
                "executor",
                "evaluator",
                "cache",
                "median ms, then",
                "now",
                "faster by",
                "noise",
                "verdict",
            ]
            .map(str::to_owned)
            .into(),
            rows: self.rows(&old),
        })
    }

    fn rows(&self, old: &Old) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        for measured in &self.workloads {
            let then = old.workloads.iter();
            let Some(then) = then.into_iter().find(|w| w.workload == measured.workload) else {
                continue;
            };
            for cell in &measured.cells {
                let label = cell.label;
                let is_same = |old: &&OldCell| {
                    (&*old.executor, &*old.evaluator, &*old.cache)
                        == (label.executor, label.evaluator, label.cache)
                };
                let Some(then) = then.cells.iter().find(is_same) else {
                    continue;
                };
                let ratio = then.times.median / cell.times.median;
                let noise = then.times.spread.max(cell.times.spread);
                rows.push(vec![
                    measured.workload.clone(),
                    label.executor.to_owned(),
                    label.evaluator.to_owned(),
                    label.cache.to_owned(),
                    format!("{:.2}", 1e3 * then.times.median),
                    format!("{:.2}", 1e3 * cell.times.median),
                    format!("{ratio:.2}"),
                    format!("{:.0} %", 100.0 * noise),
                    verdict(ratio, noise).to_owned(),
                ]);
            }
        }
        rows
    }
}

/// What a ratio of medians says, given how noisy they are.
fn verdict(ratio: f64, noise: f64) -> &'static str {
    if 1.0 + noise < ratio {
        "faster"
    } else if 1.0 + noise < 1.0 / ratio {
        "slower"
    } else {
        "same"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_exceeds_the_noise_has_a_verdict() {
        for (ratio, noise, expected) in [
            (1.3, 0.2, "faster"),
            (1.3, 0.4, "same"),
            (0.7, 0.2, "slower"),
            (0.9, 0.2, "same"),
            (1.0, 0.0, "same"),
        ] {
            assert_eq!(verdict(ratio, noise), expected, "{ratio} {noise}");
        }
    }
}
