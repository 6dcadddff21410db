//! Do a peer's averages agree with ours? Its time counts only if they do.

use anyhow::{Result, bail};
use atc_bench::report::Sheet;
use atc_core::{Bar, Classifier, Family, PerFamily, Plan};

use crate::peer::Peer;

/// How far a value may lie from ours, as a fraction of it. Sums that slide over a million bars drift by
/// less; another definition is off by far more.
const TOLERANCE: f64 = 1e-7;

/// Bars compared: the last ones, where nobody remembers how an average began.
const COMPARED: usize = 1_000;

/// The widest distance to ours in each family, as a fraction of ours.
pub(crate) type Distances = PerFamily<f64>;

/// Whether both compute the same. KAMA does not: the peers move between 2/31 and 2/3, ATC, as the script
/// it follows, between 0.064 and 0.666.
fn is_same_definition(family: Family) -> bool {
    family != Family::Kama
}

/// Compares all averages of a peer with ours on the last bars of a series.
///
/// # Errors
///
/// A family that should agree and does not.
pub(crate) fn check(peer: &mut dyn Peer, plan: &Plan, close: &[f64]) -> Result<Distances> {
    let ours = last_averages(plan, close)?;
    let mut distances = Distances::splat(0.0);
    for family in Family::ALL {
        for (line, length) in plan.lengths(family).into_iter().enumerate() {
            let theirs = peer.average(family, length, close)?;
            let theirs = &theirs[theirs.len() - ours.len()..];
            for (own, their) in ours.iter().zip(theirs) {
                let distance = (their / own[family][line] - 1.0).abs();
                // Against a NaN every comparison fails, and it must not pass for agreement.
                let distance = if distance.is_nan() {
                    f64::INFINITY
                } else {
                    distance
                };
                distances[family] = distances[family].max(distance);
            }
        }
        let distance = distances[family];
        if is_same_definition(family) && TOLERANCE < distance {
            bail!(
                "{}: its {} is off ours by a fraction of {distance:.1e}, more than {TOLERANCE:e}: its time does not count",
                peer.name(),
                family.name()
            );
        }
    }
    Ok(distances)
}

/// Our 54 averages at the last bars.
fn last_averages(plan: &Plan, close: &[f64]) -> Result<Vec<PerFamily<[f64; 9]>>> {
    let mut classifier = Classifier::new(plan.clone());
    let mut last = Vec::new();
    let first = close.len().saturating_sub(COMPARED).max(close.len() / 2);
    for (bar, close) in close.iter().enumerate() {
        classifier.update(Bar::new(*close)?);
        if first <= bar {
            last.push(classifier.cells().averages);
        }
    }
    Ok(last)
}

/// What the comparison found, a row for each peer.
pub(crate) fn sheet(found: &[(&str, Distances)]) -> Sheet {
    let cell = |family: Family, distance: f64| {
        let differs = if is_same_definition(family) {
            ""
        } else {
            " (another definition)"
        };
        format!("{distance:.0e}{differs}")
    };
    let row = |(name, distances): &(&str, Distances)| {
        let cells = Family::ALL.map(|family| cell(family, distances[family]));
        [vec![(*name).to_owned()], cells.into()].concat()
    };
    let names = Family::ALL.map(|family| family.name().to_owned());
    Sheet {
        title: format!(
            "Widest distance to our averages over the last {COMPARED} bars, as a fraction of them (at most {TOLERANCE:e})"
        ),
        n_words: 1,
        header: [vec!["peer".to_owned()], names.into()].concat(),
        rows: found.iter().map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atc_bench::market::Workload;
    use atc_core::{Params, classify_detail};

    /// Our own averages times a factor.
    struct Twin {
        factor: f64,
        out: Vec<f64>,
    }

    impl Peer for Twin {
        fn name(&self) -> &'static str {
            "twin"
        }

        fn average(&mut self, family: Family, length: usize, close: &[f64]) -> Result<&[f64]> {
            let detail = classify_detail(&Plan::new(Params::default())?, close, None)?;
            let lengths = detail.lengths[family];
            let line = lengths.iter().position(|own| *own == length);
            let line = line.expect("the plan has the length");
            let values = detail.averages[family][line].iter();
            self.out = values.map(|value| value * self.factor).collect();
            Ok(&self.out)
        }
    }

    fn checked(factor: f64) -> Result<Distances> {
        let plan = Plan::new(Params::default())?;
        let mut twin = Twin {
            factor,
            out: Vec::new(),
        };
        check(&mut twin, &plan, &Workload::new(1, 200).market(1)[0])
    }

    #[test]
    fn a_peer_that_is_off_or_silent_is_refused() {
        let same = checked(1.0).expect("a twin agrees");
        assert_eq!(same, Distances::splat(0.0));
        for factor in [1.0 + 1e-6, 1.0 - 1e-6, 0.0, f64::NAN] {
            let error = checked(factor).expect_err("a factor is off").to_string();
            assert!(error.starts_with("twin: its ema is off ours"), "{error}");
        }
    }
}
