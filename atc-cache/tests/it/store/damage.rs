//! Whatever is wrong on disk is a miss: never a wrong value, a panic or a hang.

use std::{
    fs::{self, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use atc_cache::{Store, Warning};

use super::support::{KIB, count_hits, insert, small};

const ENTRIES: u64 = 600;

/// A directory with entries in all of its tiers: 600 in blocks, one in the log.
fn filled(directory: &Path) {
    let store = Store::open(&small(directory)).unwrap();
    for number in 0..ENTRIES {
        insert(&store, number, 3 * KIB);
    }
    drop(store);
    let store = Store::open(&small(directory)).unwrap();
    insert(&store, ENTRIES, 3 * KIB);
}

/// The block files, in the order of their names.
fn blocks(directory: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(directory.join("blocks")).unwrap();
    let mut blocks: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    blocks.sort();
    blocks
}

/// Opens what `harm` has left: every hit is right, new entries are taken, and closing ends.
fn hits_after(harm: impl FnOnce(&Path)) -> usize {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    harm(folder.path());
    let store = Store::open(&small(folder.path())).unwrap();
    assert!(store.is_persistent(), "{:?}", store.warnings());
    let hits = count_hits(&store, 0..=ENTRIES, 3 * KIB);
    assert_eq!(
        store.statistics().misses() as usize,
        ENTRIES as usize + 1 - hits
    );
    // Missing entries can be inserted again, and are found by the next process.
    for number in 0..=ENTRIES {
        insert(&store, number, 3 * KIB);
    }
    store.close().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    let healed = count_hits(&store, 0..=ENTRIES, 3 * KIB);
    // Blocks that only seem to be full push out others; how many depends on the order in which
    // the writer finds them.
    assert!(400 < healed, "{healed} hits after inserting again");
    hits
}

#[test]
fn without_harm_all_are_hits() {
    assert_eq!(hits_after(|_| ()), ENTRIES as usize + 1);
}

#[test]
fn flipped_bits_are_misses() {
    let hits = hits_after(|directory| {
        for (number, path) in blocks(directory).iter().enumerate() {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .open(path)
                .unwrap();
            // One bit in each of four pages of every block, at changing places.
            for page in [1, 5, 9, 13] {
                let place = page * 4096 + (number as u64 * 131 + page * 57) % 600;
                let mut byte = [0];
                file.seek(SeekFrom::Start(place)).unwrap();
                file.read_exact(&mut byte).unwrap();
                byte[0] ^= 1 << (number % 8);
                file.seek(SeekFrom::Start(place)).unwrap();
                file.write_all(&byte).unwrap();
            }
        }
    });
    assert!(200 < hits && hits < 600, "{hits} hits");
}

#[test]
fn truncated_blocks_are_misses() {
    let hits = hits_after(|directory| {
        for (number, path) in blocks(directory).into_iter().enumerate() {
            let file = OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(number as u64 * 1021).unwrap();
        }
    });
    assert!(1 < hits && hits < 600, "{hits} hits");
}

#[test]
fn deleted_blocks_are_misses() {
    let hits = hits_after(|directory| {
        for path in blocks(directory).iter().step_by(2) {
            fs::remove_file(path).unwrap();
        }
    });
    assert!(200 < hits && hits < 400, "{hits} hits");
}

#[test]
fn swapped_blocks_give_no_wrong_value() {
    hits_after(|directory| {
        for pair in blocks(directory).chunks_exact(2) {
            let aside = directory.join("aside");
            fs::rename(&pair[0], &aside).unwrap();
            fs::rename(&pair[1], &pair[0]).unwrap();
            fs::rename(&aside, &pair[1]).unwrap();
        }
    });
}

#[test]
fn a_block_of_noise_is_a_miss() {
    hits_after(|directory| {
        for (number, path) in blocks(directory).iter().enumerate() {
            let noise = (0..64 * KIB).map(|at| ((at * (number + 7)) >> 3) as u8);
            fs::write(path, noise.collect::<Vec<_>>()).unwrap();
        }
    });
}

#[test]
fn a_damaged_log_costs_only_what_it_held() {
    let hits = hits_after(|directory| {
        let log = directory.join("recent");
        let mut bytes = fs::read(&log).unwrap();
        assert!(!bytes.is_empty());
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(&log, bytes).unwrap();
    });
    assert_eq!(hits, ENTRIES as usize);
}

/// foyer never writes again when it finds no clean block, as after a crash while it freed one.
#[test]
fn a_directory_without_a_clean_block_is_written_to() {
    let hits = hits_after(|directory| {
        let blocks = blocks(directory);
        let used = fs::read(&blocks[0]).unwrap();
        for path in &blocks[1..] {
            if fs::read(path).unwrap()[..4096]
                .iter()
                .all(|&byte| byte == 0)
            {
                fs::write(path, &used).unwrap();
            }
        }
    });
    assert!(500 < hits, "{hits} hits");
}

#[test]
fn a_directory_of_another_format_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    let changes: [fn(&Path) -> atc_cache::Config; 3] = [
        |directory| small(directory).schema(1),
        |directory| small(directory).block_bytes(128 * KIB).schema(1),
        |directory| small(directory).disk_bytes(8 << 20).schema(1),
    ];
    for change in changes {
        let config = change(folder.path());
        let store = Store::open(&config).unwrap();
        let to = folder.path().join("set-aside");
        assert_eq!(store.warnings(), [Warning::SetAside { to: to.clone() }]);
        assert!(to.join("blocks").exists());
        assert_eq!(count_hits(&store, 0..=ENTRIES, 3 * KIB), 0);
        insert(&store, 7, 3 * KIB);
        store.close().unwrap();
        let store = Store::open(&config).unwrap();
        assert_eq!(store.warnings(), []);
        assert_eq!(count_hits(&store, 0..=ENTRIES, 3 * KIB), 1);
    }
    fs::write(folder.path().join("format"), "something else").unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    assert_eq!(store.warnings().len(), 1);
    assert_eq!(count_hits(&store, 0..=ENTRIES, 3 * KIB), 0);
}

#[test]
fn clearing_removes_all_entries() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path());
    let store = Store::open(&small(folder.path())).unwrap();
    assert!(matches!(
        Store::clear(folder.path()),
        Err(Warning::InUse { .. })
    ));
    drop(store);
    Store::clear(folder.path()).unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "the lock file stays: {left:?}");
    let store = Store::open(&small(folder.path())).unwrap();
    assert_eq!(store.warnings(), []);
    assert_eq!(count_hits(&store, 0..=ENTRIES, 3 * KIB), 0);
}
