//! Whether a GPU pays is measured, and has a reason.

use std::sync::Arc;

use atc_cli::engine::gpu::{Choice, Job, OnFault, choose, measure};
use atc_core::{Params, Plan};
use atc_gpu::{DeviceKind, Options};

use super::gpu;

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
