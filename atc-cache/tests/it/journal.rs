//! The journal: whole lines survive, whatever happened to the others.

use std::{
    fs::{self, File},
    io,
    path::Path,
    thread,
    time::{Duration, SystemTime},
};

use atc_cache::{Access, Journal};

fn access(number: u64) -> Access {
    Access {
        subject: format!("source {number}\nwith \\n and \\ and {{\"a\": 1}}\r"),
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_000 + number),
        hit: number % 2 == 1,
        cost: Duration::from_nanos(number * 17),
        bytes: number * 4096,
        period: number.is_multiple_of(3).then(|| Duration::from_mins(15)),
    }
}

fn write(path: &Path, numbers: impl Iterator<Item = u64>, limit: u64) {
    let mut journal = Journal::open(path, limit).unwrap();
    for number in numbers {
        journal.append(&access(number)).unwrap();
    }
}

#[test]
fn lines_are_read_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    assert_eq!(Journal::read(&path).unwrap(), []);
    write(&path, 0..50, 1 << 20);
    write(&path, 50..100, 1 << 20);
    let expected: Vec<Access> = (0..100).map(access).collect();
    assert_eq!(Journal::read(&path).unwrap(), expected);
}

#[test]
fn a_torn_or_damaged_line_costs_that_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    write(&path, 0..4, 1 << 20);
    let whole = fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        let lines = whole[..cut].split(|&byte| byte == b'\n').count() - 1;
        fs::write(&path, &whole[..cut]).unwrap();
        let read = Journal::read(&path).unwrap();
        let complete_but_for_its_end = whole[cut] == b'\n';
        assert_eq!(read.len(), lines + usize::from(complete_but_for_its_end));
        let mut damaged = whole.clone();
        damaged[cut] ^= 1;
        fs::write(&path, damaged).unwrap();
        let read = Journal::read(&path).unwrap();
        assert!(
            2 <= read.len() && read.len() <= 3,
            "byte {cut}: {} lines",
            read.len()
        );
    }
}

#[test]
fn writers_at_once_do_not_tear_each_others_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || write(path, writer * 2000..(writer + 1) * 2000, 1 << 30));
        }
    });
    let mut read = Journal::read(&path).unwrap();
    read.sort_by_key(|access| access.at);
    let expected: Vec<Access> = (0..8000).map(access).collect();
    assert_eq!(read, expected);
}

#[test]
fn beyond_its_limit_the_newer_half_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    write(&path, 0..1000, 1 << 20);
    let length = fs::metadata(&path).unwrap().len();
    write(&path, 1000..1001, length - 1);
    let read = Journal::read(&path).unwrap();
    assert!((450..550).contains(&read.len()), "{} lines", read.len());
    let first = 1001 - read.len() as u64;
    let expected: Vec<Access> = (first..1001).map(access).collect();
    assert_eq!(read, expected);
}

#[test]
fn what_is_appended_after_another_one_has_cut_the_journal_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let mut early = Journal::open(&path, 100).unwrap();
    for number in 0..10 {
        early.append(&access(number)).unwrap();
    }
    early.flush().unwrap();
    let mut cutter = Journal::open(&path, 800).unwrap();
    early.append(&access(10)).unwrap();
    early.flush().unwrap();
    cutter.append(&access(11)).unwrap();
    cutter.flush().unwrap();
    let read = Journal::read(&path).unwrap();
    assert!((3..10).contains(&read.len()), "{} lines", read.len());
    let expected: Vec<Access> = (12 - read.len() as u64..12).map(access).collect();
    assert_eq!(read, expected);
}

/// Nothing but the journal is there afterwards, and no line is lost of those that were written while others cut it.
#[test]
fn cuts_and_appends_at_once_lose_nothing_of_the_newer_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    thread::scope(|scope| {
        for writer in 0..4_u64 {
            let path = &path;
            scope.spawn(move || {
                let mut journal = Journal::open(path, 40_000).unwrap();
                for number in 0..100 {
                    journal.append(&access(writer * 100 + number)).unwrap();
                    journal.flush().unwrap();
                    drop(Journal::open(path, 40_000).unwrap());
                }
            });
        }
    });
    let read = Journal::read(&path).unwrap();
    let last_of = |writer: u64| read.iter().any(|one| *one == access(writer * 100 + 99));
    // Of the one that ended last it must be there; a limit of 40 kB keeps a hundred lines at least.
    assert!(
        (0..4).any(last_of) && 100 < read.len(),
        "{} lines",
        read.len()
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_process_that_keeps_the_journal_locked_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    write(&path, 0..100, 1 << 20);
    let stuck = File::open(&path).unwrap();
    stuck.lock().unwrap();
    let mut journal = Journal::open(&path, 100).unwrap(); // does not cut it
    journal.append(&access(100)).unwrap();
    assert_eq!(journal.flush().unwrap_err().kind(), io::ErrorKind::TimedOut);
    assert_eq!(Journal::read(&path).unwrap().len(), 100);
    stuck.unlock().unwrap();
    journal.append(&access(101)).unwrap();
    journal.flush().unwrap();
    assert_eq!(Journal::read(&path).unwrap().len(), 101);
}

#[test]
fn a_line_after_a_torn_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    fs::write(&path, "half of a li").unwrap();
    write(&path, 0..2, 1 << 20);
    write(&path, 2..3, 1 << 20);
    let expected: Vec<Access> = (0..3).map(access).collect();
    assert_eq!(Journal::read(&path).unwrap(), expected);
}

#[test]
fn what_is_out_of_range_is_kept_as_the_nearest_that_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal");
    let epoch = SystemTime::UNIX_EPOCH;
    let extreme = |at, cost, period| Access {
        at,
        cost,
        period,
        ..access(1)
    };
    let far = Duration::from_millis(u64::MAX);
    let cases = [
        (
            extreme(
                epoch - Duration::from_secs(1),
                Duration::MAX,
                Some(Duration::MAX),
            ),
            extreme(epoch, Duration::from_nanos(u64::MAX), Some(far)),
        ),
        (
            extreme(epoch, Duration::ZERO, Some(Duration::from_micros(1500))),
            extreme(epoch, Duration::ZERO, Some(Duration::from_millis(1))),
        ),
        (
            extreme(epoch, Duration::ZERO, Some(Duration::from_nanos(1))),
            extreme(epoch, Duration::ZERO, Some(Duration::from_millis(1))),
        ),
    ];
    let mut journal = Journal::open(&path, 1 << 20).unwrap();
    for (appended, _) in &cases {
        journal.append(appended).unwrap();
    }
    drop(journal);
    let expected: Vec<Access> = cases.into_iter().map(|(_, read)| read).collect();
    assert_eq!(Journal::read(&path).unwrap(), expected);
}
