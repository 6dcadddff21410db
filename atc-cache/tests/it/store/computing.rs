//! Single flight, from every kind of thread.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Barrier,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use atc_cache::{Config, Store, Tier, Timeouts};
use tokio::runtime::{Builder, Runtime};

use super::support::{KIB, count_hits, insert, is_right, key, payload, small};

#[test]
fn many_threads_compute_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    let computed = AtomicUsize::new(0);
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                for number in 0..200 {
                    let entry = store.get_or_compute(key(number), || {
                        computed.fetch_add(1, Ordering::Relaxed);
                        Ok::<_, Infallible>(payload(number, KIB))
                    });
                    assert!(is_right(&entry.unwrap(), number, KIB));
                }
            });
        }
    });
    assert_eq!(computed.into_inner(), 200);
    let statistics = store.statistics();
    assert_eq!((statistics.misses(), statistics.hits()), (200, 15 * 200));
}

#[test]
fn a_failure_is_no_entry_and_the_next_one_tries() {
    let store = Store::open(&Config::memory_only()).unwrap();
    let failed = store.get_or_compute(key(1), || Err::<Vec<u8>, _>("no"));
    assert_eq!(failed.unwrap_err(), "no");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.get_or_compute(key(1), || -> Result<Vec<u8>, Infallible> {
            panic!("on purpose")
        })
    }));
    assert!(panicked.is_err());
    let entry = store.get_or_compute(key(1), || Ok::<_, Infallible>(payload(1, 100)));
    assert_eq!(entry.unwrap().tier(), Tier::Computed);
}

/// A worker that computes an entry may steal a job that asks for the same or for another entry in
/// flight: waiting for it there would be waiting for itself.
#[test]
fn nested_computations_do_not_wait_for_each_other() {
    let store = Store::open(&Config::memory_only()).unwrap();
    let make = |number| Ok::<_, Infallible>(payload(number, 100));
    let outer = store.get_or_compute(key(1), || {
        let inner = store.get_or_compute(key(1), || make(1))?;
        Ok::<_, Infallible>(inner.into_payload())
    });
    assert!(is_right(&outer.unwrap(), 1, 100));

    let both = Barrier::new(2);
    thread::scope(|scope| {
        for (own, other) in [(2, 3), (3, 2)] {
            let (store, both) = (&store, &both);
            scope.spawn(move || {
                let entry = store.get_or_compute(key(own), || {
                    both.wait();
                    let theirs = store.get_or_compute(key(other), || make(other));
                    assert!(is_right(&theirs.unwrap(), other, 100));
                    make(own)
                });
                assert!(is_right(&entry.unwrap(), own, 100));
            });
        }
    });
}

/// Waiting would last as long as a flight may take, and for ever here.
#[test]
fn nested_async_computations_do_not_wait_for_each_other() {
    let mut timeouts = Timeouts::default();
    timeouts.flight = Duration::MAX;
    let store = Store::open(&Config::memory_only().timeouts(timeouts)).unwrap();
    let make = |number| Ok::<_, Infallible>(payload(number, 100));
    let ask = async |number| {
        let entry = store.get_or_compute_async(key(number), async || make(number));
        assert!(is_right(&entry.await.unwrap(), number, 100));
    };
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let outer = store.get_or_compute_async(key(1), async || {
            ask(1).await;
            let inner = store.get_or_compute(key(1), || make(1));
            assert!(is_right(&inner.unwrap(), 1, 100));
            make(1)
        });
        assert!(is_right(&outer.await.unwrap(), 1, 100));

        let both = tokio::sync::Barrier::new(2);
        let each = [(2, 3), (3, 2)].map(async |(own, other)| {
            let entry = store.get_or_compute_async(key(own), async || {
                both.wait().await;
                ask(other).await;
                make(own)
            });
            assert!(is_right(&entry.await.unwrap(), own, 100));
        });
        futures::future::join_all(each).await;
    });
}

