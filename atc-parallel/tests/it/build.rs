//! Executors that cannot be built say so.

use atc_parallel::{BuildError, Lanes};

fn refusal<E>(built: Result<E, BuildError>) -> String {
    let error = built.err().expect("nobody can start so many");
    let source = std::error::Error::source(&error).expect("a refusal has a reason");
    format!("{error}: {source}")
}

#[test]
fn more_lanes_than_any_system_starts_are_refused() {
    for n_lanes in [65_536, usize::MAX] {
        let refusals = [
            ("lane", refusal(Lanes::new(n_lanes))),
            #[cfg(feature = "rayon")]
            ("rayon", refusal(atc_parallel::RayonPool::new(n_lanes))),
            #[cfg(feature = "rayon")]
            (
                "rayon",
                refusal(atc_parallel::RayonPool::kept_awake(n_lanes)),
            ),
            #[cfg(feature = "tokio")]
            ("tokio", refusal(atc_parallel::TokioPool::new(n_lanes))),
        ];
        for (kind, text) in refusals {
            let expected = format!(
                "cannot start {n_lanes} {kind} threads; ask for fewer: an executor has at most 65535 lanes"
            );
            assert_eq!(text, expected);
        }
    }
}

#[cfg(feature = "tokio")]
#[test]
fn a_given_runtime_may_be_used_without_a_bound() {
    use atc_parallel::{Executor, ExecutorExt, TokioPool};

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let pool = TokioPool::with_handle(runtime.handle().clone(), usize::MAX);
    assert_eq!(pool.lanes(), 65_535);
    assert_eq!(pool.map(3, |slot| slot.job), [0, 1, 2]);
}
