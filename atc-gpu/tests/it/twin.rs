//! The scalar twins of the kernels give the bits of the definition.

use atc_core::{Params, Plan};
use atc_gpu::{Precision, Series, twin};
use proptest::prelude::*;

use crate::compare::differing;
use crate::market::{closes, params};
use crate::program::{growth_of, program_of};

fn check(params: Params, close: &[f64], source: Option<&[f64]>) -> usize {
    let plan = Plan::new(params).unwrap();
    let theirs = atc_core::classify(&plan, close, source).unwrap();
    let growth = growth_of(&plan, close.len());
    let series = Series { close, source };
    let ours = twin::columns(&program_of(&plan), Precision::F64, &growth, series).unwrap();
    differing(&ours, &theirs)
}

#[test]
fn defaults_give_the_same_bits_on_every_kind_of_market() {
    for seed in 0..10 {
        let differing = check(Params::default(), &closes(seed, 600), None);
        assert_eq!(differing, 0, "seed {seed}");
    }
}

proptest! {
    #[test]
    fn any_market_and_parameters_give_the_same_bits(
        seed in any::<u64>(), params in params(1), n_bars in 1_usize..900,
    ) {
        prop_assert_eq!(check(params, &closes(seed, n_bars), None), 0);
    }

    #[test]
    fn cutouts_and_sources_give_the_same_bits(
        seed in any::<u64>(), params in params(200), n_bars in 200_usize..500,
    ) {
        let close = closes(seed, n_bars);
        let source: Vec<f64> = close.iter().map(|c| c * 0.75 + 1.0).collect();
        prop_assert_eq!(check(params, &close, Some(&source)), 0);
    }
}
