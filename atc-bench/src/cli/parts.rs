//! What a stream does, one call at a time: update, peek, snapshot, restore; then a universe, and a long series.

use std::hint::black_box;
use std::time::Instant;

use atc_bench::market::Workload;
use atc_bench::report::Sheet;
use atc_bench::stats::Times;
use atc_core::{Bar, Classifier, Params, Plan};

use super::args::PartsArgs;
use super::{long, print, universe};

/// Bars that warm every average up.
const WARM_UP: usize = 500;

/// Calls in a round: what one of them takes is below the clock's grain.
const CALLS: usize = 1_000;

/// A part and its calls.
type Part<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// Times the parts and prints them.
pub(crate) fn run(args: &PartsArgs) -> anyhow::Result<()> {
    print(&measured(args)?.text())?;
    print(&universe::measured(args.rounds)?.text())?;
    print(&long::measured(args.rounds)?.text())
}

/// Times the parts, in turn.
pub(crate) fn measured(args: &PartsArgs) -> anyhow::Result<Sheet> {
    let market = Workload::new(1, WARM_UP + CALLS).market(1);
    let bars: Vec<Bar> = market[0]
        .iter()
        .map(|close| Bar::new(*close))
        .collect::<Result<_, _>>()?;
    let (past, next) = bars.split_at(WARM_UP);
    let mut warm = Classifier::new(Plan::new(Params::default())?);
    for bar in past {
        warm.update(*bar);
    }
    let mut parts = parts(&warm, next);
    let mut seconds = vec![Vec::new(); parts.len()];
    for _ in 0..args.rounds {
        for ((_, part), seconds) in parts.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            part();
            seconds.push(start.elapsed().as_secs_f64());
        }
    }
    let names = parts.iter().map(|(name, _)| *name);
    let times = seconds.into_iter().map(Times::of);
    let title = format!("One classifier, {} rounds of {CALLS} calls", args.rounds);
    let unit = ("ns", 1e-9 * CALLS as f64, 0);
    Ok(sheet(title, unit, names.zip(times)))
}

/// Each part, a thousand calls of it.
fn parts<'a>(warm: &'a Classifier, next: &'a [Bar]) -> Vec<Part<'a>> {
    let bytes = warm.snapshot().into_bytes();
    vec![
        (
            "update",
            Box::new(move || {
                let mut classifier = warm.clone();
                for bar in next {
                    black_box(classifier.update(*bar));
                }
            }),
        ),
        (
            "peek",
            Box::new(move || {
                for bar in next {
                    black_box(warm.peek(*bar));
                }
            }),
        ),
        (
            "snapshot",
            Box::new(move || {
                for _ in next {
                    black_box(warm.snapshot());
                }
            }),
        ),
        (
            "restore",
            Box::new(move || {
                for _ in next {
                    let plan = warm.plan().clone();
                    let restored = Classifier::restore(plan, black_box(&bytes));
                    black_box(restored.expect("the snapshot is of this plan"));
                }
            }),
        ),
    ]
}

/// Times of calls, in a unit of so many seconds and with so many digits.
pub(super) fn sheet(
    title: String,
    (unit, seconds, digits): (&str, f64, usize),
    parts: impl Iterator<Item = (&'static str, Times)>,
) -> Sheet {
    let row = |(name, times): (&'static str, Times)| {
        let in_unit = |time: f64| format!("{:.digits$}", time / seconds);
        vec![
            name.to_owned(),
            in_unit(times.best),
            in_unit(times.median),
            format!("{:.0} %", 100.0 * times.spread),
        ]
    };
    Sheet {
        title,
        n_words: 1,
        header: [
            "call".to_owned(),
            format!("best {unit}"),
            format!("median {unit}"),
            "spread".to_owned(),
        ]
        .into(),
        rows: parts.map(row).collect(),
    }
}
