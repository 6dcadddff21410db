//! The GPU evaluator gives the bits of the processor's, and its faults are errors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc_cli::engine::gpu::{Choice, GpuEvaluator, Job, OnFault, choose, measure};
use atc_cli::engine::{CpuEvaluator, Evaluate, EvaluateError, Output, Prices, Tile, Wanted};
use atc_core::{Gaps, Params, PerFamily, Plan, Profile, Robustness};
use atc_gpu::{DeviceKind, Error, Options, Policy};

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

const EVERYTHING: [Wanted; 4] = [
    Wanted::Average,
    Wanted::Columns,
    Wanted::Last,
    Wanted::Detail,
];

#[test]
fn every_output_has_the_bits_of_the_processor() {
    let options = Options {
        tile_bytes: Some(300_000),
        ..Options::default()
    };
    let Some(gpu) = gpu(2, &options, OnFault::Fail) else {
        return;
    };
    let cpu = CpuEvaluator::new();
    for seed in 0..10 {
        let plan = Arc::new(Plan::new(params(seed)).unwrap());
        // Some far longer than a tile has bars.
        let of = |s: u64| market(seed * 100 + s, 120 + (s as usize * 137) % 2300);
        let markets: Vec<_> = (0..30).map(of).collect();
        let mut series = prices(&markets);
        // Beside the close one other source, and a price beyond what kernels are given.
        let (halves, tiny) = (vec![0.5; markets[1].len()], vec![1e-200; 120]);
        series[1].source = Some(&halves);
        series[7].close = &tiny;
        for wanted in EVERYTHING {
            let mut tile = tile(&plan, wanted, &series);
            tile.lane = seed as usize;
            let (ours, theirs) = (gpu.evaluate(&tile), cpu.evaluate(&tile));
            assert_eq!(ours.len(), theirs.len());
            for (at, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
                let [ours, theirs] = [ours, theirs].map(|o| bits(o.as_ref().unwrap()));
                assert!(ours == theirs, "seed {seed}, series {at}, {wanted:?}");
            }
        }
    }
}

#[test]
fn a_series_that_is_refused_does_not_touch_the_others() {
    let Some(gpu) = gpu(1, &Options::default(), OnFault::Fail) else {
        return;
    };
    let plan = Arc::new(
        Plan::new(Params {
            cutout: 10,
            ..Params::default()
        })
        .unwrap(),
    );
    let mut markets: Vec<_> = (0..4).map(|seed| market(seed * 5, 200)).collect();
    markets[1][50] = 0.0;
    markets[2].truncate(5);
    let series = prices(&markets);
    let tile = tile(&plan, Wanted::Last, &series);
    let (ours, theirs) = (gpu.evaluate(&tile), CpuEvaluator::new().evaluate(&tile));
    for at in [0, 3] {
        assert_eq!(
            bits(ours[at].as_ref().unwrap()),
            bits(theirs[at].as_ref().unwrap())
        );
    }
    for at in [1, 2] {
        let [ours, theirs] = [&ours[at], &theirs[at]].map(|o| o.as_ref().unwrap_err().to_string());
        assert_eq!(ours, theirs);
    }
}

#[test]
fn a_choice_has_a_reason_and_is_never_a_software_driver() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    for n_bars in [1_000, 1 << 50] {
        let job = Job { n_bars, threads: 2 };
        let Choice { gpu, reason } = choose(&plan, job, (1, &Options::default()), OnFault::Fail);
        match gpu {
            Some(gpu) => {
                assert_ne!(gpu.device().kind, DeviceKind::Software);
                assert!(reason.starts_with("GPU: "), "{reason}");
            }
            None => assert!(reason.starts_with("processor: "), "{reason}"),
        }
    }
}

#[test]
fn a_sample_is_timed_on_both() {
    let options = Options {
        tile_bytes: Some(100_000),
        ..Options::default()
    };
    let Some(gpu) = gpu(1, &options, OnFault::Fail) else {
        return;
    };
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let measured = measure(&gpu, &plan).unwrap();
    assert!(measured.gpu > 0.0 && measured.cpu > 0.0, "{measured:?}");
}

