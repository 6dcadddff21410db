//! Async jobs: bounded, ordered on demand, stoppable; and the pool inside another runtime.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use atc_parallel::{
    CancelToken, Control, Executor, ExecutorExt, InFlight, JobError, JobPanic, TokioPool,
};
use futures::{StreamExt, executor::block_on};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
};

#[test]
fn results_in_order_come_in_job_order() {
    let pool = TokioPool::new(2).unwrap();
    let jobs = pool.run_async(
        100,
        InFlight::in_order(8),
        &Control::new(),
        |slot| async move {
            for _ in 0..(slot.job * 7) % 5 {
                tokio::task::yield_now().await;
            }
            slot.job
        },
    );
    let jobs: Vec<_> = block_on(jobs.map(|(_, result)| result.unwrap()).collect());
    assert!(jobs.into_iter().eq(0..100));
}

#[test]
fn no_more_jobs_than_allowed_are_in_flight_or_untaken() {
    let pool = TokioPool::new(2).unwrap();
    let started = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&started);
    let mut jobs = pool.run_async(50, InFlight::as_ended(4), &Control::new(), move |slot| {
        assert!(slot.lane < 4);
        count.fetch_add(1, Ordering::SeqCst);
        async move { slot.job }
    });
    let mut seen = Vec::new();
    while let Some((_, result)) = block_on(jobs.next()) {
        seen.push(result.unwrap());
        let started = started.load(Ordering::SeqCst);
        assert!(
            started <= seen.len() + 4,
            "{started} started, {} taken",
            seen.len()
        );
    }
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..50));
}

#[test]
fn waiting_jobs_overlap() {
    let pool = TokioPool::new(1).unwrap();
    // Each job waits for a permit that only a job started later gives: it ends only if 10 overlap.
    let gate = Arc::new(Semaphore::new(0));
    let jobs = pool.run_async(10, InFlight::as_ended(10), &Control::new(), move |slot| {
        let gate = Arc::clone(&gate);
        async move {
            if slot.job == 9 {
                gate.add_permits(9);
            } else {
                gate.acquire().await.unwrap().forget();
            }
        }
    });
    assert_eq!(block_on(jobs.count()), 10);
}

#[test]
fn a_panic_fails_its_job_and_no_other() {
    let pool = TokioPool::new(2).unwrap();
    let jobs = pool.run_async(
        5,
        InFlight::in_order(2),
        &Control::new(),
        |slot| async move {
            assert_ne!(slot.job, 3, "on purpose");
            slot.job
        },
    );
    let results: Vec<_> = block_on(jobs.map(|(_, result)| result).collect());
    assert_eq!(results[..3], [Ok(0), Ok(1), Ok(2)]);
    assert_eq!(results[4], Ok(4));
    assert!(
        matches!(&results[3], Err(JobError::Panic(JobPanic { job: 3, .. }))),
        "{results:?}"
    );
}

#[test]
fn a_panic_before_there_is_a_future_fails_its_job_and_no_other() {
    let pool = TokioPool::new(2).unwrap();
    // One at a time: the lane of the job that failed is needed again.
    let jobs = pool.run_async(3, InFlight::in_order(1), &Control::new(), |slot| {
        assert!(slot.job != 1, "on purpose");
        async move { slot.job }
    });
    let results: Vec<_> = block_on(jobs.map(|(_, result)| result).collect());
    let panic = JobPanic {
        job: 1,
        message: "on purpose".to_owned(),
    };
    assert_eq!(results, [Ok(0), Err(JobError::Panic(panic)), Ok(2)]);
}

#[test]
fn a_cancelled_stream_ends_after_what_is_in_flight() {
    let pool = TokioPool::new(2).unwrap();
    for at in 0..20 {
        let token = CancelToken::new();
        let control = Control::new().cancel_with(&token);
        let jobs = pool.run_async(1000, InFlight::as_ended(4), &control, move |slot| {
            if slot.job == at {
                token.cancel();
            }
            async {}
        });
        assert_eq!(block_on(jobs.count()), at + 1);
    }
}

#[test]
fn dropping_the_stream_aborts_what_is_in_flight() {
    let pool = TokioPool::new(2).unwrap();
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let mut jobs = pool.run_async(10, InFlight::as_ended(3), &Control::new(), move |slot| {
        let held = Arc::clone(&held);
        async move {
            if slot.job > 0 {
                std::future::pending::<()>().await;
            }
            drop(held);
        }
    });
    assert!(block_on(jobs.next()).is_some());
    drop(jobs);
    let start = Instant::now();
    while Arc::strong_count(&alive) > 1 {
        assert!(
            start.elapsed() < Duration::from_mins(1),
            "a task outlives its stream"
        );
        std::thread::yield_now();
    }
}

#[test]
fn a_given_runtime_of_one_thread_is_enough() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let pool = TokioPool::with_handle(runtime.handle().clone(), 3);
    assert_eq!(pool.map(10, |slot| slot.job).len(), 10);
    runtime.block_on(async {
        let jobs = pool.run_async(10, InFlight::as_ended(3), &Control::new(), |_| async {});
        assert_eq!(jobs.count().await, 10);
        drop(TokioPool::new(1).unwrap()); // in async code: must not panic
    });
}

#[test]
fn a_run_ends_although_every_blocking_thread_is_taken_by_callers() {
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(2)
        .build();
    let runtime = runtime.unwrap();
    let pool = Arc::new(TokioPool::with_handle(runtime.handle().clone(), 4));
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let pool = Arc::clone(&pool);
            runtime.spawn_blocking(move || pool.map(50, |slot| slot.job).len())
        })
        .collect();
    for caller in callers {
        assert_eq!(runtime.block_on(caller).unwrap(), 50);
    }
}

#[test]
fn a_runtime_that_has_shut_down_leaves_the_jobs_to_the_caller() {
    let runtime = Runtime::new().unwrap();
    let pool = TokioPool::with_handle(runtime.handle().clone(), 4);
    drop(runtime);
    assert!(
        pool.run(50, Arc::new(|_| ()), &Control::new())
            .is_complete()
    );
    let jobs = pool.run_async(2, InFlight::in_order(2), &Control::new(), |_| async {});
    let results: Vec<_> = block_on(jobs.map(|(_, result)| result).collect());
    assert_eq!(results, [0, 1].map(|job| Err(JobError::Shutdown { job })));
}