#[test]
fn a_computation_that_asks_for_its_own_key_leaves_the_inner_value() {
    let store = Store::open(&Config::memory_only()).unwrap();
    let outer = store.get_or_compute(key(1), || {
        let inner = store.get_or_compute(key(1), || Ok::<_, Infallible>([1]))?;
        assert_eq!(*inner, [1]);
        Ok::<_, Infallible>([2])
    });
    assert_eq!(*outer.unwrap(), [2]);
    assert_eq!(*store.get(&key(1)).unwrap(), [1]);
}

/// Runs `test` with a store that must read from disk, on each kind of runtime.
fn on_runtimes(test: impl Fn(&Runtime, Store)) {
    let single = Builder::new_current_thread().build().unwrap();
    let multi = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    for runtime in [single, multi] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&small(folder.path())).unwrap();
        for number in 0..100 {
            insert(&store, number, 4 * KIB);
        }
        drop(store);
        test(&runtime, Store::open(&small(folder.path())).unwrap());
    }
}

#[test]
fn blocking_calls_work_inside_a_runtime() {
    on_runtimes(|runtime, store| {
        runtime.block_on(async {
            assert_eq!(count_hits(&store, 0..100, 4 * KIB), 100);
            insert(&store, 100, KIB);
            store.flush().unwrap();
            let entry = store.get_or_compute(key(101), || Ok::<_, Infallible>(payload(101, KIB)));
            assert!(is_right(&entry.unwrap(), 101, KIB));
            let elsewhere = tempfile::tempdir().unwrap();
            drop(Store::open(&small(elsewhere.path())).unwrap());
            store.close().unwrap();
            drop(store);
        });
    });
}

#[test]
fn async_calls_work_on_any_runtime() {
    on_runtimes(|runtime, store| {
        runtime.block_on(async {
            for number in 0..100 {
                let entry = store.get_async(&key(number)).await.unwrap();
                assert!(is_right(&entry, number, 4 * KIB));
            }
            store
                .insert_async(key(100), payload(100, KIB), Duration::ZERO)
                .await;
            store.flush_async().await.unwrap();
            assert!(store.get_async(&key(1000)).await.is_none());
            let keys = [key(1000), key(3), key(4)];
            let (index, entry) = store.get_first_async(&keys).await.unwrap();
            assert!(index == 1 && is_right(&entry, 3, 4 * KIB));
            assert!(store.get_first_async(&keys[..1]).await.is_none());
            let statistics = store.statistics();
            assert_eq!((statistics.misses(), statistics.hits_prefix), (2, 1));
        });
    });
}

#[test]
fn many_tasks_compute_once() {
    let computed = AtomicUsize::new(0);
    on_runtimes(|runtime, store| {
        runtime.block_on(async {
            let tasks = (0..50).map(|_| async {
                let entry = store.get_or_compute_async(key(500), || async {
                    computed.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok::<_, Infallible>(payload(500, KIB))
                });
                assert!(is_right(&entry.await.unwrap(), 500, KIB));
            });
            futures::future::join_all(tasks).await;
        });
    });
    assert_eq!(computed.into_inner(), 2, "once for each runtime");
}

/// The first task leads and is dropped in the middle; the second takes over.
#[test]
fn a_dropped_computation_is_taken_over() {
    on_runtimes(|runtime, store| {
        runtime.block_on(async {
            let never = store.get_or_compute_async(key(500), || {
                std::future::pending::<Result<Vec<u8>, Infallible>>()
            });
            let mut never = Box::pin(never);
            assert!(futures::poll!(&mut never).is_pending());
            let mut other = Box::pin(store.get_or_compute_async(key(500), || async {
                Ok::<_, Infallible>(payload(500, KIB))
            }));
            assert!(futures::poll!(&mut other).is_pending());
            drop(never);
            assert!(is_right(&other.await.unwrap(), 500, KIB));
        });
    });
}
