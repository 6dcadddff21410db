//! The contract of [`Executor`] as checks that any implementation can run.
//!
//! ```
//! use std::sync::Arc;
//! use atc_parallel::{Sequential, conformance};
//!
//! conformance::check(&Sequential::new());
//! conformance::check_nesting(&Arc::new(Sequential::new()));
//! ```

mod threads;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

pub use threads::check_threads;

use crate::{CancelToken, Control, Executor, ExecutorExt, JobPanic, Slot};

/// Longer than any check takes on a loaded machine: what exceeds it hangs.
const LIMIT: Duration = Duration::from_mins(1);

/// Checks everything that needs no more than a borrowed executor. It must be idle.
///
/// # Panics
///
/// At the first law that is broken, naming it.
pub fn check<E: Executor + ?Sized>(executor: &E) {
    assert!(executor.lanes() > 0, "an executor has at least one lane");
    for n_jobs in job_counts(executor.lanes()) {
        every_job_runs_once(executor, n_jobs);
        results_come_in_job_order(executor, n_jobs);
        progress_is_told_once_per_job(executor, n_jobs);
    }
    lanes_are_exclusive(executor);
    work_is_let_go(executor);
    for panicking in [0, 7, 39] {
        a_panic_names_its_job(executor, panicking);
    }
    a_panic_in_every_job_names_one(executor);
    cancelling_stops_at_every_point(executor);
    every_job_runs_once(executor, 100); // and is none the worse for all that
}

/// None, one, fewer than lanes, as many, more, many.
fn job_counts(lanes: usize) -> [usize; 6] {
    [0, 1, lanes - 1, lanes, lanes + 1, 1000]
}

fn every_job_runs_once<E: Executor + ?Sized>(executor: &E, n_jobs: usize) {
    let runs: Arc<[AtomicUsize]> = (0..n_jobs).map(|_| AtomicUsize::new(0)).collect();
    let count = Arc::clone(&runs);
    let lanes = executor.lanes();
    let work = move |slot: Slot| {
        assert!(
            slot.lane < lanes,
            "{slot:?} is on a lane beyond the {lanes} that there are"
        );
        count[slot.job].fetch_add(1, Ordering::Relaxed);
    };
    let outcome = executor.run(n_jobs, Arc::new(work), &Control::new());
    for (job, runs) in runs.iter().enumerate() {
        let runs = runs.load(Ordering::Relaxed);
        assert_eq!(runs, 1, "job {job} of {n_jobs} ran {runs} times");
    }
    assert_eq!(
        (outcome.finished, outcome.n_jobs),
        (n_jobs, n_jobs),
        "the outcome counts every job"
    );
}

fn results_come_in_job_order<E: Executor + ?Sized>(executor: &E, n_jobs: usize) {
    let results = executor.map(n_jobs, |slot| slot.job);
    assert!(
        results.into_iter().eq(0..n_jobs),
        "results of {n_jobs} jobs are not in job order"
    );
}

fn progress_is_told_once_per_job<E: Executor + ?Sized>(executor: &E, n_jobs: usize) {
    let (tell, told) = mpsc::channel();
    let control = Control::new().on_progress(move |progress| {
        tell.send((progress.slot.job, progress.finished))
            .expect("the receiver outlives the run");
    });
    executor.run(n_jobs, Arc::new(|_| ()), &control);
    let (mut jobs, mut counts): (Vec<_>, Vec<_>) = told.try_iter().unzip();
    jobs.sort_unstable();
    counts.sort_unstable();
    assert!(
        jobs.into_iter().eq(0..n_jobs),
        "progress is not told once for each of {n_jobs} jobs"
    );
    assert!(
        counts.into_iter().eq(1..=n_jobs),
        "progress does not count 1 to {n_jobs}"
    );
}

/// In one run, and in two that start together.
fn lanes_are_exclusive<E: Executor + ?Sized>(executor: &E) {
    let busy: Arc<[AtomicBool]> = (0..executor.lanes())
        .map(|_| AtomicBool::new(false))
        .collect();
    let start = Barrier::new(2);
    let run = || {
        let busy = Arc::clone(&busy);
        start.wait();
        executor.map(500, move |slot| {
            let shared = busy[slot.lane].swap(true, Ordering::SeqCst);
            assert!(!shared, "lane {} runs two jobs at once", slot.lane);
            for _ in 0..10 {
                thread::yield_now();
            }
            busy[slot.lane].store(false, Ordering::SeqCst);
        });
    };
    thread::scope(|scope| {
        for attempt in [scope.spawn(run), scope.spawn(run)] {
            // With its own panic, which names the law.
            attempt.join().unwrap_or_else(|panic| resume_unwind(panic));
        }
    });
}

