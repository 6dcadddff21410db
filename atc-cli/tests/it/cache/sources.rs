//! Sources that have not changed are not opened; whatever has changed is noticed.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::time::SystemTime;

use atc_cli::engine::dataset::{Request, SourceColumn};
use atc_cli::engine::{Cache, Trust};
use atc_core::{Gaps, Params};

use super::{Place, age, csv, row, scan, set_time, walk};

#[test]
fn unchanged_sources_are_not_opened_and_nothing_is_computed() {
    let place = Place::with_series(12, 300);
    let first = place.scan();
    assert_eq!((first.opened(), first.computed()), (12, 12));
    let second = place.scan();
    assert_eq!((second.opened(), second.computed()), (0, 0));
    assert_eq!(
        (second.cache.sources_unchanged, second.cache.hits_table),
        (12, 12)
    );
    assert_eq!(second.cache.store, None, "the store need not be opened");
    assert_eq!(second.rows, first.rows);
    assert_eq!(second.digest(), place.cold().digest());
}

#[test]
fn a_source_that_was_only_touched_hits_by_its_content() {
    let place = Place::with_series(1, 300);
    place.scan();
    age(&place.path("s000.csv"), 30);
    let again = place.scan();
    assert_eq!(
        (again.opened(), again.computed(), again.cache.hits()),
        (1, 0, 1)
    );
    assert_eq!(place.scan().opened(), 0);
}

#[test]
fn a_source_modified_just_before_it_was_read_is_read_again() {
    let place = Place::new();
    place.write("a.csv", csv(&walk(1, 300)));
    // A clock that stands still: the file looks as if it were written after it was read.
    set_time(
        &place.path("a.csv"),
        SystemTime::now() + std::time::Duration::from_mins(1),
    );
    place.scan();
    let again = place.scan();
    assert_eq!(
        (again.opened(), again.cache.sources_equal, again.computed()),
        (1, 1, 0)
    );
}

#[test]
fn a_file_replaced_by_another_of_the_same_size_and_time_is_noticed() {
    let place = Place::new();
    place.write("a.csv", csv(&walk(1, 300)));
    let before = fs::metadata(place.path("a.csv")).unwrap();
    place.scan();
    let text = fs::read_to_string(place.path("a.csv")).unwrap();
    let (head, last) = text.trim_end().rsplit_once('\n').unwrap();
    // The closes of the last bar read 2 where they read 7, and 7 where they read 2.
    let other = |digit| match digit {
        '7' => '2',
        '2' => '7',
        digit => digit,
    };
    let (time, prices) = last.split_once(',').unwrap();
    let changed = format!("{time},{}", prices.chars().map(other).collect::<String>());
    assert_ne!(last, changed);
    // Another file, put in its place.
    let other = place.0.path().join("other");
    fs::write(&other, format!("{head}\n{changed}\n")).unwrap();
    fs::rename(&other, place.path("a.csv")).unwrap();
    set_time(&place.path("a.csv"), before.modified().unwrap());
    assert_eq!(
        fs::metadata(place.path("a.csv")).unwrap().len(),
        before.len()
    );
    let again = place.scan();
    assert_eq!(again.opened(), 1);
    assert_eq!(
        (&again.rows, &again.failed),
        (&place.cold().rows, &place.cold().failed)
    );
}

#[test]
fn a_text_that_grew_is_parsed_only_where_it_grew() {
    let place = Place::with_series(3, 2500);
    place.scan();
    let more = walk(0, 2502);
    let path = place.path("s000.csv");
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all((row(2500, more[2500]) + &row(2501, more[2501])).as_bytes())
        .unwrap();
    drop(file);
    age(&path, 30);
    let grown = place.scan();
    let cache = grown.cache;
    assert_eq!(
        (cache.sources_grown, cache.hits_prefix, cache.computed),
        (1, 1, 0)
    );
    assert_eq!((cache.bars_computed, cache.sources_unchanged), (2, 2));
    assert_eq!(grown.rows, place.cold().rows);
    let again = place.scan();
    assert_eq!((again.opened(), again.rows), (0, grown.rows));
}

