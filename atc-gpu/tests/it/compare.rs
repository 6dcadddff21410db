//! Counting the values in which two results differ.

use atc_core::{Plan, Trend, TrendTracker};
use atc_gpu::{Columns, Flip};

/// Values of `ours` whose bits are not those of `theirs`; NaN equals NaN.
pub(crate) fn differing(ours: &Columns, theirs: &atc_core::Columns) -> usize {
    let mine = ours.signals.iter().chain(&ours.equities);
    let pairs = mine.chain([&ours.average]).zip(theirs.iter());
    pairs
        .map(|(ours, (_, theirs))| differing_values(ours, theirs))
        .sum()
}

/// As [`differing`], for one column.
pub(crate) fn differing_values(ours: &[f64], theirs: &[f64]) -> usize {
    assert_eq!(ours.len(), theirs.len(), "one value per bar");
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
    let pairs = ours.iter().zip(theirs);
    pairs.filter(|(a, b)| !same(**a, **b)).count()
}

/// The last flip as the definition follows it.
pub(crate) fn flip_of(plan: &Plan, average: &[f64]) -> Option<Flip> {
    let mut tracker = TrendTracker::default();
    for value in average {
        tracker.update(plan, *value);
    }
    tracker.last_flip().map(|flip| Flip {
        bar: flip.bar,
        is_long: flip.trend == Trend::Long,
    })
}
