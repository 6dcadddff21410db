//! The GPU evaluator gives the bits of the processor's, and its faults are errors.

mod bits;
mod choice;
mod faults;

use std::sync::Arc;

use atc_cli::engine::gpu::{GpuEvaluator, OnFault};
use atc_cli::engine::{Output, Prices, Tile, Wanted};
use atc_core::{Gaps, Params, PerFamily, Plan, Profile, Robustness};
use atc_gpu::{Error, Options, Policy};

/// What the variable `ATC_GPU` says.
fn policy() -> Policy {
    let value = std::env::var("ATC_GPU").ok();
    Policy::from_env_value(value.as_deref()).expect("ATC_GPU is a policy")
}

/// Whether tests have a device; one that is required and missing fails them.
#[cfg(feature = "cli")]
pub(crate) fn has_device() -> bool {
    let has_one = policy() != Policy::Off && atc_gpu::devices().iter().any(|d| d.has_f64);
    assert!(
        has_one || policy() != Policy::Required,
        "no device, and ATC_GPU requires one"
    );
    has_one
}

/// An open device, or `None` where a test is to be left out.
fn gpu(n_lanes: usize, options: &Options, on_fault: OnFault) -> Option<GpuEvaluator> {
    let policy = policy();
    if policy == Policy::Off {
        return None;
    }
    match GpuEvaluator::open(n_lanes, options, on_fault) {
        Ok(gpu) => Some(gpu),
        Err(Error::NoDevice { .. } | Error::NoF64 { .. }) if policy == Policy::Auto => None,
        Err(error) => panic!("ATC_GPU is {policy}: {error}"),
    }
}

/// Random bits from a seed.
fn randoms(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// Closes from a seed: walks, flats, ticks, jumps; some with missing bars.
fn market(seed: u64, n_bars: usize) -> Vec<f64> {
    let mut random = randoms(seed + 1);
    let mut next = || (random() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut price = 100.0;
    let bar = |at: usize| {
        price *= match seed % 4 {
            1 if next() < 0.8 => 1.0,
            2 if next() < 0.01 => 3.0,
            _ => 1.0 + (next() - 0.5) * 0.04,
        };
        let ticked = (price * 4.0).round().max(1.0) / 4.0;
        match (seed % 5, next() < 0.1 && at > 0) {
            (4, true) => f64::NAN,
            (3, _) => ticked,
            _ => price,
        }
    };
    (0..n_bars).map(bar).collect()
}

/// Parameters from a seed.
fn params(seed: u64) -> Params {
    let mut next = randoms(seed + 1000);
    let mut whole = |from: usize, to: usize| from + (next() >> 33) as usize % (to - from);
    Params {
        profile: Profile::ALL[whole(0, 3)],
        robustness: Robustness::ALL[whole(0, 3)],
        lengths: PerFamily([(); 6].map(|()| whole(8, 70))),
        weights: PerFamily([(); 6].map(|()| whole(1, 40) as f64 / 10.0)),
        cutout: whole(0, 2) * whole(0, 40),
        strategy: whole(0, 2) == 1,
        lambda: whole(0, 100) as f64 / 200.0 - 0.25,
        gaps: Gaps::Skip,
        ..Params::default()
    }
}

/// All bits of a result; NaN equals NaN.
fn bits(output: &Output) -> Vec<u64> {
    let bits = |value: &f64| {
        if value.is_nan() {
            u64::MAX
        } else {
            value.to_bits()
        }
    };
    match output {
        Output::Average(values) => values.iter().map(bits).collect(),
        Output::Columns(columns) => columns
            .iter()
            .flat_map(|(_, c)| c.iter().map(bits))
            .collect(),
        Output::Last(ending) => {
            let reading = ending
                .reading
                .as_ref()
                .expect("series are longer than the cutout");
            let values = reading.signals.0.iter().chain(&reading.equities.0);
            let mut all: Vec<u64> = values.chain([&reading.average_signal]).map(bits).collect();
            let side = |trend| trend as u64;
            all.extend([
                side(reading.trend),
                u64::from(reading.flip),
                ending.n_bars as u64,
            ]);
            all.extend(
                ending
                    .last_flip
                    .iter()
                    .flat_map(|f| [f.bar as u64, side(f.trend)]),
            );
            all
        }
        Output::Detail(detail) => detail.columns.average_signal.iter().map(bits).collect(),
    }
}

fn prices(markets: &[Vec<f64>]) -> Vec<Prices<'_>> {
    let closes = markets.iter().map(Vec::as_slice);
    let prices = closes.map(|close| Prices {
        close,
        source: None,
    });
    prices.collect()
}

fn tile<'a>(plan: &'a Arc<Plan>, wanted: Wanted, series: &'a [Prices<'a>]) -> Tile<'a> {
    Tile {
        plan,
        wanted,
        states: false,
        lane: 0,
        series,
    }
}
