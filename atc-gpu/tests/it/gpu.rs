//! Whether these tests have a device, as the variable `ATC_GPU` says.

use atc_gpu::{Error, Lane, Options, Policy};

/// A lane, or `None` where a test is to be left out; a device that is required
/// and missing fails the test.
pub(crate) fn lane(options: Options) -> Option<Lane> {
    let policy = std::env::var("ATC_GPU").ok();
    let policy = Policy::from_env_value(policy.as_deref()).expect("ATC_GPU is a policy");
    if policy == Policy::Off {
        skip("ATC_GPU is off");
        return None;
    }
    match Lane::open(options) {
        Ok(lane) => Some(lane),
        Err(error @ (Error::NoDevice { .. } | Error::NoF64 { .. })) if policy == Policy::Auto => {
            skip(&error.to_string());
            None
        }
        Err(error) => panic!("ATC_GPU is {policy}: {error}"),
    }
}

#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
fn skip(reason: &str) {
    eprintln!("left out: {reason}");
}
