//! Golden cases through the naive oracle and through the public interface.
//!
//! The corpus is `testdata/cases`; a second one is read where the environment
//! variable `ATC_GOLDEN` names its directory.

mod corpus;
mod scenarios;

use crate::naive;
use atc_core::{Columns, Detail, Error, Family, PerFamily, Plan, classify, classify_detail};
use corpus::{Case, Table, cases, params};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Family signals are multiples of 0.01: this is an absolute tolerance.
const SIGNAL: f64 = 1e-12;
/// Relative tolerance of equities and of the average signal.
const EQUITY: f64 = 1e-9;
/// Absolute tolerance of an average signal near 0.
const CANCELLED: f64 = 1e-15;
/// Relative tolerance of averages.
const AVERAGE: f64 = 1e-12;

#[test]
fn naive_oracle_reproduces_every_case() {
    check(|case| {
        let settings = naive::Settings::from_json(&case.params)?;
        let out = naive::classify(&settings, &case.close, case.source.as_deref())?;
        let columns = naive::column_names().into_iter().zip(out.columns.clone());
        let lines = out
            .named_averages()
            .into_iter()
            .map(|(name, line)| (name, line.to_vec()))
            .collect();
        Ok((columns.collect(), lines))
    });
}

#[test]
fn batch_reproduces_every_case() {
    check(|case| {
        let plan = plan(case)?;
        let columns = classify(&plan, &case.close, case.source.as_deref()).map_err(words)?;
        let detail = classify_detail(&plan, &case.close, case.source.as_deref()).map_err(words)?;
        Ok((by_name(&columns), averages(&detail)))
    });
}

#[test]
fn every_line_equals_the_naive_oracle() {
    for case in cases().iter().filter(|case| case.expected.is_some()) {
        let settings = naive::Settings::from_json(&case.params).unwrap();
        let want = naive::classify(&settings, &case.close, case.source.as_deref()).unwrap();
        let plan = plan(case).unwrap();
        let got = classify_detail(&plan, &case.close, case.source.as_deref()).unwrap();
        for family in Family::ALL {
            for line in 0..9 {
                let f = family as usize;
                let label = format!("{}: {family}_{}", case.name, plan.lengths(family)[line]);
                let signals: Vec<f64> = got.signals[family][line]
                    .iter()
                    .map(|s| f64::from(*s))
                    .collect();
                // A bar that does not exist has no signal: 0 here, NaN there.
                let wanted: Vec<f64> = want.signals[f][line]
                    .iter()
                    .map(|s| if s.is_nan() { 0.0 } else { *s })
                    .collect();
                assert_eq!(
                    first_difference(&signals, &wanted, |_| 0.0),
                    None,
                    "{label} signal"
                );
                let equities = first_difference(
                    &got.equities[family][line],
                    &want.equities[f][line],
                    |want| EQUITY * want.abs(),
                );
                assert_eq!(equities, None, "{label} equity");
            }
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn parameter_files_read_as_the_parameters_they_name() {
    for case in cases() {
        let read: atc_core::Params = serde_json::from_value(case.params.clone()).unwrap();
        assert_eq!(Ok(read), params(&case.params), "{}", case.name);
    }
}

/// Runs `compute` over every case and lists all that is not as it must be.
fn check(compute: impl Fn(&Case) -> Result<(Table, Table), String>) {
    let mut wrong = Vec::new();
    for case in cases() {
        let outcome = catch_unwind(AssertUnwindSafe(|| compute(&case)));
        let Ok(outcome) = outcome else {
            wrong.push(format!("{}: panicked", case.name));
            continue;
        };
        match (outcome, &case.expected) {
            (Ok((columns, lines)), Some(expected)) => {
                compare(&case.name, &columns, expected, &mut wrong);
                if let Some(expected) = &case.lines {
                    compare(&case.name, &lines, expected, &mut wrong);
                }
            }
            (Err(_), None) => {}
            (Ok(_), None) => wrong.push(format!("{}: not refused", case.name)),
            (Err(why), Some(_)) => wrong.push(format!("{}: refused, {why}", case.name)),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differences\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn compare(case: &str, got: &Table, expected: &Table, wrong: &mut Vec<String>) {
    for (name, want) in expected {
        match got.get(name) {
            None => wrong.push(format!("{case}: no column {name}")),
            Some(got) => {
                if let Some(difference) = first_difference(got, want, tolerance(name)) {
                    wrong.push(format!("{case}: {name} {difference}"));
                }
            }
        }
    }
}

/// By how much a value of the column may miss the wanted one.
fn tolerance(column: &str) -> impl Fn(f64) -> f64 {
    let (absolute, relative) = match column.rsplit_once('_') {
        // Votes that cancel leave the last bits of a sum.
        _ if column == "average_signal" => (CANCELLED, EQUITY),
        Some((_, "signal")) => (SIGNAL, 0.0),
        Some((_, "equity")) => (0.0, EQUITY),
        _ => (0.0, AVERAGE),
    };
    move |want| (relative * want.abs()).max(absolute)
}

/// The first bar at which two columns differ by more than allowed; NaN equals NaN only.
fn first_difference(got: &[f64], want: &[f64], tolerance: impl Fn(f64) -> f64) -> Option<String> {
    if got.len() != want.len() {
        return Some(format!("has {} bars, wanted {}", got.len(), want.len()));
    }
    let differs = |bar: &usize| {
        let (got, want) = (got[*bar], want[*bar]);
        if got.is_nan() || want.is_nan() {
            got.is_nan() != want.is_nan()
        } else {
            got != want && (got - want).abs() > tolerance(want)
        }
    };
    let bar = (0..got.len()).find(differs)?;
    Some(format!(
        "bar {bar}: got {:?}, wanted {:?}",
        got[bar], want[bar]
    ))
}

fn plan(case: &Case) -> Result<Plan, String> {
    Plan::new(params(&case.params).map_err(words)?).map_err(words)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape `map_err` calls")]
fn words(error: Error) -> String {
    error.to_string()
}

fn by_name(columns: &Columns) -> Table {
    let named = columns.iter();
    named
        .map(|(name, values)| (name.to_owned(), values.to_vec()))
        .collect()
}

fn averages(detail: &Detail) -> Table {
    let of = |family: Family, lengths: PerFamily<[usize; 9]>| {
        let named = lengths[family].into_iter().zip(&detail.averages[family]);
        named.map(move |(length, line)| (format!("{family}_{length}"), line.clone()))
    };
    Family::ALL
        .into_iter()
        .flat_map(|family| of(family, detail.lengths))
        .collect()
}
