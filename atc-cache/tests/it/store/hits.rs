//! What hits, from where, and how it is counted.

use std::time::Duration;

use atc_cache::{Config, Explanation, Insertion, MissReason, Store, Tier};

use super::support::{KIB, count_hits, insert, is_right, key, payload, small};

#[test]
fn an_entry_is_found_in_every_tier() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::in_directory(folder.path()).disk_bytes(64 << 20);
    let store = Store::open(&config).unwrap();
    let cost = Duration::from_millis(7);
    store.insert(key(1), payload(1, 1000), cost);
    assert_eq!(store.get(&key(1)).unwrap().tier(), Tier::Memory);
    store.close().unwrap();

    let store = Store::open(&config).unwrap();
    let entry = store.get(&key(1)).unwrap();
    assert!(is_right(&entry, 1, 1000));
    assert_eq!((entry.tier(), entry.cost()), (Tier::Recent, cost));
    // It is in memory as it lies in the log, not twice.
    assert_eq!(store.get(&key(1)).unwrap().tier(), Tier::Recent);
    for number in 2..2000 {
        insert(&store, number, 4 * KIB);
    }
    store.close().unwrap();

    let store = Store::open(&config).unwrap();
    assert_eq!(store.get(&key(500)).unwrap().tier(), Tier::Disk);
    assert_eq!(store.get(&key(500)).unwrap().tier(), Tier::Memory);
    let entry = store.get(&key(1)).unwrap();
    assert!(is_right(&entry, 1, 1000));
    assert_eq!((entry.tier(), entry.cost()), (Tier::Disk, cost));
    let statistics = store.statistics();
    assert_eq!(statistics.hits_disk, 2);
    assert_eq!(statistics.hits_memory, 1);
    assert_eq!(statistics.saved(), cost);
    assert_eq!(statistics.hit_rate(), 1.0);
}

#[test]
fn every_miss_has_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    assert!(store.get(&key(1)).is_none());
    assert_eq!(
        store.explain(&key(1)),
        Explanation::Miss(MissReason::Unknown)
    );

    let large = vec![0; 64 * KIB];
    assert_eq!(
        store.insert(key(2), large, Duration::ZERO),
        Insertion::TooLarge
    );
    assert!(
        store.get(&key(2)).is_none(),
        "memory is smaller than that, too"
    );
    assert_eq!(
        store.explain(&key(2)),
        Explanation::Miss(MissReason::TooLarge)
    );

    for number in 100..2000 {
        insert(&store, number, 8 * KIB);
    }
    store.flush().unwrap();
    assert!(store.get(&key(100)).is_none());
    assert_eq!(
        store.explain(&key(100)),
        Explanation::Miss(MissReason::Evicted)
    );

    let statistics = store.statistics();
    let reasons = [
        statistics.misses_unknown,
        statistics.misses_too_large,
        statistics.misses_evicted,
    ];
    assert_eq!((reasons, statistics.misses()), ([1, 1, 1], 3));
    assert_eq!((statistics.hits(), statistics.dropped_too_large), (0, 1));
    assert_eq!(statistics.dropped_not_written, 0);
}

/// foyer drops what exceeds its buffers without a word; the store never gives it that much.
#[test]
fn a_burst_far_beyond_the_buffers_is_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::in_directory(folder.path())
        .memory_bytes(64 * KIB)
        .disk_bytes(256 << 20)
        .block_bytes(4 << 20);
    let store = Store::open(&config).unwrap();
    for number in 0..1500 {
        assert_eq!(insert(&store, number, 100 * KIB), Insertion::Stored);
    }
    store.flush().unwrap();
    assert_eq!(count_hits(&store, 0..1500, 100 * KIB), 1500);
    assert_eq!(store.statistics().dropped_not_written, 0);
}

#[test]
fn what_is_present_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    for round in 0..3 {
        for number in 0..200 {
            let insertion = insert(&store, number, KIB);
            assert_eq!(insertion == Insertion::Stored, round == 0, "entry {number}");
        }
        store.flush().unwrap();
    }
    let statistics = store.statistics();
    assert_eq!((statistics.inserted, statistics.written), (200, 200));
    assert_eq!(statistics.already_present, 400);
}

#[test]
fn the_longest_known_prefix_is_found_and_counted_once() {
    let store = Store::open(&Config::memory_only()).unwrap();
    insert(&store, 2, 100);
    insert(&store, 3, 100);
    let (index, entry) = store.get_first(&[key(1), key(2), key(3)]).unwrap();
    assert!(is_right(&entry, 2, 100));
    assert_eq!(index, 1);
    assert!(store.get_first(&[key(4), key(5)]).is_none());
    assert_eq!(store.get_first(&[key(3)]).unwrap().0, 0);
    let statistics = store.statistics();
    assert_eq!((statistics.hits(), statistics.misses()), (2, 1));
    assert_eq!(statistics.hits_prefix, 1);
}

#[cfg(feature = "serde")]
#[test]
fn statistics_are_serialisable() {
    fn is_serialisable<T: serde::Serialize + for<'de> serde::Deserialize<'de>>(_: &T) {}
    let store = Store::open(&Config::memory_only()).unwrap();
    is_serialisable(&store.statistics());
    is_serialisable(&store.explain(&key(1)));
}

#[test]
fn an_entry_knows_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    insert(&store, 1, 100);
    assert_eq!(store.get(&key(1)).unwrap().key(), key(1));
    drop(store);
    let store = Store::open(&small(folder.path())).unwrap();
    assert_eq!(store.get(&key(1)).unwrap().key(), key(1));
}
