//! Random markets and parameters, each from a printed seed.

use atc_core::{Params, PerFamily, Profile, Robustness, SwitchOverrides};
use proptest::prelude::*;

/// Closes of a market of some kind, from a seed.
pub(crate) fn closes(seed: u64, n_bars: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let kind = seed % 5;
    let mut price = 10_f64.powf(next() * 6.0 - 3.0);
    let tick = price / 50.0;
    let mut bars = Vec::with_capacity(n_bars);
    for _ in 0..n_bars {
        let step = 1.0 + (next() - 0.5) * 0.04;
        price *= match kind {
            // Flat stretches.
            1 if next() < 0.8 => 1.0,
            // Jumps.
            2 if next() < 0.01 => 10_f64.powf(next() * 4.0 - 2.0),
            // A trend.
            3 => 1.002,
            _ => step,
        };
        bars.push(if kind == 4 {
            (price / tick).round().max(1.0) * tick
        } else {
            price
        });
    }
    bars
}

/// Parameters of every kind that a plan accepts, for series of `n_bars` bars.
pub(crate) fn params(n_bars: usize) -> impl Strategy<Value = Params> {
    let lengths = prop_oneof![
        3 => Just([28; 6]),
        3 => prop::array::uniform6(8_usize..60),
        1 => prop::array::uniform6(8_usize..400),
    ];
    let numbers = (-0.5..0.5_f64, 0.0..3.0_f64, 0.0..0.6_f64, -0.6..0.0_f64);
    let rest = (0..n_bars.min(60), any::<bool>(), any::<u8>());
    let weights = prop::array::uniform6(0.1..4.0_f64);
    (lengths, weights, numbers, rest).prop_map(
        |(lengths, weights, (lambda, decay, long, short), (cutout, strategy, pick))| Params {
            profile: Profile::ALL[usize::from(pick) % 3],
            switches: SwitchOverrides::default(),
            lengths: PerFamily(lengths),
            weights: PerFamily(weights),
            robustness: Robustness::ALL[usize::from(pick / 3) % 3],
            lambda,
            decay,
            cutout: if pick % 2 == 0 { 0 } else { cutout },
            long_threshold: long,
            short_threshold: short - 0.01,
            strategy,
            ..Params::default()
        },
    )
}
