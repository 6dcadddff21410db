//! The ranges of parameters.

use crate::{Error, MAX_CUTOUT, MAX_WEIGHT, Params};

/// Refuses the first parameter that is out of range; lengths apart.
pub(crate) fn check(p: &Params) -> Result<(), Error> {
    let out_of_range = |name, range, got| Err(Error::OutOfRange { name, range, got });
    for (family, got) in p.weights {
        // Written so that NaN is refused too.
        if !(0.0 < got && got <= MAX_WEIGHT) {
            return Err(Error::Weight { family, got });
        }
    }
    if !p.lambda.is_finite() {
        return out_of_range("lambda", "the finite numbers", p.lambda);
    }
    if !(0.0..100.0).contains(&p.decay) {
        return out_of_range("decay", "0 <= decay < 100 (percent per bar)", p.decay);
    }
    if MAX_CUTOUT < p.cutout {
        let range = "0 <= cutout <= 1000000000 (bars)";
        return out_of_range("cutout", range, p.cutout as f64);
    }
    thresholds(p.long_threshold, p.short_threshold)
}

fn thresholds(long: f64, short: f64) -> Result<(), Error> {
    // Asked so that a NaN on either side is refused too.
    let is_above = long > short;
    if !is_above {
        return Err(Error::Thresholds { long, short });
    }
    for (name, got) in [("long_threshold", long), ("short_threshold", short)] {
        if got.is_infinite() {
            let range = "the finite numbers (2 and -2 are never crossed)";
            return Err(Error::OutOfRange { name, range, got });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Family, Plan};

    /// Why the parameters are refused.
    fn refusal(params: Params) -> String {
        Plan::new(params).unwrap_err().to_string()
    }

    #[test]
    fn nan_and_equal_thresholds_are_refused() {
        for (long, short) in [(f64::NAN, 0.0), (0.0, f64::NAN), (0.1, 0.1)] {
            let params = Params {
                long_threshold: long,
                short_threshold: short,
                ..Params::default()
            };
            assert!(
                matches!(Plan::new(params), Err(Error::Thresholds { .. })),
                "{long} {short}"
            );
        }
    }

    #[test]
    fn infinite_thresholds_are_refused_since_no_file_holds_them() {
        let params = Params {
            long_threshold: f64::INFINITY,
            ..Params::default()
        };
        let expected =
            "long_threshold must lie in the finite numbers (2 and -2 are never crossed), got inf";
        assert_eq!(refusal(params), expected);
        let params = Params {
            short_threshold: f64::NEG_INFINITY,
            ..Params::default()
        };
        assert!(refusal(params).starts_with("short_threshold must lie in"));
    }

    #[test]
    fn cutouts_that_no_series_outlasts_are_refused() {
        let plan = |cutout| {
            Plan::new(Params {
                cutout,
                ..Params::default()
            })
        };
        assert!(plan(MAX_CUTOUT).is_ok());
        for cutout in [MAX_CUTOUT + 1, usize::MAX] {
            let expected = Error::OutOfRange {
                name: "cutout",
                range: "0 <= cutout <= 1000000000 (bars)",
                got: cutout as f64,
            };
            assert_eq!(plan(cutout).unwrap_err(), expected);
        }
    }

    #[test]
    fn weights_without_room_to_grow_are_refused() {
        for (weight, shown) in [(1e308, "1e308"), (f64::INFINITY, "inf"), (-1.0, "-1.0")] {
            let mut params = Params::default();
            params.weights[Family::Wma] = weight;
            let expected =
                format!("wma_weight must be a number above 0 and at most 1e100, got {shown}");
            assert_eq!(refusal(params), expected);
        }
    }
}
