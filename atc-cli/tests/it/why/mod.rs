//! Why: the report agrees with the columns, and its last move with the past.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod moves;

use std::sync::Arc;

use atc_cli::engine::dataset::{Bars, Request, discover, read_bytes};
use atc_cli::engine::why::{At, MultiplierWarning, Report, WhyError, why};
use atc_core::{Detail, Family, Gaps, Params, Plan, Preset, Profile, classify_detail};

fn candles(symbol: &str) -> Bars {
    let path = format!(
        "{}/../examples/candles/{symbol}.csv",
        env!("CARGO_MANIFEST_DIR")
    );
    let found = discover(&[path]);
    let mut all = found.sources[0].read(&Request::default()).unwrap();
    assert_eq!(all.len(), 1, "{symbol} is one series");
    all.remove(0)
}

fn read(csv: &str) -> Bars {
    read_bytes("made.csv", csv.as_bytes(), &Request::default())
        .unwrap()
        .remove(0)
}

fn plan(params: Params) -> Arc<Plan> {
    Arc::new(Plan::new(params).unwrap())
}

/// Plans that differ in everything the report shows: cutout, cut, weights, lengths.
fn plans() -> Vec<Arc<Plan>> {
    let profile = |profile| Params {
        profile,
        ..Params::default()
    };
    let mut uneven = Preset::Scalping.params();
    uneven.lengths[Family::Kama] = 9;
    uneven.weights[Family::Lsma] = 3.5;
    let presets = [Preset::Swing.params(), uneven];
    let profiles = Profile::ALL.iter().map(|one| profile(*one));
    presets.into_iter().chain(profiles).map(plan).collect()
}

fn detail(plan: &Plan, bars: &Bars) -> Detail {
    classify_detail(plan, &bars.close, bars.source.as_deref()).unwrap()
}

fn at(plan: &Arc<Plan>, bars: &Bars, bar: usize) -> Report {
    why(plan, bars, &At::Bar(bar)).unwrap()
}

fn bits(value: Option<f64>) -> u64 {
    value.unwrap_or(f64::NAN).to_bits()
}

fn assert_report_is_the_columns(report: &Report, detail: &Detail) {
    let bar = report.bar;
    let columns = &detail.columns;
    assert_eq!(
        report.average_signal.to_bits(),
        columns.average_signal[bar].to_bits()
    );
    for (family, found) in Family::ALL.into_iter().zip(&report.families) {
        assert_eq!(found.family, family);
        assert_eq!(
            found.signal.to_bits(),
            columns.signals[family][bar].to_bits()
        );
        assert_eq!(
            found.equity.to_bits(),
            columns.equities[family][bar].to_bits()
        );
        for (k, line) in found.lines.iter().enumerate() {
            assert_eq!(line.length, detail.lengths[family][k]);
            assert_eq!(
                bits(line.average),
                bits(Some(detail.averages[family][k][bar]).filter(|average| !average.is_nan()))
            );
            assert_eq!(line.signal, detail.signals[family][k][bar]);
            assert_eq!(
                line.equity.to_bits(),
                detail.equities[family][k][bar].to_bits()
            );
        }
    }
}

#[test]
fn a_report_is_bit_for_bit_the_detail_of_its_bar() {
    let bars = candles("GOOG");
    for plan in plans() {
        let detail = detail(&plan, &bars);
        for bar in [plan.params().cutout, 29, 60, 500, bars.len() - 1] {
            assert_report_is_the_columns(&at(&plan, &bars, bar), &detail);
        }
        let last = why(&plan, &bars, &At::Last).unwrap();
        assert_eq!(last, at(&plan, &bars, bars.len() - 1));
    }
}

#[test]
fn contributions_add_up_to_the_average_signal() {
    let bars = candles("AAPL");
    for plan in plans() {
        for bar in (plan.params().cutout..bars.len()).step_by(97) {
            let report = at(&plan, &bars, bar);
            let sum: f64 = report.families.iter().map(|one| one.contribution).sum();
            assert!((sum - report.average_signal).abs() < 1e-12, "bar {bar}");
            assert_eq!(
                report.vote.to_bits(),
                report.average_signal.to_bits(),
                "bar {bar}"
            );
        }
    }
}

