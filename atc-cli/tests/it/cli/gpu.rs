//! `--executor gpu`, `ATC_GPU` and `atc devices`.

use super::{Folder, Ran};
use crate::gpu::has_device;

/// Runs `atc` with a value of `ATC_GPU`.
fn with(folder: &Folder, value: &str, words: &str) -> Ran {
    folder.atc_with(&[("ATC_GPU", value)], words)
}

/// Runs `atc` where no driver shows a device.
#[cfg(target_os = "linux")]
fn without_driver(folder: &Folder, value: &str, words: &str) -> Ran {
    let nowhere = [
        ("VK_DRIVER_FILES", "/nonexistent.json"),
        ("VK_ICD_FILENAMES", "/nonexistent.json"),
        ("ATC_GPU", value),
    ];
    folder.atc_with(&nowhere, words)
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_a_driver_computes_and_says_nothing() {
    let folder = Folder::new();
    let plain = folder.atc("scan candles --format csv").ok().stdout;
    let ran = without_driver(&folder, "auto", "scan candles --format csv").ok();
    assert_eq!(ran.stdout, plain);
    let ran = without_driver(&folder, "", "devices").ok();
    assert!(ran.text().starts_with("no GPU: "), "{}", ran.text());
    let ran = without_driver(&folder, "", "devices --format json").ok();
    assert_eq!(ran.text(), "[]\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_gpu_that_is_required_and_missing_is_an_error() {
    let folder = Folder::new();
    for (value, words) in [
        ("auto", "scan candles --executor gpu"),
        ("required", "scan candles"),
        ("required", "compute candles/IBM.csv"),
        ("", "devices --bench"),
    ] {
        let ran = without_driver(&folder, value, words);
        assert_eq!(ran.code, Some(1), "{words}");
        assert!(ran.text().is_empty(), "{words}");
        assert!(ran.stderr.contains("no GPU: wanted"), "{}", ran.stderr);
    }
}

#[test]
fn a_variable_that_makes_no_sense_is_misuse() {
    let folder = Folder::new();
    for (value, words, said) in [
        (
            "sometimes",
            "scan candles",
            "unknown GPU policy \"sometimes\"",
        ),
        ("off", "scan candles --executor gpu", "ATC_GPU is off"),
    ] {
        let ran = with(&folder, value, words);
        assert_eq!(ran.code, Some(2), "{value}");
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
}

#[test]
fn the_processor_is_chosen_for_small_runs_and_says_why() {
    let folder = Folder::new();
    let ran = with(&folder, "auto", "scan candles -v");
    assert_eq!(ran.code, Some(0));
    let why = "note: processor: about ";
    assert!(ran.stderr.contains(why), "{}", ran.stderr);
    let ran = with(&folder, "off", "scan candles -v");
    assert!(!ran.stderr.contains("note: processor:"), "{}", ran.stderr);
}

#[test]
fn every_output_is_the_same_with_a_gpu() {
    if !has_device() {
        return;
    }
    let folder = Folder::new();
    for words in [
        "scan candles --format json",
        "scan candles --profile pine --ema-len 40 --format csv",
        "compute candles --columns average",
        "compute candles --columns all --format jsonl",
        "compute candles/FB.csv --columns detail",
    ] {
        let plain = folder.atc(words).ok().stdout;
        let asked = folder.atc(&format!("{words} --executor gpu --lanes 1"));
        assert!(asked.ok().stdout == plain, "{words}");
    }
    let required = with(&folder, "required", "scan candles --format json -v");
    assert_eq!(required.code, Some(0));
    assert!(
        required.stderr.contains("as asked for"),
        "{}",
        required.stderr
    );
    let plain = folder.atc("scan candles --format json").stdout;
    assert!(required.stdout == plain, "{}", required.words);
}

/// One lane against two, and where each of their tiles was by the clocks of host and device.
#[test]
fn a_bench_times_lanes_and_draws_when_tiles_went_through() {
    if !has_device() {
        return;
    }
    let folder = Folder::new();
    let ran = folder.atc("devices --bench --lanes 2 --tiles 4").ok();
    let text = ran.text();
    assert!(text.contains("\n4 tiles of "), "{text}");
    assert!(text.contains("\n2 lanes are "), "{text}");
    let rows = |stage: &str| {
        let of = |line: &&str| line[..line.len().min(16)].trim_end().ends_with(stage);
        text.lines().filter(of).collect::<Vec<_>>()
    };
    for stage in ["prepared", "waited", "placed", "kernels"] {
        // Those of the lane that is alone, then those of the two.
        assert_eq!(rows(stage).len(), 3, "{stage} in {text}");
        let drawn = |row: &&str| row.contains('#');
        assert!(rows(stage)[..1].iter().all(drawn), "{text}");
        assert!(rows(stage)[1..].iter().any(drawn), "{text}");
    }
}

#[test]
fn devices_tells_what_each_can() {
    if !has_device() {
        return;
    }
    let folder = Folder::new();
    let rows = folder.atc("devices --format json").ok().json();
    let chosen: Vec<_> = rows
        .as_array()
        .unwrap()
        .iter()
        .filter(|r| r["is_chosen"] == true)
        .collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0]["f64"], true);
    assert!(chosen[0]["tile_series"].as_u64().unwrap() >= 64);
    let name = chosen[0]["name"].as_str().unwrap();
    assert!(folder.atc("devices").ok().text().contains(name));
    let missing = folder.atc("scan candles --executor gpu --adapter nothing-like-it");
    assert_eq!(missing.code, Some(1));
    assert!(missing.stderr.contains(name), "{}", missing.stderr);
}
