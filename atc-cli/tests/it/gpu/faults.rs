//! A device that fails is an error, or the processor goes on; there is no wrong number.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use atc_cli::engine::gpu::{GpuEvaluator, OnFault};
use atc_cli::engine::{CpuEvaluator, Evaluate, EvaluateError, Wanted};
use atc_core::{Params, Plan};
use atc_gpu::Options;

use super::{bits, gpu, market, prices, tile};

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
