//! The source index: unchanged sources are known, changed ones are noticed.

use std::{
    fs::{self, File},
    path::Path,
    time::{Duration, SystemTime},
};

use atc_cache::{Known, SourceIndex, Stamp};

const LOCATION: &str = "bars.csv";

/// Writes `text` as if it had been there for `seconds` and half a second.
fn write_aged(path: &Path, text: &str, seconds: u64) {
    fs::write(path, text).unwrap();
    set_age(path, seconds);
}

fn set_age(path: &Path, seconds: u64) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let whole = SystemTime::UNIX_EPOCH + Duration::from_secs(now.unwrap().as_secs());
    let modified = whole - Duration::from_secs(seconds) - Duration::from_millis(500);
    let file = File::options().write(true).open(path).unwrap();
    file.set_modified(modified).unwrap();
}

/// An index that knows the file at `path` as it is now.
fn indexed(path: &Path, index: &Path) -> SourceIndex {
    let mut sources = SourceIndex::open(index);
    sources.record(LOCATION, Stamp::of_file(path).unwrap(), *b"facts");
    sources.save().unwrap();
    SourceIndex::open(index)
}

/// What an index made after `before` says after `change`.
fn known_after(before: impl FnOnce(&Path), change: impl FnOnce(&Path)) -> Known {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LOCATION);
    before(&path);
    let sources = indexed(&path, &folder.path().join("index"));
    change(&path);
    sources.look_up(LOCATION, &Stamp::of_file(&path).unwrap())
}

fn aged(path: &Path) {
    write_aged(path, "close\n1\n2\n", 60);
}

#[test]
fn an_unchanged_source_is_known() {
    assert_eq!(
        known_after(aged, |_| ()),
        Known::Unchanged((*b"facts").into())
    );
}

#[test]
fn a_source_that_was_never_recorded_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LOCATION);
    aged(&path);
    let sources = SourceIndex::open(folder.path().join("index"));
    let stamp = Stamp::of_file(&path).unwrap();
    assert_eq!(sources.look_up(LOCATION, &stamp), Known::Nothing);
    let mut sources = indexed(&path, &folder.path().join("index"));
    assert_eq!(sources.look_up("other.csv", &stamp), Known::Nothing);
    sources.forget(LOCATION);
    assert_eq!(sources.look_up(LOCATION, &stamp), Known::Nothing);
}

#[test]
fn locations_are_found_by_how_they_begin() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("index");
    let stamp = Stamp::of_object(1, "v1");
    let mut sources = SourceIndex::open(&index);
    for location in ["b/2", "a/1", "b/1", "c/1"] {
        sources.record(location, stamp.clone(), *b"facts");
    }
    sources.save().unwrap();
    let mut sources = SourceIndex::open(&index);
    assert_eq!(sources.locations("b/"), ["b/1", "b/2"]);
    sources.record("b/0", stamp.clone(), *b"facts");
    sources.record("b/2", stamp, *b"facts");
    sources.forget("b/1");
    assert_eq!(sources.locations("b/"), ["b/0", "b/2"]);
    assert_eq!(sources.locations(""), ["a/1", "b/0", "b/2", "c/1"]);
    assert_eq!(
        sources.locations("d").len() + sources.locations("b/3").len(),
        0
    );
    assert_eq!(sources.len(), 4);
}

#[test]
fn a_source_that_grew_says_how_long_it_was() {
    let grown = known_after(aged, |path| write_aged(path, "close\n1\n2\n3\n", 5));
    let facts = (*b"facts").into();
    assert_eq!(grown, Known::Grown { facts, length: 10 });
}

#[test]
fn another_length_or_time_is_a_change() {
    let shorter = known_after(aged, |path| write_aged(path, "close\n1\n", 5));
    assert_eq!(shorter, Known::Changed);
    let touched = known_after(aged, |path| set_age(path, 5));
    assert_eq!(touched, Known::Changed);
}

/// Same length, same time, other content: only the file's identity tells.
#[cfg(unix)]
#[test]
fn a_file_put_in_its_place_is_a_change() {
    let replaced = known_after(aged, |path| {
        let time = fs::metadata(path).unwrap().modified().unwrap();
        let other = path.with_extension("new");
        fs::write(&other, "close\n1\n9\n").unwrap();
        File::options()
            .write(true)
            .open(&other)
            .unwrap()
            .set_modified(time)
            .unwrap();
        fs::rename(other, path).unwrap();
    });
    assert_eq!(replaced, Known::Changed);
}

