//! Tables: small values that survive processes, damage and each other.

use std::fs;

use atc_cache::{Key, KeyBuilder, Table};

fn key(number: u64) -> Key {
    KeyBuilder::new("table", 1).uint("number", number).finish()
}

#[test]
fn what_is_saved_is_found_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 8, 10_000);
    for number in 0..1000 {
        table.insert(key(number), &number.to_le_bytes());
    }
    assert_eq!(table.len(), 1000);
    table.save().unwrap();
    let table = Table::open(&path, 8, 10_000);
    assert_eq!(table.len(), 1000);
    for number in 0..1000 {
        assert_eq!(table.get(&key(number)), Some(&number.to_le_bytes()[..]));
    }
    assert_eq!(table.get(&key(1000)), None);
}

#[test]
fn a_value_that_is_replaced_is_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    for value in 0..3 {
        let mut table = Table::open(&path, 1, 10);
        table.insert(key(1), &[value]);
        assert_eq!((table.get(&key(1)), table.len()), (Some(&[value][..]), 1));
        table.save().unwrap();
        assert_eq!(Table::open(&path, 1, 10).get(&key(1)), Some(&[value][..]));
    }
}

#[test]
fn what_was_removed_is_gone_for_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 1, 10);
    for number in 0..4 {
        table.insert(key(number), &[1]);
    }
    table.save().unwrap();
    let mut table = Table::open(&path, 1, 10);
    table.remove(&key(1)); // saved before
    table.insert(key(4), &[1]);
    table.remove(&key(4)); // never saved
    table.remove(&key(9)); // never there
    table.insert(key(2), &[2]);
    table.remove(&key(2));
    table.insert(key(2), &[3]);
    let check = |table: &Table| {
        let values: Vec<Option<&[u8]>> = (0..5).map(|number| table.get(&key(number))).collect();
        let (one, three) = (Some(&[1][..]), Some(&[3][..]));
        assert_eq!(values, [one, None, three, one, None]);
        assert_eq!(table.len(), 3);
    };
    check(&table);
    table.save().unwrap();
    check(&table);
    check(&Table::open(&path, 1, 10));
}

#[test]
fn two_processes_lose_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let (mut ours, mut theirs) = (Table::open(&path, 1, 10), Table::open(&path, 1, 10));
    ours.insert(key(1), &[1]);
    theirs.insert(key(2), &[2]);
    ours.save().unwrap();
    theirs.save().unwrap();
    let both = Table::open(&path, 1, 10);
    assert_eq!(
        (both.get(&key(1)), both.get(&key(2))),
        (Some(&[1][..]), Some(&[2][..]))
    );
}

#[test]
fn what_was_not_used_for_longest_makes_room() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 1, 10);
    for number in 0..10 {
        table.insert(key(number), &[1]);
    }
    table.save().unwrap();
    for round in 0..20 {
        let mut table = Table::open(&path, 1, 10);
        assert!(table.get(&key(3)).is_some(), "used in every round, {round}");
        table.insert(key(100 + round), &[2]);
        table.save().unwrap();
    }
    let table = Table::open(&path, 1, 10);
    assert!(table.len() <= 12, "{}", table.len());
    assert!(table.get(&key(119)).is_some() && table.get(&key(4)).is_none());
}

#[test]
fn a_damaged_table_is_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 4, 10);
    table.insert(key(1), &[0; 4]);
    table.save().unwrap();
    assert!(Table::open(&path, 5, 10).is_empty(), "of another width");
    let good = fs::read(&path).unwrap();
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).unwrap();
        assert!(Table::open(&path, 4, 10).is_empty(), "byte {at}");
        fs::write(&path, &good[..at]).unwrap();
        assert!(Table::open(&path, 4, 10).is_empty(), "cut at {at}");
    }
}

#[test]
fn what_is_asked_and_added_during_a_save_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 1, 100);
    table.insert(key(1), &[1]);
    let draft = table.begin_save().unwrap();
    table.insert(key(2), &[2]);
    let is_there = |table: &Table| {
        let found = [1, 2].map(|number| table.get(&key(number)).map(<[u8]>::to_vec));
        assert_eq!((found, table.len()), ([Some(vec![1]), Some(vec![2])], 2));
    };
    is_there(&table);
    let written = draft.write().unwrap();
    is_there(&table);
    table.end_save(written);
    is_there(&table);
    assert_eq!(Table::open(&path, 1, 100).len(), 1, "of the time it began");
    // A draft that was never written is part of the next one.
    drop(table.begin_save());
    is_there(&table);
    table.save().unwrap();
    is_there(&Table::open(&path, 1, 100));
}

#[test]
fn a_table_in_memory_keeps_what_was_inserted_last_and_does_not_grow() {
    let mut table = Table::in_memory(1, 10);
    for number in 0..1000 {
        table.insert(key(number), &[1]);
        assert!(table.len() <= 20, "{} values", table.len());
        let last = number.saturating_sub(9)..=number;
        assert!(last.into_iter().all(|n| table.get(&key(n)).is_some()));
    }
    table.insert(key(999), &[2]);
    assert_eq!(table.get(&key(999)), Some(&[2][..]));
}

#[test]
fn a_table_of_a_width_no_file_has_is_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table");
    let mut table = Table::open(&path, 4, 10);
    table.insert(key(1), &[0; 4]);
    table.save().unwrap();
    let mut table = Table::open(&path, usize::MAX, 10);
    assert_eq!((table.get(&key(1)), table.len()), (None, 0));
    table.remove(&key(1));
    table.save().unwrap();
    assert_eq!(Table::open(&path, 4, 10).len(), 1);
}
