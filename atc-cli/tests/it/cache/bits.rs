//! The version of arithmetic is part of every key: it has to rise with every change of a bit.

use atc_cli::engine::{CpuEvaluator, Evaluate as _, digest};
use atc_core::{Params, Preset, Profile};

use super::{Place, csv, scan, walk};
use atc_cli::engine::dataset::Request;

/// If this fails because results have other bits than before: raise `atc_core::ARITHMETIC`, so that no cache
/// answers with the old ones, and put the new version and digest here.
#[test]
fn results_have_the_bits_that_go_with_the_version_of_arithmetic() {
    let place = Place::new();
    place.write("long.csv", csv(&walk(1, 5000)));
    place.write("short.csv", csv(&walk(2, 200)));
    let mut rows = Vec::new();
    for profile in Profile::ALL {
        for preset in Preset::ALL {
            let params = Params {
                profile: *profile,
                ..preset.params()
            };
            rows.extend(scan(params, &Request::default(), &place.data(), None).rows);
        }
    }
    let found = (CpuEvaluator::new().version(), digest(&rows));
    let expected = "376acf75a7e2a2e6349594e84917b286cb33ac8f0a1904a304f02f9110feba9b";
    assert_eq!(found, (("f64", 2), expected.to_owned()));
}