/// A tile that takes a device some tenths of a second.
fn large() -> Vec<Vec<f64>> {
    let one = market(0, 2000);
    vec![one; 600]
}

/// Destroys the device behind the first lane from another thread, once a tile is on its way.
fn destroy_later(gpu: &GpuEvaluator, after: Duration) -> std::thread::JoinHandle<()> {
    let device = gpu.lanes().with(0, |lane| lane.wgpu().0.clone());
    std::thread::spawn(move || {
        std::thread::sleep(after);
        device.destroy();
    })
}

#[test]
fn a_device_lost_between_tiles_fails_each_series_that_follows() {
    let Some(gpu) = gpu(1, &Options::default(), OnFault::Fail) else {
        return;
    };
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let markets: Vec<_> = (0..3).map(|seed| market(seed * 5, 200)).collect();
    let series = prices(&markets);
    let tile = tile(&plan, Wanted::Last, &series);
    assert!(gpu.evaluate(&tile).iter().all(Result::is_ok));
    gpu.lanes().with(0, |lane| lane.wgpu().0.destroy());
    for _ in 0..2 {
        for refused in gpu.evaluate(&tile) {
            let error = refused.unwrap_err();
            assert!(matches!(error, EvaluateError::Device(_)), "{error}");
            assert!(error.to_string().contains("lost"), "{error}");
        }
    }
}

/// Whenever the device goes, a tile has the right numbers or is an error.
#[test]
fn a_device_lost_in_mid_tile_gives_no_wrong_number() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let markets = large();
    let series = prices(&markets);
    let tile = tile(&plan, Wanted::Last, &series);
    let expected = bits(CpuEvaluator::new().evaluate(&tile)[0].as_ref().unwrap());
    for millis in [0, 5, 20, 50, 100, 200] {
        let options = Options {
            tile_bytes: Some(1 << 20),
            ..Options::default()
        };
        let Some(gpu) = gpu(1, &options, OnFault::Fail) else {
            return;
        };
        let destroyer = destroy_later(&gpu, Duration::from_millis(millis));
        for output in gpu.evaluate(&tile) {
            match output {
                Ok(output) => assert_eq!(bits(&output), expected, "after {millis} ms"),
                Err(error) => assert!(matches!(error, EvaluateError::Device(_)), "{error}"),
            }
        }
        destroyer.join().unwrap();
        // Gone by now, whatever became of the tile.
        assert!(gpu.evaluate(&tile).iter().all(Result::is_err));
    }
}

#[test]
fn the_processor_goes_on_where_it_may_and_says_so_once() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let markets = large();
    let series = prices(&markets);
    let tile = tile(&plan, Wanted::Last, &series);
    let expected = bits(CpuEvaluator::new().evaluate(&tile)[0].as_ref().unwrap());
    let timeout = Options {
        timeout: Duration::ZERO,
        ..Options::default()
    };
    for (options, millis) in [
        (timeout, 0),
        (Options::default(), 0),
        (Options::default(), 50),
    ] {
        let (told, words) = (
            Arc::new(AtomicUsize::new(0)),
            Arc::new(Mutex::new(String::new())),
        );
        let (count, text) = (Arc::clone(&told), Arc::clone(&words));
        let on_fault = OnFault::Continue(Arc::new(move |error| {
            count.fetch_add(1, Ordering::Relaxed);
            *text.lock().unwrap() = error.to_string();
        }));
        let Some(gpu) = gpu(1, &options, on_fault) else {
            return;
        };
        let destroyer = destroy_later(&gpu, Duration::from_millis(millis));
        for _ in 0..2 {
            for output in gpu.evaluate(&tile) {
                assert_eq!(bits(&output.unwrap()), expected);
            }
        }
        destroyer.join().unwrap();
        assert!(gpu.evaluate(&tile).iter().all(Result::is_ok));
        assert!(gpu.has_given_up());
        assert_eq!(told.load(Ordering::Relaxed), 1);
        assert!(!words.lock().unwrap().is_empty());
    }
}
