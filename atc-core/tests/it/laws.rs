//! Laws that hold for every market and every plan.

use std::sync::Arc;

use atc_core::{
    Bar, Classifier, Columns, Family, Params, PerFamily, Plan, Profile, Reading, Robustness,
    Series, Sweep, SweepWorkspace, Trend, Workspace, classify,
};

use crate::market::{Kind, Rng, closes};

/// Plans of all profiles: the defaults, and lengths that need every kind of window.
fn plans() -> Vec<Arc<Plan>> {
    let mixed = PerFamily([9, 90, 12, 40, 61, 10]);
    let plan = |params| Arc::new(Plan::new(params).expect("the parameters are valid"));
    let all = Profile::ALL.iter().flat_map(|profile| {
        let base = Params {
            profile: *profile,
            ..Params::default()
        };
        let odd = Params {
            lengths: mixed,
            robustness: Robustness::Wide,
            cutout: 17,
            lambda: 0.4,
            strategy: true,
            ..base
        };
        [base, odd]
    });
    all.map(plan).collect()
}

/// The reading's 13 values as bits.
fn bits(reading: Option<Reading>) -> [u64; 13] {
    let Some(reading) = reading else {
        return [f64::NAN.to_bits(); 13];
    };
    let mut out = [0; 13];
    let values = reading.signals.0.iter().chain(&reading.equities.0);
    for (slot, value) in out.iter_mut().zip(values.chain([&reading.average_signal])) {
        *slot = value.to_bits();
    }
    out
}

/// The columns' 13 values at a bar as bits.
fn bits_at(columns: &Columns, bar: usize) -> [u64; 13] {
    let mut out = [0; 13];
    for (slot, (_, column)) in out.iter_mut().zip(columns.iter()) {
        *slot = column[bar].to_bits();
    }
    out
}

/// Feeds `close[from..]` and compares every reading with the batch.
fn check_from(classifier: &mut Classifier, close: &[f64], from: usize, batch: &Columns) {
    for (bar, price) in close.iter().enumerate().skip(from) {
        let price = Bar::new(*price).expect("made-up prices are positive");
        let reading = classifier.update(price);
        assert_eq!(
            bits(reading),
            bits_at(batch, bar),
            "bar {bar}, resumed at {from}"
        );
    }
}

#[test]
fn stream_is_batch_is_restored_at_every_split() {
    for (seed, plan) in plans().into_iter().enumerate() {
        let close = closes(Kind::ALL[seed], seed as u64 + 1, 500);
        let batch = classify(&plan, &close, None).unwrap();
        check_from(&mut Classifier::new(Arc::clone(&plan)), &close, 0, &batch);
        let mut stream = Classifier::new(Arc::clone(&plan));
        for split in 0..close.len() {
            let bytes = stream.snapshot().into_bytes();
            let mut restored = Classifier::restore(Arc::clone(&plan), &bytes).unwrap();
            assert_eq!(restored.snapshot().as_bytes(), bytes, "split {split}");
            assert_eq!(bits(restored.reading()), bits(stream.reading()));
            assert_eq!(restored.last_flip(), stream.last_flip());
            // Long enough to pass every cut of the windows; the tail is covered below.
            let end = close.len().min(split + 60);
            check_from(&mut restored, &close[..end], split, &batch);
            stream.update(Bar::new(close[split]).unwrap());
        }
    }
}

#[test]
fn restored_runs_stay_equal_to_the_end_of_long_series() {
    let mut rng = Rng::new(7);
    for (seed, plan) in plans().into_iter().enumerate() {
        let close = closes(Kind::ALL[(seed + 3) % 6], seed as u64 + 40, 20_000);
        let batch = classify(&plan, &close, None).unwrap();
        let mut stream = Classifier::new(Arc::clone(&plan));
        let mut from = 0;
        while from < close.len() {
            let to = close.len().min(from + 1 + rng.below(4000));
            check_from(&mut stream, &close[..to], from, &batch);
            let bytes = stream.snapshot().into_bytes();
            stream = Classifier::restore(Arc::clone(&plan), &bytes).unwrap();
            from = to;
        }
    }
}

#[test]
fn peeking_shows_the_update_and_changes_nothing() {
    for plan in plans() {
        let close = closes(Kind::Ticks, 3, 300);
        let mut classifier = Classifier::new(Arc::clone(&plan));
        for price in close {
            let before = classifier.snapshot();
            classifier.peek(Bar::new(price * 2.0).unwrap());
            let peeked = classifier.peek(Bar::new(price).unwrap());
            assert_eq!(classifier.snapshot(), before);
            assert_eq!(
                bits(classifier.update(Bar::new(price).unwrap())),
                bits(peeked)
            );
        }
    }
}

