//! Entries that can be checked by their number alone, small stores, and processes of our own.

use std::{
    env,
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use atc_cache::{Config, Entry, Insertion, Key, KeyBuilder, Store};

pub(super) const KIB: usize = 1 << 10;
pub(super) const MIB: usize = 1 << 20;

/// The key of entry `number`.
pub(super) fn key(number: u64) -> Key {
    KeyBuilder::new("test", 1).uint("number", number).finish()
}

/// The payload of entry `number`: never two alike, from 8 bytes to `largest`.
pub(super) fn payload(number: u64, largest: usize) -> Vec<u8> {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let length = 8 + (mixed >> 20) as usize % (largest - 7);
    (0..length)
        .map(|at| (mixed.rotate_left(at as u32 % 64) as u8) ^ at as u8)
        .collect()
}

/// Whether `entry` is what was inserted as `number`.
pub(super) fn is_right(entry: &Entry, number: u64, largest: usize) -> bool {
    **entry == payload(number, largest)[..]
}

pub(super) fn insert(store: &Store, number: u64, largest: usize) -> Insertion {
    store.insert(key(number), payload(number, largest), Duration::ZERO)
}

/// A store of 64 blocks of 64 KiB, almost without memory, so that hits come from disk.
pub(super) fn small(directory: &Path) -> Config {
    Config::in_directory(directory)
        .memory_bytes(8 * KIB)
        .disk_bytes(4 * MIB)
        .block_bytes(64 * KIB)
}

/// How many of the entries are found; none may be wrong.
pub(super) fn count_hits(
    store: &Store,
    numbers: impl Iterator<Item = u64>,
    largest: usize,
) -> usize {
    let mut hits = 0;
    for number in numbers {
        if let Some(entry) = store.get(&key(number)) {
            assert!(is_right(&entry, number, largest), "entry {number} is wrong");
            hits += 1;
        }
    }
    hits
}

const ROLE: &str = "ATC_CACHE_TEST_ROLE";

/// What this process is to do instead of the test, with its arguments.
pub(super) fn role() -> Option<Vec<String>> {
    let role = env::var(ROLE).ok()?;
    Some(role.split('|').map(str::to_owned).collect())
}

/// Starts this test again in a process of its own, in which [`role`] returns `arguments`.
pub(super) fn again(test: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(ROLE, arguments.join("|"))
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    command
}

/// Waits for a process that must succeed, and returns what it wrote.
pub(super) fn finish(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{:?}: {text}", output.status);
    text
}

/// Says on stderr that part of a test could not run here.
pub(super) fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

/// A file system of `bytes` bytes, as long as it lives; `None` where that is not allowed.
pub(super) struct Mount(tempfile::TempDir);

impl Mount {
    pub(super) fn new(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then(|| Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
