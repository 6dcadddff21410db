//! A directory that cannot be used, or not any more: the store works on, with one warning.

use std::{
    convert::Infallible,
    fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use atc_cache::{CacheErrorKind, Config, Insertion, Store, Timeouts, Warning};
use tokio::runtime::Builder;

use super::support::{
    KIB, MIB, Mount, again, count_hits, finish, insert, is_right, key, role, skip, small,
};

/// Opens a store whose directory must not be usable, and uses it all the same.
fn works_in_memory(config: Config) -> Warning {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&heard);
    let config = config
        .memory_bytes(MIB)
        .on_warning(move |warning| listener.lock().unwrap().push(warning.clone()));
    let store = Store::open(&config).unwrap();
    assert!(!store.is_persistent());
    for number in 0..100 {
        assert_eq!(insert(&store, number, KIB), Insertion::InMemory);
    }
    assert_eq!(count_hits(&store, 0..100, KIB), 100);
    store.close().unwrap();
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard, store.warnings());
    assert_eq!(heard.len(), 1, "{heard:?}");
    heard.into_iter().next().unwrap()
}

#[test]
fn a_directory_that_cannot_be_made_costs_one_warning() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for directory in [file.join("cache"), file] {
        let warning = works_in_memory(small(&directory));
        assert!(matches!(warning, Warning::Unusable { .. }), "{warning}");
        assert!(warning.to_string().contains("kept in memory"), "{warning}");
    }
}

#[test]
fn a_read_only_directory_costs_one_warning() {
    let Some(mount) = Mount::new("size=8m") else {
        return skip("file systems cannot be mounted here");
    };
    drop(Store::open(&small(&mount.path().join("cache"))).unwrap());
    let remounted = Command::new("mount")
        .args(["-o", "remount,ro"])
        .arg(mount.path())
        .status()
        .unwrap();
    assert!(remounted.success());
    for name in ["cache", "new"] {
        let warning = works_in_memory(small(&mount.path().join(name)));
        assert!(matches!(warning, Warning::Unusable { .. }), "{warning}");
    }
}

#[test]
fn a_full_disk_costs_one_warning() {
    let Some(mount) = Mount::new("size=4m") else {
        return skip("file systems cannot be mounted here");
    };
    let config = Config::in_directory(mount.path())
        .memory_bytes(16 * MIB)
        .disk_bytes(16 * MIB)
        .block_bytes(256 * KIB);
    let store = Store::open(&config).unwrap();
    assert!(store.is_persistent());
    for number in 0..1000 {
        insert(&store, number, 8 * KIB);
    }
    let error = store.flush().unwrap_err();
    assert_eq!(error.kind(), CacheErrorKind::NotWritten);
    assert!(!store.is_persistent());
    assert!(0 < store.statistics().dropped_not_written);
    assert!(matches!(
        store.warnings()[..],
        [Warning::WritingStopped { .. }]
    ));
    // What fitted can be read, in this process and in the next.
    let written = store.statistics().written as usize;
    assert_eq!(
        count_hits(&store, 0..1000, 8 * KIB),
        1000,
        "memory holds them all"
    );
    drop(store);
    let store = Store::open(&config).unwrap();
    let hits = count_hits(&store, 0..1000, 8 * KIB);
    assert!(
        0 < hits && written <= hits,
        "{hits} hits, {written} written"
    );
}

