//! Every command on the example candles.

use super::{Folder, snapshot};

#[test]
fn a_scan_shows_long_and_short_strongest_first() {
    let folder = Folder::new();
    let run = |words| folder.atc(words).ok();
    snapshot(
        "scan",
        &[
            run("scan candles"),
            run("scan candles --len 60 --robustness wide --long-threshold 0.5 --all"),
            run("scan candles --sort symbol --top 2"),
            run("scan candles --sort flip --min-signal 0.5"),
            run("scan candles/FB.csv --len 200"),
            run("scan candles --color always --top 1"),
        ],
    );
}

#[test]
fn a_scan_writes_rows_for_machines_and_documents() {
    let folder = Folder::new();
    let run = |format| folder.atc(&format!("scan candles --format {format}")).ok();
    let runs = ["csv", "json", "jsonl", "markdown"].map(run);
    snapshot("scan_formats", &runs);
}

#[test]
fn neutral_symbols_are_counted_and_shown_on_request() {
    let folder = Folder::new();
    let words = "scan candles --long-threshold 0.9 --short-threshold -0.9";
    let plain = folder.atc(words).ok();
    assert!(!plain.text().contains("NEUTRAL") && plain.text().contains("2 neutral"));
    let all = folder.atc(&format!("{words} --all")).ok();
    assert!(all.text().contains("NEUTRAL (2)"));
    let json = folder.atc(&format!("{words} --format json")).ok().json();
    assert_eq!(json.as_array().unwrap().len(), 5);
}

#[test]
fn statistics_count_what_the_scan_did() {
    let folder = Folder::new();
    let ran = folder.atc("scan candles none.csv --preset swing --stats stats.json");
    assert_eq!(ran.code, Some(1));
    let stats: serde_json::Value = serde_json::from_slice(&folder.read("stats.json")).unwrap();
    assert_eq!(stats["inputs"], 6);
    assert_eq!(stats["symbols"], 5);
    assert_eq!(stats["failed"], 1);
    assert_eq!(stats["bars"], 4 * 1500 + 196);
    assert_eq!(stats["params"]["ema_len"], 50);
    assert_eq!(stats["failures"][0]["input"], "none.csv");
    let trends = ["long", "short", "neutral"].map(|name| stats[name].as_u64().unwrap());
    assert_eq!(trends.iter().sum::<u64>(), 5);
    assert!(stats["seconds"].as_f64().unwrap() > 0.0);
}

#[test]
fn why_shows_the_weight_table_of_a_bar() {
    let folder = Folder::new();
    let run = |words| folder.atc(words).ok();
    snapshot(
        "why",
        &[
            run("why candles/GOOG.csv"),
            run("why candles/GOOG.csv --bar 2012-11-15 --strategy"),
            run("why candles/AAPL.csv --bar 1200 --lambda 0.1 --ema-len 20"),
            run("why candles/AAPL.csv --lambda 0.5"),
            run("why candles --symbol FB --bar 20"),
        ],
    );
}

#[test]
fn why_as_json_adds_up_to_what_compute_writes() {
    let folder = Folder::new();
    let why = folder
        .atc("why candles/IBM.csv --bar 700 --format json")
        .ok()
        .json();
    let csv = folder.atc("compute candles/IBM.csv --columns average").ok();
    let row: Vec<&str> = csv.text().lines().nth(701).unwrap().split(',').collect();
    assert_eq!(why["time"], row[0]);
    assert_eq!(
        why["average_signal"].as_f64().unwrap(),
        row[2].parse::<f64>().unwrap()
    );
    let families = why["families"].as_array().unwrap();
    let share = |family: &serde_json::Value| family["contribution"].as_f64().unwrap();
    let sum: f64 = families.iter().map(share).sum();
    assert!((sum - why["average_signal"].as_f64().unwrap()).abs() < 1e-12);
}

#[test]
fn inspect_gives_a_verdict_per_file() {
    let folder = Folder::new();
    folder.write(
        "bad.csv",
        "time,close\n2024-01-01,1\n2024-01-03,0\n2024-01-02,100\n2024-01-02,\n2024-01-09,x\n",
    );
    snapshot(
        "inspect",
        &[
            folder.atc("inspect candles").ok(),
            folder.atc("inspect bad.csv none.csv candles/FB.csv"),
            folder.atc("inspect bad.csv --format json"),
        ],
    );
}

#[test]
fn help_names_every_command_with_an_example() {
    let folder = Folder::new();
    let all = folder.atc("--help").ok();
    for command in ["scan", "compute", "why", "inspect"] {
        assert!(all.text().contains(command), "{command}");
        let help = folder.atc(&format!("{command} --help")).ok();
        assert!(
            help.text().contains(&format!("  atc {command} ")),
            "{command}"
        );
        assert!(help.text().contains("--short-threshold"), "{command}");
    }
    assert_eq!(
        folder.atc("--version").ok().text(),
        concat!("atc ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn colour_obeys_the_flag_and_stays_out_of_pipes() {
    let folder = Folder::new();
    let escapes = |words: &str| folder.atc(words).text().contains('\x1b');
    assert!(!escapes("scan candles"));
    assert!(!escapes("scan candles --color never"));
    assert!(escapes("scan candles --color always"));
    assert!(escapes("--color always why candles/FB.csv"));
    let failed = folder.atc("scan none.csv --color always");
    assert!(failed.stderr.contains('\x1b'));
}

#[test]
fn standard_input_is_read() {
    let folder = Folder::new();
    let candles = folder.read("candles/FB.csv");
    let fed = folder.atc_fed("scan - --format json", &candles).ok().json();
    let file = folder.atc("scan candles/FB.csv --format json").ok().json();
    assert_eq!(fed[0]["symbol"], "stdin");
    for name in [
        "trend",
        "average_signal",
        "bars_since_flip",
        "close",
        "time",
    ] {
        assert_eq!(fed[0][name], file[0][name], "{name}");
    }
}
