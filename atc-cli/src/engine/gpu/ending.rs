//! Where series stand at their ends, with states to go on from.

use std::sync::Arc;

use atc_core::{Carry, Classifier, FamilyCarry, Flip, PerFamily, Plan, Reading, Trend};
use atc_gpu::{Error, Lane, Program};

use super::dense::Dense;
use crate::engine::last_block;
use crate::engine::{Ending, Output};

/// Endings without states.
pub(super) fn readings(
    lane: &mut Lane,
    plan: &Plan,
    (program, growth): (&Program, &[f64]),
    series: &[&Dense<'_>],
) -> Result<Vec<Output>, Error> {
    let given: Vec<_> = series.iter().map(|dense| dense.series()).collect();
    let readings = lane.last(program, growth, &given)?;
    let pairs = series.iter().zip(&readings);
    let output = |(dense, reading): (&&Dense<'_>, &Option<atc_gpu::Reading>)| {
        let ending = ending_of(plan, dense.n_present(), reading.as_ref());
        Output::Last(Box::new(ending))
    };
    Ok(pairs.map(output).collect())
}

/// Endings with the state at the end, and at the block that is worth one.
pub(super) fn with_states(
    lane: &mut Lane,
    plan: &Arc<Plan>,
    (program, growth): (&Program, &[f64]),
    series: &[&Dense<'_>],
) -> Result<Vec<Output>, Error> {
    let given: Vec<_> = series.iter().map(|dense| dense.series()).collect();
    let mark = |dense: &&Dense<'_>| {
        let existing = dense.existing_before(last_block(dense.n_bars())?);
        (0 < existing && existing < dense.n_present()).then_some(existing)
    };
    let marks: Vec<Option<usize>> = series.iter().map(mark).collect();
    let endings = lane.endings(program, growth, (&given, &marks))?;
    let output = |((dense, mark), [end, at_block]): ((&&Dense<'_>, Option<usize>), [_; 2])| {
        let ending: Ending = stood(plan, dense, (dense.n_present(), end));
        let at_block = mark.map(|mark| Box::new(stood(plan, dense, (mark, at_block))));
        Output::Last(Box::new(Ending { at_block, ..ending }))
    };
    Ok(series.iter().zip(marks).zip(endings).map(output).collect())
}

/// Where a series stood after so many bars, with its state.
fn stood(
    plan: &Arc<Plan>,
    dense: &Dense<'_>,
    (n_bars, at): (usize, Option<atc_gpu::Ending>),
) -> Ending {
    let Some(at) = at else {
        return Ending::default();
    };
    let ending = ending_of(plan, n_bars, at.reading.as_ref());
    let carry = Carry {
        families: PerFamily(at.families.map(|family| FamilyCarry {
            recursive: family.recursive,
            second: family.second,
            sides: family.sides,
            equities: family.equities,
            layer2: family.layer2,
        })),
        average: at.average,
        shown: ending.reading.map(|reading| reading.average_signal),
        last_flip: ending.last_flip,
    };
    let series = dense.series();
    let source = series.source.unwrap_or(series.close);
    let bars = (&series.close[..n_bars], &source[..n_bars]);
    let classifier = Classifier::carried_on(Arc::clone(plan), bars, &carry);
    Ending {
        state: Some(classifier.snapshot()),
        ..ending
    }
}

/// The ending of a series of `n_bars` bars that exist.
fn ending_of(plan: &Plan, n_bars: usize, reading: Option<&atc_gpu::Reading>) -> Ending {
    let last_flip = reading.and_then(|reading| reading.last_flip);
    let reading = reading.map(|reading| Reading {
        signals: PerFamily(reading.signals),
        equities: PerFamily(reading.equities),
        average_signal: reading.average,
        trend: Trend::of(plan, reading.average),
        flip: last_flip.is_some_and(|flip| flip.bar + 1 == n_bars),
    });
    let flip_of = |flip: atc_gpu::Flip| Flip {
        bar: flip.bar,
        trend: if flip.is_long {
            Trend::Long
        } else {
            Trend::Short
        },
    };
    Ending {
        reading,
        last_flip: last_flip.map(flip_of),
        n_bars,
        ..Ending::default()
    }
}
