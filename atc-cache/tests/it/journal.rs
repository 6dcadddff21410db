//! The journal: whole lines survive, whatever happened to the others.

use std::{
    fs,
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
