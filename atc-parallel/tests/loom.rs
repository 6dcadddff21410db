//! Every interleaving (up to a bound of preemptions) of the lanes' queues, claims, cancellation, panics
//! and shutdown. Run with
//! `RUSTFLAGS="--cfg loom" cargo test -p atc-parallel --no-default-features --test loom --release`.
#![cfg(loom)]

use std::sync::Arc;

use atc_parallel::{CancelToken, Control, Executor, ExecutorExt, Lanes};
use loom::{
    model::Builder,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

/// Two preemptions find almost every bug there is to find, and keep each model to seconds.
fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(model);
}

#[test]
fn every_job_runs_once_and_is_seen() {
    check(|| {
        let lanes = Lanes::new(2).unwrap();
        let runs: Arc<[AtomicUsize]> = (0..2).map(|_| AtomicUsize::new(0)).collect();
        let count = Arc::clone(&runs);
        let results = lanes.map(2, move |slot| {
            count[slot.job].fetch_add(1, Ordering::Relaxed);
            slot.job
        });
        assert_eq!(results, [0, 1]);
        assert!(runs.iter().all(|n| n.load(Ordering::Relaxed) == 1));
        assert_eq!(
            Arc::strong_count(&runs),
            1,
            "the work is let go before the run returns"
        );
    });
}

#[test]
fn two_runs_at_once_both_end() {
    check(|| {
        let lanes = Arc::new(Lanes::new(1).unwrap());
        let other = Arc::clone(&lanes);
        let caller = thread::spawn(move || other.map(1, |slot| slot.job));
        assert_eq!(lanes.map(2, |slot| slot.job), [0, 1]);
        assert_eq!(caller.join().unwrap(), [0]);
    });
}

#[test]
fn a_cancellation_at_any_moment_ends_the_run() {
    check(|| {
        let lanes = Lanes::new(2).unwrap();
        let token = CancelToken::new();
        let control = Control::new().cancel_with(&token);
        let canceller = thread::spawn(move || token.cancel());
        let runs = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&runs);
        let work = Arc::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        let outcome = lanes.run(2, work, &control);
        assert_eq!(
            runs.load(Ordering::Relaxed),
            outcome.finished,
            "nothing runs after the end"
        );
        assert_eq!(Arc::strong_count(&runs), 1);
        canceller.join().unwrap();
    });
}

#[test]
fn a_job_that_cancels_is_the_last_of_its_lane() {
    check(|| {
        let lanes = Lanes::new(2).unwrap();
        let token = CancelToken::new();
        let control = Control::new().cancel_with(&token);
        let results = lanes.map_with(3, &control, move |slot| {
            if slot.job == 0 {
                token.cancel();
            }
        });
        assert!(results[0].is_some());
    });
}