#[test]
fn strategy_shows_the_vote_of_the_bar_before() {
    let bars = candles("IBM");
    let delayed = plan(Params {
        strategy: true,
        ..Params::default()
    });
    for bar in 60..160 {
        let (before, report) = (at(&delayed, &bars, bar - 1), at(&delayed, &bars, bar));
        assert!(report.delayed);
        assert_eq!(report.average_signal.to_bits(), before.vote.to_bits());
    }
}

#[test]
fn a_time_means_the_last_bar_that_opened_by_then() {
    let bars = candles("GOOG");
    let default = plan(Params::default());
    let report = |text: &str| why(&default, &bars, &text.parse().unwrap()).unwrap();
    let friday = report("2012-11-16");
    assert_eq!(friday.time.as_deref(), Some("2012-11-16T00:00:00Z"));
    assert_eq!(friday, report("2012-11-18"));
    assert_eq!(friday, report("2012-11-16T23:59:59Z"));
    assert_eq!(friday, report(&friday.bar.to_string()));
    assert_eq!(report("2012-11-19").bar, friday.bar + 1);
}

#[test]
fn what_is_outside_the_data_is_told_the_range_that_exists() {
    let bars = candles("AAPL");
    let default = plan(Params::default());
    let error = |at: &str| {
        let result = at.parse().and_then(|at| why(&default, &bars, &at));
        result.unwrap_err().to_string()
    };
    let last = bars.len() - 1;
    assert_eq!(
        error("999999"),
        format!("AAPL: there is no bar 999999; give a bar of 0 to {last}")
    );
    assert_eq!(
        error("1980-01-01"),
        "AAPL: there is no bar at 1980-01-01T00:00:00Z; give a time of 2007-03-19T00:00:00Z to 2013-03-01T00:00:00Z"
    );
    assert!(error("2100-01-01").starts_with("AAPL: there is no bar at 2100-01-01T00:00:00Z"));
    assert!(error("soon").starts_with("`soon` names no bar; give an index from 0, a date"));
    let timeless = read("close\n1\n2\n3\n");
    let refused = why(&default, &timeless, &"2012-01-01".parse().unwrap()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "made: the input has no times; give a bar of 0 to 2"
    );
}

#[test]
fn a_bar_before_the_cutout_has_no_value_and_says_so() {
    let bars = candles("AAPL");
    let late = plan(Params {
        cutout: 100,
        ..Params::default()
    });
    let refused = why(&late, &bars, &At::Bar(99)).unwrap_err();
    assert!(matches!(
        refused,
        WhyError::BeforeCutout {
            bar: 99,
            cutout: 100,
            ..
        }
    ));
    assert_eq!(at(&late, &bars, 100).multiplier.to_bits(), 1_f64.to_bits());
}

#[test]
fn the_multiplier_warns_at_the_limits_of_the_script() {
    let bars = candles("IBM");
    let fast = |lambda| {
        let report = at(
            &plan(Params {
                lambda,
                ..Params::default()
            }),
            &bars,
            1000,
        );
        assert!((report.multiplier - lambda.exp()).abs() < 1e-12);
        report.multiplier_warning
    };
    assert_eq!(fast(0.09), None);
    assert_eq!(fast(0.1), Some(MultiplierWarning::TooHigh));
    assert_eq!(fast(0.3), Some(MultiplierWarning::WayTooHigh));
}

#[test]
fn missing_bars_move_nothing_and_cannot_be_asked_about() {
    let whole = candles("GOOG");
    let mut holed = whole.clone();
    let hole = 700;
    holed.close.insert(hole, f64::NAN);
    holed
        .time
        .as_mut()
        .unwrap()
        .insert(hole, whole.time.as_ref().unwrap()[hole] - 1);
    let skip = plan(Params {
        gaps: Gaps::Skip,
        ..Params::default()
    });
    let refused = why(&skip, &holed, &At::Bar(hole)).unwrap_err();
    assert!(matches!(refused, WhyError::Missing { bar: 700, .. }));
    let (left, right) = (at(&skip, &holed, 901), at(&skip, &whole, 900));
    assert_eq!(left.families, right.families);
    assert_eq!(left.multiplier.to_bits(), right.multiplier.to_bits());
    let mut ends = whole.clone();
    *ends.close.last_mut().unwrap() = f64::NAN;
    let last = why(&skip, &ends, &At::Last).unwrap();
    assert_eq!(last.bar, whole.len() - 2);
    let rejected = why(&plan(Params::default()), &holed, &At::Bar(3)).unwrap_err();
    assert!(rejected.to_string().contains("GOOG.csv"), "{rejected}");
}