#[test]
fn missing_bars_move_nothing() {
    let plan = Plan::new(Params::default()).unwrap();
    let mut classifier = Classifier::new(plan);
    classifier.update(Bar::new(5.0).unwrap());
    let before = classifier.snapshot();
    assert_eq!(classifier.update(Bar::MISSING), None);
    assert_eq!(classifier.snapshot(), before);
    assert_eq!(classifier.n_bars(), 1);
}

#[test]
fn appending_bars_never_changes_the_past() {
    for (seed, plan) in plans().into_iter().enumerate() {
        let close = closes(Kind::ALL[seed], 11 + seed as u64, 700);
        let whole = classify(&plan, &close, None).unwrap();
        for n in [18, 27, 100, 333, 699] {
            let part = classify(&plan, &close[..n], None).unwrap();
            for bar in 0..n {
                assert_eq!(
                    bits_at(&part, bar),
                    bits_at(&whole, bar),
                    "bar {bar} of {n}"
                );
            }
        }
    }
}

#[test]
fn scaling_prices_by_a_power_of_two_changes_no_bit() {
    for (seed, plan) in plans().into_iter().enumerate() {
        let close = closes(Kind::ALL[seed], 23 + seed as u64, 600);
        let columns = classify(&plan, &close, None).unwrap();
        for scale in [2.0_f64.powi(-30), 0.5, 4.0, 2.0_f64.powi(40)] {
            let scaled: Vec<f64> = close.iter().map(|price| price * scale).collect();
            let scaled = classify(&plan, &scaled, None).unwrap();
            for bar in 0..close.len() {
                assert_eq!(
                    bits_at(&scaled, bar),
                    bits_at(&columns, bar),
                    "{scale}, bar {bar}"
                );
            }
        }
    }
}

#[test]
fn a_constant_price_gives_no_signal_at_all() {
    for profile in [Profile::Lts, Profile::Original] {
        let plan = Plan::new(Params {
            profile,
            ..Params::default()
        })
        .unwrap();
        let columns = classify(&plan, &vec![0.1; 3000], None).unwrap();
        for family in Family::ALL {
            assert!(
                columns.signals[family].iter().all(|signal| *signal == 0.0),
                "{family}"
            );
        }
        assert!(columns.average_signal.iter().all(|average| *average == 0.0));
    }
}

#[test]
fn damaged_or_foreign_snapshots_are_refused() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let mut classifier = Classifier::new(Arc::clone(&plan));
    for price in closes(Kind::Walk, 1, 100) {
        classifier.update(Bar::new(price).unwrap());
    }
    let bytes = classifier.snapshot().into_bytes();
    let other = Plan::new(Params {
        decay: 0.04,
        ..Params::default()
    })
    .unwrap();
    assert!(Classifier::restore(other, &bytes).is_err());
    for at in (0..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        assert!(
            Classifier::restore(Arc::clone(&plan), &damaged).is_err(),
            "byte {at}"
        );
        assert!(
            Classifier::restore(Arc::clone(&plan), &bytes[..at]).is_err(),
            "cut at {at}"
        );
    }
}

#[test]
fn equities_that_outgrow_all_numbers_leave_none_whoever_asks() {
    let mut n_lost = 0;
    for (lambda, profile) in [
        (500.0, Profile::Lts),
        (90.0, Profile::Pine),
        (1e10, Profile::Original),
    ] {
        let params = Params {
            lambda,
            profile,
            ..Params::default()
        };
        let plan = Arc::new(Plan::new(params).unwrap());
        let sweep = Arc::new(Sweep::new([Arc::clone(&plan)]).unwrap());
        let close = closes(Kind::Walk, 5, 3000);
        let columns = classify(&plan, &close, None).unwrap();
        let mut classifier = Classifier::new(Arc::clone(&plan));
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        for (bar, price) in close.iter().enumerate() {
            let expected = columns.average_signal[bar];
            let reading = classifier.update(Bar::new(*price).unwrap()).unwrap();
            assert!(
                same(reading.average_signal, expected),
                "{lambda}, bar {bar}"
            );
            let lost = expected.is_nan();
            assert!(!lost || reading.trend == Trend::Neutral);
            n_lost += usize::from(lost);
            if bar % 100 != 99 {
                continue;
            }
            let start = &close[..=bar];
            let mut workspace = Workspace::new(Arc::clone(&plan));
            let series = [Series::new(&plan, start, None).unwrap()];
            workspace.last(&series, |_, last| {
                let found = last.reading().unwrap().average_signal;
                assert!(
                    same(found, expected),
                    "{lambda}, {bar}: batch {found}, {expected}"
                );
            });
            let series = [sweep.series(start, None).unwrap()];
            SweepWorkspace::new(Arc::clone(&sweep)).last(&series, |_, _, swept| {
                let found = swept.reading().unwrap().average_signal;
                assert!(
                    same(found, expected),
                    "{lambda}, {bar}: sweep {found}, {expected}"
                );
            });
        }
    }
    assert!(1000 < n_lost, "{n_lost} bars");
}
