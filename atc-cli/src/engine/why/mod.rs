//! Why a bar says what it says: the 54 lines, the six votes, and what moved them last.
//!
//! ```text
//! contribution = vote * equity / sum(equity)      over the six families, layer-2 equities
//! sum(contribution) = average_signal              of this bar; with `strategy`, of the next one
//! ```

mod at;
mod report;
mod trace;
mod votes;

use std::sync::Arc;

use atc_core::{Classifier, Family, Plan, Reading, Series};

pub use at::{At, WhyError};
pub use report::{Crossing, FamilyReport, LastMove, LineReport, MultiplierWarning, Report, Turn};

use super::dataset::{Bars, format_time};
use super::error::EngineError;
use trace::Trace;
use votes::{Limits, Votes};

/// Explains one bar.
///
/// Feeds a [`Classifier`] up to the bar, so every number is bit for bit what `compute` gives there.
/// The whole series is checked first: what `compute` refuses is refused here too.
///
/// # Errors
///
/// A series that is refused, a bar or time it does not have, a bar that is missing or lies before
/// the cutout.
///
/// ```
/// use std::sync::Arc;
///
/// use atc_cli::engine::dataset::{Request, read_bytes};
/// use atc_cli::engine::why::{At, why};
/// use atc_core::{Params, Plan};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let csv: String = (0..90).fold("close\n".to_owned(), |csv, bar| csv + &format!("{}\n", 100 + bar % 40));
/// let bars = read_bytes("saw.csv", csv.as_bytes(), &Request::default())?;
/// let report = why(&Arc::new(Plan::new(Params::default())?), &bars[0], &At::Bar(80))?;
/// let contributions: f64 = report.families.iter().map(|family| family.contribution).sum();
/// assert!((contributions - report.average_signal).abs() < 1e-12);
/// # Ok(())
/// # }
/// ```
pub fn why(plan: &Arc<Plan>, bars: &Bars, at: &At) -> Result<Report, WhyError> {
    bars.check().map_err(EngineError::from)?;
    let refused = |cause| EngineError::refused(bars, cause);
    let series = Series::new(plan, &bars.close, bars.source.as_deref()).map_err(refused)?;
    let asked = at.find(bars)?;
    let symbol = || bars.symbol.clone();
    if !bars.exists(asked) {
        return Err(WhyError::Missing {
            symbol: symbol(),
            bar: asked,
        });
    }
    let limits = Limits::of(plan);
    let mut classifier = Classifier::new(Arc::clone(plan));
    let mut trace = Trace::default();
    let present = (0..=asked).filter(|bar| bars.exists(*bar));
    for (bar, values) in present.zip(series.bars()) {
        let reading = classifier.update(values);
        trace.follow(
            bar,
            &classifier.cells().signals,
            reading.map(|reading| limits.cast(&reading)),
        );
    }
    let Some(reading) = classifier.reading() else {
        let cutout = plan.params().cutout;
        return Err(WhyError::BeforeCutout {
            symbol: symbol(),
            bar: asked,
            cutout,
        });
    };
    let time = |bar: usize| bars.time.as_ref().map(|times| format_time(times[bar]));
    let votes = limits.cast(&reading);
    let multiplier = plan.growth(classifier.n_bars() - 1);
    Ok(Report {
        symbol: symbol(),
        bar: asked,
        time: time(asked),
        close: bars.close[asked],
        n_bars: classifier.n_bars(),
        warm_up: plan.warm_up(),
        multiplier,
        multiplier_warning: MultiplierWarning::of(multiplier),
        average_signal: reading.average_signal,
        trend: reading.trend,
        vote: votes.average(),
        delayed: plan.params().strategy,
        vote_limits: [limits.short, limits.long],
        families: Family::ALL.map(|family| family_report(family, &classifier, (&reading, &votes))),
        last_move: trace.last_move(plan, time),
    })
}

fn family_report(
    family: Family,
    classifier: &Classifier,
    (reading, votes): (&Reading, &Votes),
) -> FamilyReport {
    let cells = classifier.cells();
    let lengths = classifier.plan().lengths(family);
    FamilyReport {
        family,
        signal: reading.signals[family],
        equity: reading.equities[family],
        vote: votes.votes[family as usize],
        contribution: votes.contribution(family),
        lines: std::array::from_fn(|k| LineReport {
            length: lengths[k],
            average: Some(cells.averages[family][k]).filter(|average| !average.is_nan()),
            signal: cells.signals[family][k].value(),
            equity: cells.equities[family][k],
        }),
    }
}
