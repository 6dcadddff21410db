//! The cache as users see it: `--cache`, `atc cache`, `atc warm`.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Place, csv, walk};

pub(super) fn atc(place: &Place, words: &str) -> Output {
    command(place, words).output().unwrap()
}

fn command(place: &Place, words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atc"));
    command
        .current_dir(place.0.path())
        .args(words.split_whitespace())
        .env("ATC_CACHE", place.cache())
        .env("NO_COLOR", "1");
    command
}

pub(super) fn ok(place: &Place, words: &str) -> String {
    let output = atc(place, words);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        (output.status.code(), stderr.as_str()),
        (Some(0), ""),
        "{words}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The `cache` object of a scan's statistics.
fn statistics(place: &Place, words: &str) -> Value {
    ok(place, &format!("scan data --stats stats.json {words}"));
    let text = std::fs::read(place.0.path().join("stats.json")).unwrap();
    let stats: Value = serde_json::from_slice(&text).unwrap();
    stats["cache"].clone()
}

#[test]
fn standard_output_is_the_same_with_and_without_a_cache() {
    let place = Place::with_series(6, 300);
    place.write("bad.csv", "nonsense\n");
    for format in ["table", "json", "jsonl", "csv", "markdown"] {
        let words = format!("scan data --all --format {format}");
        let off = atc(&place, &format!("{words} --cache off"));
        for cache in ["", "--cache memory", "--verify", "--cache elsewhere"] {
            let on = atc(&place, &format!("{words} {cache}"));
            assert_eq!(on.stdout, off.stdout, "{format} {cache}");
            assert_eq!(on.stderr, off.stderr, "{format} {cache}");
            assert_eq!(on.status.code(), Some(1));
        }
    }
}

#[test]
fn a_warmed_folder_is_scanned_in_another_process_without_opening_a_file() {
    let place = Place::with_series(9, 400);
    let warmed = atc(
        &place,
        "warm data --profiles lts,pine --presets intraday,swing",
    );
    let stderr = String::from_utf8(warmed.stderr).unwrap();
    assert_eq!(stderr, "9 sources warm, 36 series, 36 computed: done\n");
    for words in [
        "",
        "--preset swing",
        "--profile pine",
        "--profile pine --preset swing --executor lanes",
    ] {
        let cache = statistics(&place, words);
        assert_eq!(cache["hits_table"], 9, "{words}: {cache}");
        assert_eq!(
            (&cache["sources_opened"], &cache["computed"]),
            (&0.into(), &0.into())
        );
    }
    assert_eq!(statistics(&place, "--preset scalping")["computed"], 9);
    assert_eq!(statistics(&place, "--cache off"), Value::Null);
}

#[test]
fn the_journal_says_what_to_warm() {
    let place = Place::with_series(5, 400);
    ok(&place, "scan data --preset swing --lambda 0.05");
    ok(&place, "scan data/s001.csv --profile pine");
    // The next day: all files are other ones.
    for seed in 0..5 {
        place.write(&format!("s{seed:03}.csv"), csv(&walk(100 + seed, 420)));
    }
    let warmed = atc(&place, "warm --from-journal");
    let stderr = String::from_utf8(warmed.stderr).unwrap();
    assert_eq!(stderr, "6 sources warm, 6 series, 6 computed: done\n");
    assert_eq!(
        statistics(&place, "--preset swing --lambda 0.05")["computed"],
        0
    );
    let top = atc(&place, "warm --from-journal --top 1");
    let stderr = String::from_utf8(top.stderr).unwrap();
    assert!(stderr.ends_with("0 computed: done\n"), "{stderr}");
}

#[test]
fn verbose_shows_what_the_cache_did() {
    let place = Place::with_series(3, 400);
    let first = String::from_utf8(atc(&place, "scan data -v").stderr).unwrap();
    assert!(
        first.contains("3 opened") && first.contains("3 computed"),
        "{first}"
    );
    let second = String::from_utf8(atc(&place, "scan data -v").stderr).unwrap();
    assert!(second.contains("3 unchanged and not opened"), "{second}");
    assert!(
        second.contains("1200 saved") && second.contains("not opened, there was no need"),
        "{second}"
    );
}

#[test]
fn what_a_cache_holds_can_be_seen_explained_verified_and_cleared() {
    let place = Place::with_series(3, 400);
    assert_eq!(
        ok(&place, "cache path").trim(),
        place.cache().to_str().unwrap()
    );
    ok(&place, "scan data");
    let stats: Value = serde_json::from_str(&ok(&place, "cache stats --format json")).unwrap();
    assert_eq!(
        (&stats["sources"], &stats["questions"], &stats["queries"]),
        (&3.into(), &1.into(), &1.into())
    );
    assert!(ok(&place, "cache stats").contains("3 known without opening them"));
    let hit = ok(&place, "cache explain data/s000.csv");
    assert!(
        hit.contains("unchanged") && hit.contains("hit: in the table"),
        "{hit}"
    );
    let miss = ok(&place, "cache explain data/s000.csv --preset swing");
    assert!(
        miss.contains("not in the table") && miss.contains("store miss"),
        "{miss}"
    );
    let json: Value =
        serde_json::from_str(&ok(&place, "cache explain data --format json")).unwrap();
    assert_eq!(json[2]["recorded"], "unchanged");
    assert!(ok(&place, "cache verify data").contains("3 rows, 3 of them from the cache: 0 differ"));
    ok(&place, "cache clear");
    assert_eq!(statistics(&place, "")["computed"], 3);
}

#[test]
fn a_series_that_is_refused_is_explained_as_that_and_not_as_a_miss() {
    let place = Place::with_series(1, 400);
    for round in 0..2 {
        let told = ok(&place, "cache explain data/s000.csv --cutout 400");
        let refused = "\n  refused, and nothing is kept of it: data/s000.csv, symbol s000: `400` bars are too few";
        assert!(
            told.contains(refused) && !told.contains("miss"),
            "{round}: {told}"
        );
        // It is known the second time, and refused all the same.
        ok(&place, "scan data");
    }
}

#[test]
fn nothing_is_left_where_a_cache_was_cleared_whoever_has_used_it() {
    let place = Place::with_series(3, 400);
    ok(&place, "scan data");
    let output = atc(&place, "warm data --presets swing");
    assert_eq!(output.status.code(), Some(0));
    // A process that was killed while it wrote.
    for name in ["sources.4711", "folders.4711"] {
        std::fs::write(place.cache().join(name), "half").unwrap();
    }
    ok(&place, "cache clear");
    let left: Vec<_> = std::fs::read_dir(place.cache()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    // As an earlier version left it.
    std::fs::write(place.cache().join("warm.lock"), "").unwrap();
    assert_eq!(statistics(&place, "")["computed"], 3);
    assert_eq!(statistics(&place, "")["computed"], 0);
}

#[test]
fn a_warming_fails_where_a_scan_does_and_asks_nothing_that_was_not_answered() {
    let place = Place::with_series(3, 400);
    ok(&place, "scan data --symbol s001");
    for words in ["scan nothing", "scan data --symbol s9", "scan data/x*.csv"] {
        assert_ne!(atc(&place, words).status.code(), Some(0), "{words}");
    }
    for words in ["warm data --symbol s001", "warm --from-journal"] {
        let output = atc(&place, words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{words}: {stderr}");
        assert!(stderr.ends_with("1 series, 0 computed: done\n"), "{stderr}");
    }
    assert_eq!(atc(&place, "warm data --symbol s9").status.code(), Some(1));
}

#[test]
fn a_folder_that_cannot_be_used_costs_one_warning() {
    let place = Place::with_series(3, 400);
    std::fs::write(place.0.path().join("file"), "").unwrap();
    let output = atc(&place, "scan data --cache file/cache");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_eq!(stderr.matches("warning:").count(), 1, "{stderr}");
    assert_eq!(output.stdout, atc(&place, "scan data --cache off").stdout);
    let quiet = atc(&place, "scan data --cache file/cache --quiet");
    assert_eq!(String::from_utf8(quiet.stderr).unwrap(), "");
}

#[test]
fn words_that_make_no_sense_are_misuse() {
    let place = Place::new();
    for (words, part) in [
        ("warm", "what is to be warmed"),
        ("warm data --cache off", "no cache folder"),
        ("cache stats --cache memory", "no cache folder"),
        ("scan data --cache-size 3", "at least 1M"),
        ("warm data --budget-time 3x", "a time such as"),
        (
            "warm data - --background",
            "cannot be read in the background",
        ),
        (
            "warm --from-journal --profiles pine",
            "`--profiles` is about",
        ),
        (
            "warm --from-journal --presets swing",
            "`--presets` is about",
        ),
        ("warm --from-journal --params p.json", "`--params` is about"),
        ("warm --from-journal --symbol s001", "`--symbol` is about"),
        ("warm --from-journal --source hl2", "`--source` is about"),
        ("cache verify -", "standard input is there once"),
        ("warm data --presets daily", "daily"),
    ] {
        let output = atc(&place, words);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{words}: {stderr}");
        assert!(stderr.contains(part), "{words}: {stderr}");
    }
}

#[test]
fn a_warming_in_the_background_can_be_watched_and_stopped() {
    let place = Place::with_series(40, 3000);
    assert_eq!(
        ok(&place, "warm --status"),
        "no warming of this cache is known\n"
    );
    let begun = atc(
        &place,
        "warm data --background --presets scalping,intraday,swing --profiles lts,pine,original",
    );
    assert_eq!(begun.status.code(), Some(0));
    // It needs a moment to begin; then it is running, or has ended already.
    let patience = Instant::now();
    while ok(&place, "warm --status").starts_with("no warming") {
        assert!(patience.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(20));
    }
    // A scan meanwhile says the same as one without a cache.
    let on = atc(&place, "scan data");
    assert_eq!(on.stdout, atc(&place, "scan data --cache off").stdout);
    let stopped = ok(&place, "warm --stop");
    assert!(
        stopped == "stopped\n" || stopped.starts_with("no warming"),
        "{stopped}"
    );
    let status = ok(&place, "warm --status");
    assert!(
        status.starts_with("stopped:") || status.starts_with("done:"),
        "{status}"
    );
    let rest = atc(
        &place,
        "warm data --presets scalping,intraday,swing --profiles lts,pine,original",
    );
    assert_eq!(rest.status.code(), Some(0));
    let status = ok(&place, "warm --status");
    assert!(status.starts_with("done: 40 of 40 sources in"), "{status}");
    assert_eq!(
        statistics(&place, "--preset swing --profile original")["computed"],
        0
    );
}

#[test]
fn kills_at_random_moments_lose_no_answer_and_change_none() {
    let place = Place::with_series(12, 1500);
    let off = atc(&place, "scan data --all --format csv --cache off").stdout;
    let kills = std::env::var("ATC_KILLS").map_or(12, |n| n.parse().unwrap());
    let mut rng = super::Rng(2026);
    for round in 0..kills {
        let words = [
            "scan data --cache-size 2M",
            "warm data --cache-size 2M --presets scalping,swing",
        ][round % 2];
        let mut child = command(&place, words)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(rng.next() % 150_000));
        let _ = child.kill(); // it may have ended
        child.wait().unwrap();
        let on = atc(&place, "scan data --all --format csv --cache-size 2M");
        assert_eq!(
            String::from_utf8_lossy(&on.stdout),
            String::from_utf8_lossy(&off),
            "round {round}"
        );
        assert_eq!(on.status.code(), Some(0));
        if round % 4 == 3 {
            place.write("s000.csv", csv(&walk(round as u64, 1500)));
            place.write("s000.csv", csv(&walk(0, 1500)));
        }
    }
}
