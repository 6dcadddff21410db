//! Folders that have not changed are not listed; whatever has changed in them is noticed.

use std::fs;
use std::path::Path;
use std::time::Duration;

use atc_cache::Stamp;
use atc_cli::engine::Cache;
use atc_cli::engine::dataset::{Finder, Folders, Source, discover};

use super::{Place, csv, walk};

/// Longer than the clock of a file system takes to tick.
fn wait() {
    std::thread::sleep(Duration::from_millis(25));
}

fn names(sources: &[Source]) -> Vec<String> {
    sources.iter().map(ToString::to_string).collect()
}

/// What is found through `folders` is what is there; how many folders were listed for it.
fn check(folders: &Folders, data: &Path) -> usize {
    let paths = [data.to_str().unwrap().to_owned()];
    let before = folders.n_listed();
    let found = Finder::default().folders(folders).find(&paths);
    let there = discover(&paths);
    assert_eq!(names(&found.sources), names(&there.sources));
    assert_eq!(found.failed.len(), there.failed.len());
    folders.n_listed() - before
}

/// Whether times of folders are relied on where the tests are.
fn are_kept(place: &Place) -> bool {
    Stamp::of_folder(&place.data()).is_ok()
}

#[test]
fn a_folder_is_listed_again_only_if_names_in_it_have_changed() {
    let place = Place::with_series(3, 10);
    fs::create_dir_all(place.path("deep/er")).unwrap();
    place.write("deep/er/d.csv", "close\n1\n");
    let listed = |n| if are_kept(&place) { n } else { 3 };
    let folders = Folders::in_memory();
    wait();
    assert_eq!(check(&folders, &place.data()), 3, "itself, and two below");
    assert_eq!(check(&folders, &place.data()), listed(0));

    place.write("deep/er/e.csv", "close\n1\n");
    wait();
    assert_eq!(check(&folders, &place.data()), listed(1));
    fs::rename(place.path("s000.csv"), place.path("t.csv")).unwrap();
    fs::remove_file(place.path("s001.csv")).unwrap();
    wait();
    assert_eq!(check(&folders, &place.data()), listed(1));
    // What a file holds is nothing that a listing says.
    place.write("s002.csv", csv(&walk(1, 20)));
    assert_eq!(check(&folders, &place.data()), listed(0));
    fs::remove_dir_all(place.path("deep")).unwrap();
    assert_eq!(check(&folders, &place.data()), 1);
}

#[test]
fn what_was_listed_in_the_moment_of_a_change_is_listed_again() {
    let place = Place::with_series(1, 10);
    let folders = Folders::in_memory();
    for name in ["a.csv", "b.csv", "c.csv"] {
        // At once: the clock may not tick between the two.
        fs::write(place.path(name), "close\n1\n").unwrap();
        assert_eq!(check(&folders, &place.data()), 1);
    }
}

#[test]
fn a_folder_in_the_place_of_another_one_is_listed() {
    let place = Place::with_series(2, 10);
    let folders = Folders::in_memory();
    wait();
    check(&folders, &place.data());
    let aside = place.0.path().join("aside");
    fs::rename(place.data(), &aside).unwrap();
    fs::create_dir(place.data()).unwrap();
    place.write("other.csv", "close\n1\n");
    wait();
    assert_eq!(check(&folders, &place.data()), 1);
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_looked_at_each_time() {
    let place = Place::with_series(1, 10);
    let aside = place.0.path().join("aside");
    fs::write(&aside, "close\n1\n").unwrap();
    std::os::unix::fs::symlink(&aside, place.path("link.csv")).unwrap();
    let folders = Folders::in_memory();
    wait();
    check(&folders, &place.data());
    fs::remove_file(&aside).unwrap();
    fs::create_dir(&aside).unwrap();
    check(&folders, &place.data());
}

#[test]
fn another_process_knows_what_was_listed_and_verifying_does_not() {
    let place = Place::with_series(3, 300);
    wait();
    place.scan();
    let cache = Cache::in_directory(place.cache());
    let listed = check(cache.folders().unwrap(), &place.data());
    assert_eq!(listed, usize::from(!are_kept(&place)));
    drop(cache);
    let verifying = Cache::in_directory(place.cache()).trust(atc_cli::engine::Trust::Nothing);
    assert!(verifying.folders().is_none());
    drop(verifying);

    let path = place.cache().join("folders");
    if are_kept(&place) {
        // Damaged, it is a listing that has to be made again.
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(check(&Folders::open(&path), &place.data()), 1);
    }
    Cache::clear(&place.cache()).unwrap();
    assert!(!path.exists());
}