#[test]
fn a_text_grows_across_the_end_of_a_block_and_on() {
    let place = Place::new();
    let closes = walk(5, 2100);
    let source = Request {
        source: SourceColumn::Hlc3,
        symbol: None,
    };
    place.write("a.csv", csv(&closes[..2046]));
    place.scan_with(Params::default(), &source);
    for end in 2047..2052 {
        let path = place.path("a.csv");
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(row(end - 1, closes[end - 1]).as_bytes())
            .unwrap();
        drop(file);
        age(&path, 3000 - end as u64);
        let grown = place.scan_with(Params::default(), &source);
        // What was appended since the last state, which is kept every 16 bars.
        let since = end as u64 - 2046;
        assert_eq!(
            (grown.cache.sources_grown, grown.cache.bars_computed),
            (1, since),
            "{end}"
        );
        let cold = scan(Params::default(), &source, &place.data(), None);
        assert_eq!(grown.rows, cold.rows, "{end}");
    }
}

#[test]
fn a_text_that_was_rewritten_and_is_longer_is_read_as_a_whole() {
    let place = Place::new();
    let mut closes = walk(1, 2500);
    place.write("a.csv", csv(&closes[..2400]));
    place.scan();
    closes[1200] *= 1.5;
    // In place: the same inode, the same head and tail, one old bar changed.
    fs::write(place.path("a.csv"), csv(&closes)).unwrap();
    age(&place.path("a.csv"), 30);
    let again = place.scan();
    assert_eq!(
        (again.cache.sources_grown, again.cache.sources_opened),
        (0, 1)
    );
    assert_eq!(again.rows, place.cold().rows);
}

/// `text` with other prices in the row of one bar, of as many digits.
fn with_other_digits(text: &str, bar: usize) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (time, prices) = lines[bar + 1].split_once(',').unwrap();
    lines[bar + 1] = format!("{time},{}", prices.replace('7', "2"));
    let changed = lines.join("\n") + "\n";
    assert!(changed != text && changed.len() == text.len());
    changed
}

#[test]
fn of_a_text_that_is_only_appended_to_the_ends_alone_are_read() {
    let place = Place::new();
    let text = csv(&walk(1, 2500));
    let up_to = |text: &str, n_bars: usize| {
        let lines = text.split_inclusive('\n').take(1 + n_bars);
        place.write("a.csv", lines.collect::<String>());
    };
    let trusting = || {
        let cache = Cache::in_directory(place.cache()).trust(Trust::Appends);
        let (params, request) = (Params::default(), Request::default());
        scan(params, &request, &place.data(), Some(cache))
    };
    up_to(&text, 2400);
    place.scan();
    up_to(&text, 2450);
    let grown = trusting();
    assert_eq!(
        (grown.cache.sources_grown, grown.cache.bars_computed),
        (1, 50)
    );
    assert_eq!(grown.rows, place.cold().rows);
    // A change between the ends is what it cannot see, and what nobody else overlooks.
    let changed = with_other_digits(&text, 1200);
    up_to(&changed, 2460);
    assert_eq!(trusting().cache.sources_grown, 1);
    up_to(&changed, 2470);
    let noticed = place.scan();
    assert_eq!(noticed.cache.sources_grown, 0);
    assert_eq!(noticed.rows, place.cold().rows);
    // A change of the first bars, or of the last ones, it does see.
    for bar in [5, 2465] {
        up_to(&text, 2470);
        place.scan();
        up_to(&with_other_digits(&text, bar), 2480);
        let changed = trusting();
        assert_eq!(changed.cache.sources_grown, 0, "{bar}");
        assert_eq!(changed.rows, place.cold().rows, "{bar}");
    }
}

