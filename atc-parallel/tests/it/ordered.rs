//! Results taken in job order while later jobs run.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use atc_parallel::{
    BuildError, CancelToken, Control, Executor, ExecutorExt, Lanes, Outcome, Sequential, Slot, Work,
};

/// Starts the last job first, one at a time, as the contract allows; says that it has three lanes.
#[derive(Debug)]
struct Backwards;

impl Executor for Backwards {
    fn lanes(&self) -> usize {
        3
    }

    fn run(&self, n_jobs: usize, work: Work, _: &Control) -> Outcome {
        for job in (0..n_jobs).rev() {
            work(Slot { job, lane: 0 });
        }
        Outcome {
            finished: n_jobs,
            n_jobs,
        }
    }
}

fn executors() -> Result<Vec<Box<dyn Executor>>, BuildError> {
    Ok(vec![
        Box::new(Sequential::new()),
        Box::new(Backwards),
        Box::new(Lanes::new(1)?),
        Box::new(Lanes::new(4)?),
        #[cfg(feature = "rayon")]
        Box::new(atc_parallel::RayonPool::new(2)?),
        #[cfg(feature = "tokio")]
        Box::new(atc_parallel::TokioPool::new(2)?),
    ])
}

/// A job that takes longer the more its number is scrambled.
fn unequal(slot: Slot) -> usize {
    for _ in 0..slot.job.wrapping_mul(7919) % 64 {
        std::thread::yield_now();
    }
    slot.job
}

#[test]
fn every_result_is_taken_once_and_in_order() {
    for executor in executors().unwrap() {
        for n_jobs in [0, 1, 2, 500] {
            let mut taken = Vec::new();
            let done = executor.for_each_in_order(n_jobs, &CancelToken::new(), unequal, |result| {
                taken.push(result);
                ControlFlow::<()>::Continue(())
            });
            assert_eq!(done, ControlFlow::Continue(n_jobs));
            assert_eq!(taken, (0..n_jobs).collect::<Vec<_>>());
        }
    }
}

#[test]
fn lanes_do_not_run_further_ahead_than_two_results_each() {
    for executor in executors().unwrap() {
        let started = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&started);
        let job = move |_: Slot| count.fetch_add(1, SeqCst);
        let mut taken = 0;
        let most_ahead = 2 * executor.lanes();
        let done = executor.for_each_in_order(300, &CancelToken::new(), job, |_| {
            std::thread::yield_now();
            let ahead = started.load(SeqCst) - taken;
            taken += 1;
            // The one at hand has left the window, so that one more may have started.
            assert!(
                ahead <= most_ahead + 1,
                "{ahead} of {most_ahead}: {executor:?}"
            );
            ControlFlow::<()>::Continue(())
        });
        assert_eq!(done, ControlFlow::Continue(300));
    }
}

#[test]
fn what_breaks_off_starts_no_further_job() {
    for executor in executors().unwrap() {
        let started = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&started);
        let job = move |slot: Slot| {
            count.fetch_add(1, SeqCst);
            slot.job
        };
        let done = executor.for_each_in_order(10_000, &CancelToken::new(), job, |result| {
            if result == 20 {
                return ControlFlow::Break("full");
            }
            ControlFlow::Continue(())
        });
        assert_eq!(done, ControlFlow::Break("full"));
        let most = 21 + 3 * executor.lanes();
        assert!(started.load(SeqCst) <= most, "{executor:?}");
    }
}

#[test]
fn a_cancellation_keeps_the_results_before_it() {
    for executor in [
        Box::new(Sequential::new()) as Box<dyn Executor>,
        Box::new(Lanes::new(3).unwrap()),
    ] {
        let cancel = CancelToken::new();
        let stop = cancel.clone();
        let mut taken = Vec::new();
        let done = executor.for_each_in_order(
            10_000,
            &cancel,
            |slot| slot.job,
            |result| {
                if result == 50 {
                    stop.cancel();
                }
                taken.push(result);
                ControlFlow::<()>::Continue(())
            },
        );
        assert_eq!(done, ControlFlow::Continue(taken.len()));
        assert!((51..10_000).contains(&taken.len()), "{}", taken.len());
        assert_eq!(taken, (0..taken.len()).collect::<Vec<_>>());
    }
}

#[test]
fn a_panic_is_raised_with_the_number_of_its_job() {
    for executor in executors().unwrap() {
        let job = |slot: Slot| assert!(slot.job != 30, "no luck");
        let run = || {
            executor.for_each_in_order(300, &CancelToken::new(), job, |()| {
                ControlFlow::<()>::Continue(())
            })
        };
        let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        let text = panic.downcast_ref::<String>().unwrap();
        assert_eq!(text, "job 30 panicked: no luck", "{executor:?}");
    }
}

#[test]
fn a_panic_of_the_taker_ends_the_run() {
    for executor in executors().unwrap() {
        let run = || {
            executor.for_each_in_order(300, &CancelToken::new(), unequal, |result| {
                assert!(result != 9, "cannot take it");
                ControlFlow::<()>::Continue(())
            })
        };
        let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"cannot take it"));
    }
}

/// Breaks the contract: says that it has so many lanes, and runs one job more or less than it is given.
struct Miscounting {
    lanes: usize,
    by: isize,
}

impl Executor for Miscounting {
    fn lanes(&self) -> usize {
        self.lanes
    }

    fn run(&self, n_jobs: usize, work: Work, _: &Control) -> Outcome {
        if n_jobs > 0 {
            for job in 0..n_jobs.strict_add_signed(self.by) {
                work(Slot { job, lane: 0 });
            }
        }
        Outcome {
            finished: n_jobs,
            n_jobs,
        }
    }
}

fn all_of_three(executor: &impl Executor) -> ControlFlow<(), usize> {
    let job = |slot: Slot| slot.job;
    executor.for_each_in_order(3, &CancelToken::new(), job, |_| ControlFlow::Continue(()))
}

#[test]
fn an_executor_that_says_it_has_no_lanes_does_not_hang() {
    let executor = Miscounting { lanes: 0, by: 0 };
    assert_eq!(all_of_three(&executor), ControlFlow::Continue(3));
}

#[test]
fn an_executor_that_runs_too_few_or_too_many_jobs_is_found_out() {
    let breaches = [
        (-1, "the executor did not run every job"),
        (1, "the executor ran more jobs than it was given"),
    ];
    for lanes in [1, 3] {
        for (by, expected) in breaches {
            let run = || all_of_three(&Miscounting { lanes, by });
            let panic = catch_unwind(run).unwrap_err();
            assert_eq!(panic.downcast_ref::<&str>(), Some(&expected), "{lanes}");
        }
    }
}

#[test]
fn nested_use_is_refused_as_in_every_run() {
    let executor = Arc::new(Lanes::new(2).unwrap());
    let inner = Arc::clone(&executor);
    let job = move |_: Slot| {
        inner.for_each_in_order(
            2,
            &CancelToken::new(),
            |slot| slot.job,
            |_| ControlFlow::<()>::Continue(()),
        )
    };
    let run = || executor.map(2, job);
    let panic = catch_unwind(AssertUnwindSafe(run)).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("its own executor"), "{text}");
}