#[test]
fn a_second_process_warns_and_works() {
    if let Some(arguments) = role() {
        if let [directory] = &arguments[..] {
            let warning = works_in_memory(small(Path::new(directory)));
            assert!(matches!(warning, Warning::InUse { .. }), "{warning}");
            return;
        }
        let store = Store::open(&small(Path::new(&arguments[1]))).unwrap();
        assert!(store.is_persistent());
        insert(&store, 0, KIB);
        store.flush().unwrap();
        std::io::stdout().write_all(b"open\n").unwrap();
        // Holds the directory until the parent closes our standard input.
        std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        store.close().unwrap();
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().to_str().unwrap();
    let test = "store::trouble::a_second_process_warns_and_works";
    let mut holder = again(test, &["hold", directory]);
    let mut holder = holder.stdin(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    let output = holder.stdout.as_mut().unwrap();
    while !said.ends_with(b"open\n") {
        let mut byte = [0];
        output.read_exact(&mut byte).unwrap();
        said.push(byte[0]);
    }
    finish(again(test, &[directory]).spawn().unwrap());
    drop(holder.stdin.take());
    finish(holder);
    let store = Store::open(&small(folder.path())).unwrap();
    assert!(store.is_persistent(), "the lock went with its process");
    assert_eq!(count_hits(&store, 0..1, KIB), 1);
}

#[test]
fn flush_answers_for_what_was_stored_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&small(folder.path())).unwrap();
    let second = Store::open(&small(folder.path())).unwrap();
    assert_eq!(insert(&second, 1, KIB), Insertion::InMemory);
    assert!(!second.is_persistent() && second.flush().is_ok());
    let large = vec![0; 64 * KIB];
    let inserted = store.insert(key(2), large, Duration::ZERO);
    assert_eq!(inserted, Insertion::TooLarge);
    assert!(store.is_persistent() && store.flush().is_ok());
    assert_eq!(insert(&store, 3, KIB), Insertion::Stored);
    store.close().unwrap();
    assert_eq!(insert(&store, 4, KIB), Insertion::InMemory);
    assert!(!store.is_persistent() && store.flush().is_ok());
    let next = Store::open(&small(folder.path())).unwrap();
    let found = [1, 2, 3, 4].map(|number| next.get(&key(number)).is_some());
    assert_eq!(found, [false, false, true, false]);
}

#[test]
fn who_waits_for_ever_waits_without_a_panic() {
    let folder = tempfile::tempdir().unwrap();
    let mut timeouts = Timeouts::default();
    timeouts.open = Duration::MAX;
    timeouts.read = Duration::MAX;
    timeouts.write = Duration::MAX;
    timeouts.close = Duration::MAX;
    timeouts.flight = Duration::MAX;
    let memory_only = Config::memory_only().timeouts(timeouts);
    let on_disk = small(folder.path()).timeouts(timeouts);
    for config in [&memory_only, &on_disk, &on_disk] {
        let store = Store::open(config).unwrap();
        for number in 0..100 {
            insert(&store, number, 8 * KIB);
        }
        store.flush().unwrap();
        assert_eq!(count_hits(&store, 0..100, 8 * KIB), 100);
        let runtime = Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let entry = store.get_async(&key(3)).await.unwrap();
            assert!(is_right(&entry, 3, 8 * KIB));
            store.insert_async(key(200), [1], Duration::ZERO).await;
            store.flush_async().await.unwrap();
        });
        let asking = || store.get_or_compute(key(201), || Ok::<_, Infallible>([2]));
        thread::scope(|scope| {
            for asked in [(); 4].map(|()| scope.spawn(asking)) {
                assert_eq!(*asked.join().unwrap().unwrap(), [2]);
            }
        });
        assert_eq!(store.warnings(), []);
        store.close().unwrap();
    }
}

/// One block is one file, and 64 do not fit beside what a process has open anyway: what the newest
/// entries have no room for is kept in memory.
#[cfg(unix)]
#[test]
fn too_few_file_descriptors_cost_one_warning() {
    if let Some(arguments) = role() {
        let config = small(Path::new(&arguments[0])).memory_bytes(4 * MIB);
        let store = Store::open(&config).unwrap();
        for number in 0..500 {
            insert(&store, number, KIB);
        }
        let error = store.flush().unwrap_err();
        assert_eq!(error.kind(), CacheErrorKind::NotWritten);
        assert!(!store.is_persistent());
        assert_eq!(count_hits(&store, 0..500, KIB), 500);
        let warnings = store.warnings();
        assert!(
            matches!(warnings[..], [Warning::WritingStopped { .. }]),
            "{warnings:?}"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "store::trouble::too_few_file_descriptors_cost_one_warning";
    let direct = again(test, &[folder.path().to_str().unwrap()]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 64; exec \"$0\" \"$@\""])
        .arg(direct.get_program())
        .args(direct.get_args())
        .envs(
            direct
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdout(Stdio::piped());
    finish(limited.spawn().unwrap());
}