#[test]
fn what_was_modified_just_before_it_was_indexed_is_read_again() {
    let just_now = |path: &Path| fs::write(path, "close\n1\n2\n").unwrap();
    assert_eq!(
        known_after(just_now, |_| ()),
        Known::Racy((*b"facts").into())
    );
    // A clock of whole seconds ticks more slowly.
    let whole_second = |path: &Path| {
        fs::write(path, "close\n1\n2\n").unwrap();
        let now = SystemTime::now();
        let since = now.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() - 1);
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(time).unwrap();
    };
    let coarse = known_after(whole_second, |_| ());
    assert_eq!(coarse, Known::Racy((*b"facts").into()));
    // So is what comes from the future.
    let future = |path: &Path| {
        fs::write(path, "close\n1\n2\n").unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() + Duration::from_hours(1))
            .unwrap();
    };
    assert_eq!(known_after(future, |_| ()), Known::Racy((*b"facts").into()));
}

#[test]
fn an_object_is_what_its_tag_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut sources = SourceIndex::open(folder.path().join("index"));
    sources.record("s3://a", Stamp::of_object(10, "v1"), *b"facts");
    let known = |length, tag| sources.look_up("s3://a", &Stamp::of_object(length, tag));
    assert_eq!(known(10, "v1"), Known::Unchanged((*b"facts").into()));
    assert_eq!(known(10, "v2"), Known::Changed);
    assert_eq!(known(12, "v2"), Known::Changed);
}

#[test]
fn a_damaged_index_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LOCATION);
    let index = folder.path().join("index");
    aged(&path);
    assert_eq!(indexed(&path, &index).len(), 1);
    let whole = fs::read(&index).unwrap();
    for byte in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[byte] ^= 16;
        fs::write(&index, damaged).unwrap();
        assert!(SourceIndex::open(&index).is_empty(), "byte {byte}");
        fs::write(&index, &whole[..byte]).unwrap();
        assert!(SourceIndex::open(&index).is_empty(), "cut to {byte}");
    }
}

#[test]
fn two_processes_keep_what_each_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let (path, index) = (folder.path().join(LOCATION), folder.path().join("index"));
    aged(&path);
    let stamp = Stamp::of_file(&path).unwrap();
    let (mut ours, mut theirs) = (SourceIndex::open(&index), SourceIndex::open(&index));
    ours.record("a", stamp.clone(), *b"1");
    ours.save().unwrap();
    theirs.record("b", stamp.clone(), *b"2");
    theirs.save().unwrap();
    let both = SourceIndex::open(&index);
    assert_eq!(both.look_up("a", &stamp), Known::Unchanged((*b"1").into()));
    assert_eq!(both.look_up("b", &stamp), Known::Unchanged((*b"2").into()));
    let mut forgetting = SourceIndex::open(&index);
    forgetting.forget("a");
    forgetting.save().unwrap();
    assert_eq!(
        SourceIndex::open(&index).look_up("a", &stamp),
        Known::Nothing
    );
}

#[test]
fn a_source_of_several_files_is_unchanged_only_if_all_are() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a", "b"].map(|name| folder.path().join(name));
    for path in &paths {
        aged(path);
    }
    let look = || Stamp::of_files(paths.iter().map(|path| &**path)).unwrap();
    let mut sources = SourceIndex::open(folder.path().join("index"));
    sources.record(LOCATION, look(), *b"facts");
    sources.save().unwrap();
    let sources = SourceIndex::open(folder.path().join("index"));
    assert_eq!(
        sources.look_up(LOCATION, &look()),
        Known::Unchanged((*b"facts").into())
    );
    for path in &paths {
        let before = look();
        write_aged(path, "close\n1\n3\n", 60);
        set_age(path, 61);
        assert_ne!(look(), before);
        assert_eq!(sources.look_up(LOCATION, &look()), Known::Changed);
        aged(path);
    }
    fs::remove_file(&paths[1]).unwrap();
    assert!(Stamp::of_files(paths.iter().map(|path| &**path)).is_err());
}
