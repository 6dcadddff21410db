//! What a warming says afterwards, to whoever asks how it went.

use std::time::{Duration, Instant};

use super::Place;
use super::command::{atc, ok};

#[test]
fn the_status_of_a_warming_says_what_failed_and_why() {
    let place = Place::with_series(3, 400);
    place.write("bad.csv", "nonsense\n");
    place.write("worse.csv", "time,close\n1,2\n0,3\n");
    let told = |words: &str| {
        let output = atc(&place, words);
        assert_eq!(output.status.code(), Some(1), "{words}");
        String::from_utf8(output.stdout).unwrap()
    };
    let warmed = atc(&place, "warm data --presets scalping,swing");
    assert_eq!(warmed.status.code(), Some(1));
    assert!(
        String::from_utf8(warmed.stderr)
            .unwrap()
            .contains("2 inputs failed:\n")
    );
    let status = told("warm --status");
    let lines: Vec<&str> = status.lines().collect();
    assert!(lines[0].starts_with("done: 5 of 5 sources in"), "{status}");
    assert!(lines[0].ends_with("s; 2 inputs failed:"), "{status}");
    assert!(
        lines[1].starts_with("  data/bad.csv, column `close`: "),
        "{status}"
    );
    assert!(lines[2].starts_with("  data/worse.csv, row 3"), "{status}");
    // In the background, nobody else says it.
    let begun = atc(&place, "warm nofile --background");
    assert_eq!(begun.status.code(), Some(0));
    let patience = Instant::now();
    loop {
        let output = atc(&place, "warm --status");
        let status = String::from_utf8(output.stdout).unwrap();
        if status.contains("\n  nofile: no such file or directory") {
            assert!(status.starts_with("done: 0 of 0 sources in"), "{status}");
            assert_eq!(output.status.code(), Some(1));
            break;
        }
        assert!(patience.elapsed() < Duration::from_mins(1), "{status}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_warming_that_could_not_begin_says_why() {
    let place = Place::with_series(1, 400);
    std::fs::create_dir_all(place.cache()).unwrap();
    // A journal that cannot be read, in a folder that is a cache.
    ok(&place, "scan data");
    let journal = place.cache().join("journal");
    std::fs::remove_file(&journal).unwrap();
    std::fs::create_dir(&journal).unwrap();
    assert_eq!(atc(&place, "warm --from-journal").status.code(), Some(1));
    let status = atc(&place, "warm --status");
    let text = String::from_utf8(status.stdout).unwrap();
    assert_eq!(status.status.code(), Some(1), "{text}");
    assert!(
        text.starts_with("failed: ") && text.contains("\n  the journal cannot be read: "),
        "{text}"
    );
    // And one for which there is no place says so at once.
    std::fs::write(place.0.path().join("file"), "").unwrap();
    let begun = atc(&place, "warm data --background --cache file/cache");
    assert_eq!(begun.status.code(), Some(2));
}

#[test]
fn what_the_journal_asks_for_and_is_not_there_is_no_failure() {
    let place = Place::with_series(2, 400);
    assert_eq!(atc(&place, "scan data typo.csv").status.code(), Some(1));
    assert_eq!(
        atc(&place, "scan typo.csv data/s001.csv").status.code(),
        Some(1)
    );
    let warmed = atc(&place, "warm --from-journal");
    let stderr = String::from_utf8(warmed.stderr).unwrap();
    assert_eq!(warmed.status.code(), Some(0), "{stderr}");
    let remark = "typo.csv: no such file or directory; check the path\n";
    assert!(stderr.ends_with(remark), "{stderr}");
    assert_eq!(stderr.matches("warning: the journal asks for ").count(), 1);
    assert!(ok(&place, "warm --status").starts_with("done: "));
    let quiet = ok(&place, "warm --from-journal --quiet");
    assert_eq!(quiet, "");
}
