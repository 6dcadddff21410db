//! What callers may get wrong without a panic.

use std::sync::Arc;

use atc_core::{
    Carry, Classifier, Error, Family, FamilyCarry, Flip, Gaps, Isa, MAX_LENGTH, Params, PerFamily,
    Pieces, Plan, Robustness, Series, Sweep, SweepWorkspace, Trend, TrendTracker, Workspace,
    classify_last,
};

use crate::market::{Kind, closes};

#[test]
fn lengths_that_no_plan_has_have_no_first_bar() {
    let params = Params {
        lengths: PerFamily::splat(MAX_LENGTH),
        robustness: Robustness::Wide,
        ..Params::default()
    };
    let plan = Plan::new(params).unwrap();
    for family in Family::ALL {
        for length in [0, MAX_LENGTH + 8, usize::MAX] {
            assert_eq!(plan.first_bar(family, length), None, "{family} {length}");
        }
        for length in plan.lengths(family) {
            assert!(
                plan.first_bar(family, length).is_some(),
                "{family} {length}"
            );
        }
    }
}

#[test]
fn a_series_is_not_cut_into_more_pieces_than_it_has_bars() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let close = closes(Kind::Walk, 3, 400);
    let series = Series::new(&plan, &close, None).unwrap();
    for n in [401, usize::MAX / 4, usize::MAX / 2, usize::MAX] {
        assert!(Pieces::new(&plan, &series, Isa::Portable(4), n).is_none());
    }
}

#[test]
fn a_sweep_without_parameter_sets_is_refused_at_once() {
    let refused = Sweep::new(Vec::<Plan>::new()).unwrap_err();
    assert_eq!(refused, Error::EmptySweep);
}

#[test]
fn flips_that_no_series_has_are_not_carried_on() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let close = closes(Kind::Walk, 4, 100);
    let family = FamilyCarry {
        recursive: [100.0; 9],
        second: [100.0; 9],
        sides: [1.0; 9],
        equities: [1.0; 9],
        layer2: [100.0, 1.0, 1.0],
    };
    for (bar, trend, is_flip) in [
        (99, Trend::Long, true),
        (100, Trend::Long, false),
        (usize::MAX, Trend::Short, false),
        (50, Trend::Neutral, false),
    ] {
        let flip = Flip { bar, trend };
        let carry = Carry {
            families: PerFamily::splat(family),
            average: 1.0,
            shown: Some(1.0),
            last_flip: Some(flip),
        };
        let classifier = Classifier::carried_on(Arc::clone(&plan), (&close, &close), &carry);
        assert_eq!(classifier.last_flip(), is_flip.then_some(flip));
        let bytes = classifier.snapshot();
        let restored = Classifier::restore(Arc::clone(&plan), bytes.as_bytes()).unwrap();
        assert_eq!(restored.last_flip(), classifier.last_flip());
    }
}

#[test]
fn missing_bars_become_nan_in_columns_that_held_something_before() {
    let plan = |lambda| {
        let params = Params {
            lambda,
            gaps: Gaps::Skip,
            ..Params::default()
        };
        Arc::new(Plan::new(params).unwrap())
    };
    let plans = [plan(0.01), plan(0.02)];
    let whole = closes(Kind::Walk, 5, 300);
    let mut gappy = whole.clone();
    for at in [0, 7, 150, 299] {
        gappy[at] = f64::NAN;
    }
    let series = [&whole, &gappy].map(|close| Series::new(&plans[0], close, None).unwrap());
    let mut out = vec![vec![7.0; 300]; 4];
    let mut views: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
    Workspace::new(Arc::clone(&plans[0])).averages(&series, &mut views[..2]);
    check(&out[0], &out[1], &gappy);
    let mut views: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
    let sweep = Sweep::new(plans).unwrap();
    SweepWorkspace::new(sweep).averages(&series, &mut views);
    check(&out[0], &out[1], &gappy);
    check(&out[2], &out[3], &gappy);
}

/// Holds average signals against the closes they are of.
fn check(of_whole: &[f64], of_gappy: &[f64], gappy: &[f64]) {
    assert!(of_whole.iter().all(|value| value.abs() <= 1.0));
    for (bar, value) in of_gappy.iter().enumerate() {
        assert_eq!(value.is_nan(), gappy[bar].is_nan(), "bar {bar}: {value}");
    }
}

#[test]
fn the_bar_of_a_flip_is_found_in_a_series_with_missing_bars() {
    let params = Params {
        gaps: Gaps::Skip,
        ..Params::default()
    };
    let plan = Arc::new(Plan::new(params).unwrap());
    let mut close = closes(Kind::Walk, 6, 400);
    for at in (3..400).step_by(9) {
        close[at] = f64::NAN;
    }
    let series = Series::new(&plan, &close, None).unwrap();
    let mut out = vec![0.0; 400];
    Workspace::new(Arc::clone(&plan)).averages(std::slice::from_ref(&series), &mut [&mut out]);
    let mut tracker = TrendTracker::default();
    for value in &out {
        tracker.update(&plan, *value);
    }
    let over_column = tracker.last_flip().unwrap();
    let classifier = classify_last(&plan, &close, None).unwrap();
    let of_existing = classifier.last_flip().unwrap();
    assert!(of_existing.bar < over_column.bar);
    assert_eq!(series.index(of_existing.bar), over_column.bar);
}
