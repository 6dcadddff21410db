//! What later processes find.

use std::fs;

use atc_cache::{Config, Store};

use super::support::{KIB, MIB, again, count_hits, finish, insert, role, small};

#[test]
fn another_process_hits_everything() {
    if let Some(arguments) = role() {
        let store = Store::open(&Config::in_directory(&arguments[0])).unwrap();
        assert_eq!(count_hits(&store, 0..2000, 4 * KIB), 2000);
        assert_eq!(store.statistics().misses(), 0);
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&Config::in_directory(folder.path())).unwrap();
    for number in 0..2000 {
        insert(&store, number, 4 * KIB);
    }
    store.close().unwrap();
    let directory = folder.path().to_str().unwrap();
    let test = "store::restarts::another_process_hits_everything";
    finish(again(test, &[directory]).spawn().unwrap());
}

/// Each process that writes to blocks begins one of its own: without the log, a hundred processes
/// with one entry each would push everything out.
#[test]
fn a_hundred_restarts_keep_the_working_set() {
    let folder = tempfile::tempdir().unwrap();
    let config = small(folder.path());
    let store = Store::open(&config).unwrap();
    // 480 entries of 4 KiB as foyer pads them: half of the capacity.
    for number in 0..480 {
        insert(&store, number, 2 * KIB);
    }
    store.close().unwrap();
    for number in 0..100 {
        let store = Store::open(&config).unwrap();
        insert(&store, 10_000 + number, 2 * KIB);
        store.close().unwrap();
    }
    let store = Store::open(&config).unwrap();
    let kept = count_hits(&store, 0..480, 2 * KIB);
    assert!(480 * 95 <= kept * 100, "{kept} of 480 are left");
    assert_eq!(count_hits(&store, 10_000..10_100, 2 * KIB), 100);
}

/// Opening dozens of block files takes longer than all else a process with little to ask does.
#[test]
fn blocks_are_opened_when_they_are_needed() {
    let folder = tempfile::tempdir().unwrap();
    let n_blocks = || fs::read_dir(folder.path().join("blocks")).unwrap().count();
    let config = small(folder.path());
    for number in 0..5 {
        let store = Store::open(&config).unwrap();
        insert(&store, number, 2 * KIB);
        assert_eq!(count_hits(&store, 0..10, 2 * KIB) as u64, number + 1);
        store.close().unwrap();
        assert_eq!(n_blocks(), 0);
    }
    let store = Store::open(&config).unwrap();
    for number in 5..300 {
        insert(&store, number, 2 * KIB);
    }
    store.close().unwrap();
    assert_eq!(n_blocks(), 64);
    let store = Store::open(&config).unwrap();
    assert_eq!(count_hits(&store, 0..300, 2 * KIB), 300);
}

#[test]
fn the_oldest_go_first_also_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let config = small(folder.path());
    // Eight processes with an eighth of the capacity each, twice over.
    for process in 0..16 {
        let store = Store::open(&config).unwrap();
        for number in process * 100..(process + 1) * 100 {
            insert(&store, number, 3 * KIB);
        }
        store.close().unwrap();
    }
    let store = Store::open(&config).unwrap();
    assert_eq!(store.warnings(), []);
    assert_eq!(count_hits(&store, 1200..1600, 3 * KIB), 400);
    assert_eq!(count_hits(&store, 0..400, 3 * KIB), 0);
}

#[test]
fn a_store_larger_than_memory_is_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::in_directory(folder.path())
        .memory_bytes(MIB)
        .disk_bytes(64 * MIB);
    let store = Store::open(&config).unwrap();
    for number in 0..400 {
        insert(&store, number, 100 * KIB);
    }
    drop(store);
    let store = Store::open(&config).unwrap();
    assert_eq!(count_hits(&store, 0..400, 100 * KIB), 400);
}
