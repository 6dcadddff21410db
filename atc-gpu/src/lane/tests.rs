//! What a test can only do from within: give a lane limits that its device has not.

use super::{Lane, Options};
use crate::{Error, Limits, Policy, Program, Series};

/// A lane, or `None` where a test is to be left out.
fn lane() -> Option<Lane> {
    let policy = std::env::var("ATC_GPU").ok();
    let policy = Policy::from_env_value(policy.as_deref()).expect("ATC_GPU is a policy");
    match Lane::open(Options::default()) {
        _ if policy == Policy::Off => None,
        Ok(lane) => Some(lane),
        Err(error) => {
            assert_ne!(policy, Policy::Required, "{error}");
            None
        }
    }
}

/// Buffers of 64 GiB are beyond any device; afterwards the lane computes as before.
#[test]
fn a_tile_beyond_the_memory_of_a_device_is_an_error_and_the_lane_goes_on() {
    let Some(mut lane) = lane() else {
        return;
    };
    let close: Vec<f64> = (0..300).map(|bar| 100.0 + f64::from(bar % 40)).collect();
    let (growth, series) = ([1.0; 300], [Series::of(&close)]);
    let program = Program::default();
    let before = lane.columns(&program, &growth, &series).unwrap();
    let limits = lane.info.limits;
    lane.info.limits = Limits {
        max_buffer: 1 << 50,
        max_binding: 1 << 50,
        max_workgroups: u32::MAX,
        max_steps: u64::MAX,
        preferred: 1 << 36,
        ..limits
    };
    for _ in 0..2 {
        let refused = lane.columns(&program, &growth, &series).unwrap_err();
        assert!(matches!(refused, Error::OutOfMemory { .. }), "{refused}");
        let said = refused.to_string();
        assert!(said.contains("smaller tiles"), "{said}");
        assert!(lane.is_alive());
    }
    lane.info.limits = limits;
    assert_eq!(lane.columns(&program, &growth, &series).unwrap(), before);
}
