//! kill -9 at any moment: nothing wrong, nothing stuck, nothing lost that was acknowledged.

use std::{
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::Child,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use atc_cache::{Config, Store};

use super::support::{KIB, MIB, again, count_hits, insert, is_right, key, role};

const LARGEST: usize = 6 * KIB;

/// Eight blocks: some dozen entries fill it, so blocks are freed all the time.
fn tiny(directory: &Path) -> Config {
    Config::in_directory(directory)
        .memory_bytes(8 * KIB)
        .disk_bytes(512 * KIB)
        .block_bytes(64 * KIB)
}

/// Room for all that the loop writes.
fn roomy(directory: &Path) -> Config {
    Config::in_directory(directory)
        .memory_bytes(64 * KIB)
        .disk_bytes(256 * MIB)
        .block_bytes(MIB)
}

/// Kills in each of the two loops: 12, or half of `ATC_CACHE_KILLS`.
fn n_kills() -> usize {
    let asked = env::var("ATC_CACHE_KILLS").ok();
    asked.map_or(12, |kills| kills.parse::<usize>().unwrap() / 2)
}

/// Writes from number `next` on until it is killed: says `ready`, then `acked N` after each flush,
/// which is kept in a file too.
fn write_until_killed(config: &Config, next: u64, acked: &Path) {
    let store = Store::open(config).unwrap();
    assert!(store.is_persistent(), "{:?}", store.warnings());
    let mut stdout = std::io::stdout();
    stdout.write_all(b"ready\n").unwrap();
    for number in next.. {
        insert(&store, number, LARGEST);
        // Something from the past: right, or missed.
        if let Some(entry) = store.get(&key(number / 2)) {
            assert!(
                is_right(&entry, number / 2, LARGEST),
                "entry {}",
                number / 2
            );
        }
        if number % 7 == 0 {
            store.flush().unwrap();
            let draft = acked.with_extension("new");
            fs::write(&draft, number.to_string()).unwrap();
            fs::rename(draft, acked).unwrap();
        }
    }
}

/// Kills the child after `delay`, whatever it is doing: starting, or opening the store.
fn kill_early(mut child: Child, delay: Duration) {
    thread::sleep(delay);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Waits until the child is ready, then kills it after `delay`.
fn kill_after(mut child: Child, delay: Duration) {
    let (sender, receiver) = mpsc::channel();
    let output = child.stdout.take().unwrap();
    thread::spawn(move || {
        let ready = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .any(|line| line.ends_with("ready"));
        sender.send(ready).unwrap();
    });
    let ready = receiver.recv_timeout(Duration::from_mins(2));
    if ready == Ok(true) {
        thread::sleep(delay);
    }
    let ended = child.try_wait().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(
        ready,
        Ok(true),
        "the store did not open in time, or failed to"
    );
    assert_eq!(ended, None, "it ended by itself");
}

/// Kills writers of `config` again and again; returns the last number acknowledged.
fn kill_loop(test: &str, kind: &str, directory: &Path) -> u64 {
    let acked = directory.join("acked");
    let cache = directory.join("cache");
    let last_acked = || fs::read_to_string(&acked).map_or(0, |text| text.parse().unwrap());
    let mut chance = 0x5eed_u64;
    for round in 0..n_kills() {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let delay = Duration::from_micros((chance >> 33) % 60_000);
        let next = (last_acked() + 1).to_string();
        let arguments = [
            kind,
            cache.to_str().unwrap(),
            &next,
            acked.to_str().unwrap(),
        ];
        let child = again(test, &arguments).spawn().unwrap();
        if round % 4 == 3 {
            kill_early(child, delay / 2);
        } else {
            kill_after(child, delay);
        }
    }
    last_acked()
}

fn play(arguments: &[String]) {
    let directory = Path::new(&arguments[1]);
    let config = if arguments[0] == "tiny" {
        tiny(directory)
    } else {
        roomy(directory)
    };
    write_until_killed(
        &config,
        arguments[2].parse().unwrap(),
        Path::new(&arguments[3]),
    );
}

#[test]
fn killed_while_blocks_are_freed_it_opens_and_closes() {
    if let Some(arguments) = role() {
        return play(&arguments);
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "store::crashes::killed_while_blocks_are_freed_it_opens_and_closes";
    let last = kill_loop(test, "tiny", folder.path());
    assert!(0 < last, "nothing was written between the kills");
    let started = Instant::now();
    let store = Store::open(&tiny(&folder.path().join("cache"))).unwrap();
    assert!(0 < count_hits(&store, 0..=last, LARGEST));
    for number in last + 1000..last + 1100 {
        insert(&store, number, LARGEST);
    }
    store.close().unwrap();
    assert!(
        started.elapsed() < Duration::from_mins(1),
        "it all but hung"
    );
}

#[test]
fn killed_at_any_moment_it_keeps_what_was_acknowledged() {
    if let Some(arguments) = role() {
        return play(&arguments);
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "store::crashes::killed_at_any_moment_it_keeps_what_was_acknowledged";
    let last = kill_loop(test, "roomy", folder.path());
    assert!(0 < last, "nothing was written between the kills");
    let store = Store::open(&roomy(&folder.path().join("cache"))).unwrap();
    assert_eq!(count_hits(&store, 1..=last, LARGEST), last as usize);
}
