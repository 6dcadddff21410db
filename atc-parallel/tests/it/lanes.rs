//! What only `Lanes` promises, what `Recording` sees, and cancellation from outside.

use std::sync::{Arc, Barrier};

use atc_parallel::{CancelToken, Control, ExecutorExt, Lanes, Recording};

#[test]
fn a_lane_is_always_the_same_thread() {
    let lanes = Lanes::new(3).unwrap();
    let mut seen = lanes.map(300, |slot| (slot.lane, std::thread::current().id()));
    seen.extend(lanes.map(300, |slot| (slot.lane, std::thread::current().id())));
    for lane in 0..3 {
        let mut threads: Vec<_> = seen
            .iter()
            .filter(|(l, _)| *l == lane)
            .map(|(_, t)| format!("{t:?}"))
            .collect();
        threads.dedup();
        assert!(threads.len() <= 1, "lane {lane} was on {threads:?}");
    }
}

#[test]
fn recording_sees_jobs_overlap_on_their_own_lanes() {
    let executor = Recording::new(Lanes::new(2).unwrap());
    let both = Arc::new(Barrier::new(2)); // passes only if two jobs run at once
    executor.map(20, move |_| both.wait().is_leader());
    assert_eq!(executor.max_overlap(), 2);
    assert_eq!(executor.records().len(), 20);
    assert_eq!(executor.shared_lane(), None);
}

#[test]
fn many_callers_share_a_few_lanes() {
    let lanes = Lanes::new(2).unwrap();
    std::thread::scope(|scope| {
        for caller in 0..40 {
            let lanes = &lanes;
            scope.spawn(move || {
                let sums = lanes.map(25, move |slot| caller * slot.job);
                assert!(sums.into_iter().eq((0..25).map(|job| caller * job)));
            });
        }
    });
}

#[test]
fn a_run_cancelled_from_another_thread_ends() {
    let lanes = Lanes::new(2).unwrap();
    for after in 1..200 {
        let token = CancelToken::new();
        let canceller = token.clone();
        let control = Control::new()
            .cancel_with(&token)
            .on_progress(move |progress| {
                if progress.finished == after {
                    canceller.cancel();
                }
            });
        // Jobs beyond the last one wanted wait, so that none is quicker than the cancellation.
        let results = lanes.map_with(10_000, &control, move |slot| {
            while slot.job >= after && !token.is_cancelled() {
                std::thread::yield_now();
            }
        });
        let finished = results.iter().flatten().count();
        assert!(
            (after..=after + 2).contains(&finished),
            "{finished} after {after}"
        );
    }
}
