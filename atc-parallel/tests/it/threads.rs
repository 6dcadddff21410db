//! No thread outlives its executor.

use std::{env, process::Command};

use atc_parallel::{Lanes, conformance};

const ALONE: &str = "ATC_PARALLEL_TEST_ALONE";

/// Threads are counted by process and other tests start some, so this runs itself in a process alone.
#[test]
fn no_thread_outlives_its_executor() {
    if env::var_os(ALONE).is_none() {
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", "threads::no_thread_outlives_its_executor"])
            .env(ALONE, "1")
            .status()
            .unwrap();
        assert!(status.success(), "see the output of the inner test above");
        return;
    }
    conformance::check_threads(|| Lanes::new(4).unwrap());
    #[cfg(feature = "rayon")]
    conformance::check_threads(|| atc_parallel::RayonPool::new(4).unwrap());
    #[cfg(feature = "tokio")]
    conformance::check_threads(|| atc_parallel::TokioPool::new(4).unwrap());
}
