//! A run that comes back to an executor it is inside of is refused, by whatever way it comes back.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use atc_parallel::{BuildError, CancelToken, Executor, ExecutorExt, Lanes, Recording, Sequential};

/// Makes an executor of one lane.
type Make = fn() -> Result<Arc<dyn Executor>, BuildError>;

fn kinds() -> Vec<(&'static str, Make)> {
    vec![
        ("sequential", || Ok(Arc::new(Sequential::new()))),
        ("lanes", || Ok(Arc::new(Lanes::new(1)?))),
        ("recording", || Ok(Arc::new(Recording::new(Lanes::new(1)?)))),
        #[cfg(feature = "rayon")]
        ("rayon", || Ok(Arc::new(atc_parallel::RayonPool::new(1)?))),
        #[cfg(feature = "tokio")]
        ("tokio", || Ok(Arc::new(atc_parallel::TokioPool::new(1)?))),
    ]
}

/// What `run` panics with; a panic of its own if it hangs.
fn panic_of(what: &str, run: impl FnOnce() + Send + 'static) -> String {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let panic = catch_unwind(AssertUnwindSafe(run)).err();
        let text = panic.and_then(|panic| panic.downcast_ref::<String>().cloned());
        // The receiver is gone only if this took longer than the limit.
        let _ = tell.send(text);
    });
    let text = told
        .recv_timeout(Duration::from_mins(1))
        .unwrap_or_else(|_| panic!("{what} hangs"));
    text.unwrap_or_else(|| panic!("{what} is not refused"))
}

#[test]
fn a_cycle_through_another_executor_is_refused() {
    for (outer, make_outer) in kinds() {
        for (inner, make_inner) in kinds() {
            let (a, b) = (make_outer().unwrap(), make_inner().unwrap());
            let text = panic_of(&format!("{outer} in {inner} in {outer}"), move || {
                let again = Arc::clone(&a);
                a.map(1, move |_| {
                    let again = Arc::clone(&again);
                    b.map(1, move |_| again.map(1, |slot| slot.job))
                });
            });
            assert!(text.contains("its own executor"), "{text}");
        }
    }
}

#[test]
fn a_long_cycle_is_refused() {
    let executors: Vec<_> = kinds()
        .into_iter()
        .map(|(_, make)| make().unwrap())
        .collect();
    let text = panic_of("a cycle through every kind", move || descend(&executors, 0));
    assert!(text.contains("its own executor"), "{text}");
}

/// Nests each executor in the one before it, and the first in the last.
fn descend(executors: &[Arc<dyn Executor>], depth: usize) {
    let executor = Arc::clone(&executors[depth % executors.len()]);
    let executors = executors.to_vec();
    executor.map(1, move |_| descend(&executors, depth + 1));
}

#[test]
fn a_cycle_through_results_in_order_is_refused() {
    let a = Arc::new(Lanes::new(1).unwrap());
    let b = Lanes::new(2).unwrap(); // several lanes, hence a thread that waits for them
    let text = panic_of("a cycle through results in order", move || {
        let (a, again) = (Arc::clone(&a), a);
        a.map(1, move |_| {
            let again = Arc::clone(&again);
            let job = move |_| again.map(1, |slot| slot.job);
            b.for_each_in_order(2, &CancelToken::new(), job, |_| {
                ControlFlow::<()>::Continue(())
            })
        });
    });
    assert!(text.contains("its own executor"), "{text}");
}

#[test]
fn after_a_refusal_or_a_nested_run_executors_serve_as_before() {
    let a = Arc::new(Lanes::new(1).unwrap());
    let b = Arc::new(Lanes::new(1).unwrap());
    for _ in 0..3 {
        let inner = Arc::clone(&b);
        assert_eq!(
            a.map(2, move |_| inner.map(2, |slot| slot.job)),
            [[0, 1]; 2]
        );
        // A lane of `b` worked for a job of `a`, and is inside of it no longer.
        let inner = Arc::clone(&a);
        assert_eq!(
            b.map(2, move |_| inner.map(2, |slot| slot.job)),
            [[0, 1]; 2]
        );
    }
}
