//! What holds between the cutout and the end of the warm-up.

use std::sync::Arc;

use atc_core::{Bar, Classifier, Family, MAX_CUTOUT, Params, Plan, Trend, classify};

/// The defaults with a cutout.
fn plan(cutout: usize) -> Arc<Plan> {
    let params = Params {
        cutout,
        ..Params::default()
    };
    Arc::new(Plan::new(params).expect("the cutout is in range"))
}

#[test]
fn kama_may_flip_the_trend_at_bar_1_long_before_the_warm_up_is_over() {
    let mut classifier = Classifier::new(plan(0));
    let readings = [100.0, 101.0].map(|close| classifier.update(Bar::new(close).unwrap()));
    let [Some(first), Some(second)] = readings else {
        panic!("without a cutout every bar has a reading");
    };
    assert_eq!((first.average_signal, first.trend), (0.0, Trend::Neutral));
    assert_eq!((second.trend, second.flip), (Trend::Long, true));
    assert_eq!(second.signals[Family::Kama], 1.0);
    assert_eq!(second.signals[Family::Ema], 0.0);
    assert!(!classifier.is_warm());
}

#[test]
fn a_classifier_is_warm_when_every_average_has_a_value() {
    let plan = plan(0);
    let mut classifier = Classifier::new(Arc::clone(&plan));
    for bar in 0..60 {
        let of_all = |c: &Classifier| c.cells().averages.0.iter().flatten().all(|a| !a.is_nan());
        // KAMA has values from the start, and its window last of all: one bar after its longest length.
        assert_eq!(classifier.is_warm(), plan.warm_up() <= bar);
        assert!(!classifier.is_warm() || of_all(&classifier), "bar {bar}");
        classifier.update(Bar::new(100.0 + bar as f64).unwrap());
    }
}

#[test]
fn a_cutout_of_the_warm_up_leaves_it_out() {
    let (n, plan) = (plan(0).warm_up(), plan(plan(0).warm_up()));
    let close: Vec<f64> = (0..200).map(|bar| 100.0 + f64::from(bar % 40)).collect();
    let columns = classify(&plan, &close, None).unwrap();
    let mut classifier = Classifier::new(plan);
    for (bar, price) in close.iter().enumerate() {
        let reading = classifier.update(Bar::new(*price).unwrap());
        assert_eq!(reading.is_some(), n <= bar);
        assert!(reading.is_none() || classifier.is_warm());
        assert_eq!(columns.average_signal[bar].is_nan(), bar < n);
    }
}

#[test]
fn the_largest_cutout_has_a_stream_without_readings_and_no_series() {
    let plan = plan(MAX_CUTOUT);
    assert!(classify(&plan, &[1.0; 300], None).is_err());
    let mut classifier = Classifier::new(plan);
    for bar in 0..300 {
        let bar = Bar::new(100.0 + f64::from(bar % 7)).unwrap();
        assert_eq!(classifier.update(bar), None);
    }
    assert_eq!(classifier.last_flip(), None);
}
