//! Every subject on one workload, in turn.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_cli::engine::{Digest, EvaluateError, Wanted};
use atc_core::Plan;
use serde::Serialize;

use crate::market::Workload;
use crate::memory;
use crate::stats::{Ratio, Times};
use crate::subject::{Label, Subject, Task};

/// Why a workload was not measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A subject computed something else than the baseline.
    #[error("{cell}, computed {got}, the baseline {expected}: not one of these numbers counts")]
    Differs {
        /// The workload and the subject.
        cell: String,
        /// The digest of the baseline.
        expected: Digest,
        /// The digest of the subject.
        got: Digest,
    },
    /// A subject did not compute at all.
    #[error("{cell}, gave no result")]
    Failed {
        /// The workload and the subject.
        cell: String,
        /// Why.
        source: EvaluateError,
    },
}

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// Rounds to run in any case; none counts as one.
    pub rounds: usize,
    /// Time to go on for with each workload, if those rounds took less.
    pub time: Duration,
}

/// More rounds say nothing new.
const MAX_ROUNDS: usize = 101;

/// What to measure with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The validated parameters.
    pub plan: Arc<Plan>,
    /// What is wanted of each series.
    pub wanted: Wanted,
    /// The seed of the markets.
    pub seed: u64,
    /// How long to measure.
    pub budget: Budget,
}

/// One subject on one workload.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The subject.
    #[serde(flatten)]
    pub label: Label,
    /// How long it took.
    pub times: Times,
    /// Bars of all series in a second, by the middle round.
    pub bars_per_second: f64,
    /// How many times faster than the baseline it was.
    pub speed_up: Ratio,
    /// The most resident memory of the process while it ran, in bytes.
    pub peak_bytes: Option<u64>,
    /// Of the series, the part that the cache knew, in the last round; `None` without a cache.
    pub hits: Option<f64>,
    /// Of what was timed: every bit of it.
    pub digest: Digest,
}

/// All subjects on one workload.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// The workload.
    pub workload: String,
    /// Series.
    pub n_series: usize,
    /// Bars of each series.
    pub n_bars: usize,
    /// Of the 13 columns of the first thousand series, every bar of them, as every subject that knows them
    /// gave them.
    pub columns: Digest,
    /// The subjects, the baseline first.
    pub cells: Vec<Cell>,
}

impl Measured {
    /// How often each subject was measured.
    pub fn n_rounds(&self) -> usize {
        let first = self.cells.first();
        first.map_or(0, |cell| cell.times.seconds.len())
    }
}

/// Series whose columns are compared: those of more take more memory than a small machine has.
const MOST_COLUMNS: usize = 1_000;

/// What the rounds of one subject gave.
#[derive(Default)]
struct Track {
    seconds: Vec<f64>,
    peak_bytes: Option<u64>,
    hits: Option<f64>,
}

/// What one round of one subject gave.
struct Round {
    seconds: f64,
    peak_bytes: Option<u64>,
    hits: Option<f64>,
}

/// Measures `subjects` in turn; the first is the baseline.
///
/// Two untimed rounds come first: one computes the 13 columns, whatever is wanted, so that every bit of
/// every bar is compared; one fills what is filled once. The subject that begins moves on from round to
/// round. The clock stops before results are hashed.
///
/// # Errors
///
/// [`Error`] if a subject does not compute, or computes something else than the baseline, in any round.
pub fn measure(
    workload: Workload,
    subjects: &[Subject],
    settings: &Settings,
) -> Result<Measured, Error> {
    let task = Task {
        plan: Arc::clone(&settings.plan),
        market: Arc::new(workload.market(settings.seed)),
        wanted: settings.wanted,
    };
    let everything = Task {
        market: Arc::new(task.market.iter().take(MOST_COLUMNS).cloned().collect()),
        wanted: Wanted::Columns,
        ..task.clone()
    };
    let (mut columns, mut expected) = (None, None);
    for subject in subjects.iter().filter(|subject| subject.knows_all()) {
        run_once(workload, subject, &everything, &mut columns)?;
    }
    for subject in subjects {
        run_once(workload, subject, &task, &mut expected)?;
    }
    let mut tracks: Vec<Track> = subjects.iter().map(|_| Track::default()).collect();
    let start = Instant::now();
    for round in 0..MAX_ROUNDS {
        if settings.budget.rounds.max(1) <= round && settings.budget.time <= start.elapsed() {
            break;
        }
        for turn in 0..subjects.len() {
            let at = (round + turn) % subjects.len();
            let round = run_once(workload, &subjects[at], &task, &mut expected)?;
            tracks[at].seconds.push(round.seconds);
            tracks[at].peak_bytes = tracks[at].peak_bytes.max(round.peak_bytes);
            tracks[at].hits = round.hits;
        }
    }
    Ok(Measured {
        workload: workload.name(),
        n_series: workload.n_series,
        n_bars: workload.n_bars,
        columns: columns.unwrap_or_else(|| Digest::of(&[])),
        cells: expected.map_or_else(Vec::new, |digest| cells(workload, subjects, tracks, digest)),
    })
}

/// One run of a subject; the first one sets the digest. What makes it ready is not timed.
fn run_once(
    workload: Workload,
    subject: &Subject,
    task: &Task,
    expected: &mut Option<Digest>,
) -> Result<Round, Error> {
    let timed = subject.prepare(task);
    let is_fresh = memory::reset_peak();
    let start = Instant::now();
    let ran = timed.and_then(|timed| timed());
    let seconds = start.elapsed().as_secs_f64();
    let peak_bytes = memory::peak().filter(|_| is_fresh);
    let cell = || format!("workload {}: {}", workload.name(), subject.label);
    let ran = ran.map_err(|source| Error::Failed {
        cell: cell(),
        source,
    })?;
    let got = Digest::of(&ran.outputs);
    let expected = *expected.get_or_insert(got);
    if got == expected {
        return Ok(Round {
            seconds,
            peak_bytes,
            hits: ran.hits,
        });
    }
    Err(Error::Differs {
        cell: cell(),
        expected,
        got,
    })
}

fn cells(
    workload: Workload,
    subjects: &[Subject],
    tracks: Vec<Track>,
    digest: Digest,
) -> Vec<Cell> {
    let mut cells = Vec::with_capacity(subjects.len());
    let mut baseline = None;
    for (subject, track) in subjects.iter().zip(tracks) {
        let times = Times::of(track.seconds);
        let baseline = baseline.get_or_insert_with(|| times.clone());
        cells.push(Cell {
            label: subject.label,
            bars_per_second: workload.total_bars() as f64 / times.median,
            speed_up: times.speed_up(baseline),
            times,
            peak_bytes: track.peak_bytes,
            hits: track.hits,
            digest,
        });
    }
    cells
}