fn work_is_let_go<E: Executor + ?Sized>(executor: &E) {
    for _ in 0..100 {
        let owned = Arc::new(());
        let weak = Arc::downgrade(&owned);
        executor.map(3, move |_| drop(Arc::clone(&owned)));
        assert_eq!(
            weak.strong_count(),
            0,
            "the executor holds on to the work after the run"
        );
    }
}

fn a_panic_names_its_job<E: Executor + ?Sized>(executor: &E, panicking: usize) {
    let running = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&running);
    let message = panic_of(executor, 40, move |slot| {
        count.fetch_add(1, Ordering::SeqCst);
        if slot.job == panicking {
            count.fetch_sub(1, Ordering::SeqCst);
            panic!("on purpose");
        }
        thread::yield_now();
        count.fetch_sub(1, Ordering::SeqCst);
    });
    let expected = JobPanic {
        job: panicking,
        message: "on purpose".to_owned(),
    }
    .to_string();
    assert_eq!(message, expected, "the panic does not name its job");
    let running = running.load(Ordering::SeqCst);
    assert_eq!(running, 0, "a panic was raised while jobs were running");
}

fn a_panic_in_every_job_names_one<E: Executor + ?Sized>(executor: &E) {
    let ran = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&ran);
    let message = panic_of(executor, 1000, move |slot| {
        count.fetch_add(1, Ordering::SeqCst);
        panic!("on purpose in {}", slot.job);
    });
    let named = (0..1000).any(|job| message == format!("job {job} panicked: on purpose in {job}"));
    assert!(named, "the panic names no job: {message}");
    let ran = ran.load(Ordering::SeqCst);
    let lanes = executor.lanes();
    assert!(
        ran <= lanes,
        "{ran} jobs started although the first on each of {lanes} lanes panicked"
    );
}

/// What a run panics with. The jobs' own panics go through the panic hook as any other.
fn panic_of<E, F>(executor: &E, n_jobs: usize, job: F) -> String
where
    E: Executor + ?Sized,
    F: Fn(Slot) + Send + Sync + 'static,
{
    let run = AssertUnwindSafe(|| executor.run(n_jobs, Arc::new(job), &Control::new()));
    let payload = catch_unwind(run).expect_err("a panic in a job is not raised by the run");
    *payload
        .downcast::<String>()
        .expect("a run panics with text")
}

/// Before the run, and from within each job.
fn cancelling_stops_at_every_point<E: Executor + ?Sized>(executor: &E) {
    let lanes = executor.lanes();
    let n_jobs = 2 * lanes + 10;
    let token = CancelToken::new();
    token.cancel();
    let control = Control::new().cancel_with(&token);
    let outcome = executor.run(
        n_jobs,
        Arc::new(|_| panic!("started after the end")),
        &control,
    );
    assert_eq!(
        outcome.finished, 0,
        "a run cancelled beforehand finished jobs"
    );

    for at in 0..n_jobs {
        let token = CancelToken::new();
        let control = Control::new().cancel_with(&token);
        let late = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&late);
        let results = executor.map_with(n_jobs, &control, move |slot| {
            if token.is_cancelled() {
                count.fetch_add(1, Ordering::SeqCst);
            }
            if slot.job == at {
                token.cancel();
            }
        });
        assert_eq!(
            results.len(),
            n_jobs,
            "a cancelled map has a place for every job"
        );
        assert!(results[at].is_some(), "job {at} ran and its result is gone");
        // Each other lane may have looked at the token just before.
        let late = late.load(Ordering::SeqCst);
        assert!(
            late < lanes,
            "{late} jobs started after job {at} cancelled, on {lanes} lanes"
        );
    }
}

/// Checks that a job that calls its own executor ends, by a panic or by doing the inner jobs.
///
/// # Panics
///
/// If the run hangs, or leaves the executor unusable.
pub fn check_nesting<E: Executor + 'static>(executor: &Arc<E>) {
    let (tell, told) = mpsc::channel();
    let outer = Arc::clone(executor);
    let attempt = thread::spawn(move || {
        let inner = Arc::clone(&outer);
        let nested =
            AssertUnwindSafe(|| outer.map(4, move |_| inner.map(4, |slot| slot.job).len()));
        let result = catch_unwind(nested);
        // The receiver is gone only if this took longer than the limit.
        let _ = tell.send(result.ok());
    });
    let result = told
        .recv_timeout(LIMIT)
        .expect("nested use of an executor hangs");
    attempt
        .join()
        .expect("the attempt catches what its run panics with");
    if let Some(lengths) = result {
        assert_eq!(
            lengths, [4; 4],
            "nested use neither is refused nor does its jobs"
        );
    }
    every_job_runs_once(&**executor, 100);
}