#[test]
fn a_bad_row_that_was_appended_fails_as_it_does_without_a_cache() {
    let place = Place::with_series(1, 400);
    place.scan();
    let path = place.path("s000.csv");
    for bad in ["nonsense\n", "1600000000,1,1,1,1,1\n"] {
        let good = fs::read(&path).unwrap();
        fs::write(&path, [&good, bad.as_bytes()].concat()).unwrap();
        age(&path, 30);
        let failed = place.scan().failed;
        assert_eq!((failed.len(), &failed), (1, &place.cold().failed));
        fs::write(&path, &good).unwrap();
        age(&path, 60);
    }
}

#[test]
fn a_refused_series_is_refused_again() {
    let place = Place::new();
    let mut closes = walk(1, 300);
    closes[200] = -1.0;
    place.write("a.csv", csv(&closes));
    let failed = place.scan().failed;
    assert_eq!(failed, place.cold().failed);
    assert_eq!(failed, place.scan().failed);
    // What skips a gap must not answer for what rejects it.
    place.write("a.csv", csv(&walk(1, 300)).replace(",100,", ",,"));
    closes[200] = f64::NAN;
    place.write("a.csv", csv(&closes));
    let skip = Params {
        gaps: Gaps::Skip,
        ..Params::default()
    };
    assert_eq!(
        place.scan_with(skip, &Request::default()).failed,
        Vec::<String>::new()
    );
    assert_eq!(place.scan().failed, place.cold().failed);
    assert_eq!(place.scan().failed.len(), 1);
}

#[test]
fn verifying_reads_everything_and_says_the_same() {
    let place = Place::with_series(4, 300);
    let first = place.scan();
    let cache = Cache::in_directory(place.cache()).trust(Trust::Nothing);
    let verified = scan(
        Params::default(),
        &Request::default(),
        &place.data(),
        Some(cache),
    );
    assert_eq!((verified.opened(), verified.computed()), (4, 0));
    assert_eq!(verified.rows, first.rows);
}

#[test]
fn a_hive_folder_is_unchanged_as_long_as_all_its_files_are() {
    let place = Place::new();
    let closes = walk(1, 600);
    let text = csv(&closes);
    let lines: Vec<&str> = text.lines().collect();
    let part = |rows: &[&str]| format!("{}\n{}\n", lines[0], rows.join("\n"));
    fs::create_dir(place.path("symbol=BTC")).unwrap();
    place.write("symbol=BTC/a.csv", part(&lines[1..300]));
    place.write("symbol=BTC/b.csv", part(&lines[300..500]));
    assert_eq!(place.scan().opened(), 1);
    assert_eq!(place.scan().opened(), 0);
    place.write("symbol=BTC/b.csv", part(&lines[300..501]));
    let grown = place.scan();
    assert_eq!((grown.opened(), grown.cache.hits_prefix), (1, 1));
    assert_eq!(grown.rows, place.cold().rows);
}

#[test]
fn sources_that_are_gone_and_back_are_looked_at_anew() {
    let place = Place::with_series(2, 300);
    place.scan();
    fs::remove_file(place.path("s001.csv")).unwrap();
    assert_eq!(place.scan().rows.len(), 1);
    place.write("s001.csv", csv(&walk(77, 300)));
    assert_eq!(place.scan().rows, place.cold().rows);
}

#[test]
fn sources_and_folders_that_are_gone_are_forgotten_little_by_little() {
    let place = Place::with_series(1, 300);
    let gone = place.path("gone");
    fs::create_dir(&gone).unwrap();
    for number in 0..150 {
        place.write(&format!("gone/{number}.csv"), csv(&walk(number, 60)));
    }
    place.scan();
    assert_eq!(Cache::holdings(&place.cache()).unwrap().sources, 151);
    fs::remove_dir_all(&gone).unwrap();
    for round in 0.. {
        assert!(round < 100, "nothing is forgotten");
        age(&place.path("s000.csv"), 100 + round);
        assert_eq!(place.scan().digest(), place.cold().digest());
        if Cache::holdings(&place.cache()).unwrap().sources == 1 {
            break;
        }
    }
    let folders = fs::read(place.cache().join("folders")).unwrap_or_default();
    let is_named = folders.windows(5).any(|window| window == b"/gone");
    assert!(!is_named, "of two folders, both are looked for at a save");
}
