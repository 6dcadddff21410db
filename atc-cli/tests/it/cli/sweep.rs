//! Many parameter sets over the same inputs.

use super::{Folder, snapshot};

/// The cells of a CSV text, without its header.
fn cells(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().skip(1);
    rows.map(|row| row.split(',').map(str::to_owned).collect())
        .collect()
}

#[test]
fn a_sweep_says_what_a_scan_says_with_each_set() {
    let folder = Folder::new();
    let words =
        "sweep candles --decay 0.05 --vary profile=lts,pine --vary len=12..28:8 --format csv";
    let swept = cells(folder.atc(words).ok().text());
    assert_eq!(swept.len(), 5 * 2 * 3);
    for profile in ["lts", "pine"] {
        for len in ["12", "20", "28"] {
            let words =
                format!("scan candles --decay 0.05 --profile {profile} --len {len} --format csv");
            for row in cells(folder.atc(&words).ok().text()) {
                let is_it = |swept: &&Vec<String>| swept[..3] == [&row[0], profile, len];
                let swept = swept.iter().find(is_it).unwrap();
                // Trend and signal; bars since the flip, close, time, bars and input.
                assert_eq!(swept[3..5], row[1..3], "{profile} {len}");
                assert_eq!(swept[5..], row[9..], "{profile} {len}");
            }
        }
    }
}

#[test]
fn every_executor_sweeps_to_the_same_bits() {
    let folder = Folder::new();
    let digest = |executor: &str| {
        let words =
            "sweep candles --vary lambda=0.01..0.05:0.01 --vary ema_len=20,28 --stats s.json";
        folder.atc(&format!("{words} --executor {executor}")).ok();
        let stats: serde_json::Value = serde_json::from_slice(&folder.read("s.json")).unwrap();
        assert_eq!((&stats["sets"], &stats["symbols"]), (&10.into(), &5.into()));
        assert_eq!(stats["averages"], serde_json::json!([63, 540]));
        stats["digest"].clone()
    };
    let alone = digest("sequential");
    for executor in ["auto", "rayon", "lanes", "async"] {
        assert_eq!(digest(executor), alone, "{executor}");
    }
}

#[test]
fn the_table_says_how_many_sets_agree() {
    let folder = Folder::new();
    let ran = folder
        .atc("sweep candles --vary len=14..50:6 --vary decay=0,0.03,0.1")
        .ok();
    snapshot("sweep", &[ran]);
    let top = folder
        .atc("sweep candles --vary len=14,28 --top 2 --format jsonl")
        .ok();
    assert_eq!(top.text().lines().count(), 4);
}

#[test]
fn what_is_shared_is_said_if_asked() {
    let folder = Folder::new();
    let ran = folder.atc("sweep candles --vary lambda=0.01,0.02 -v");
    let said = "note: 2 parameter sets: 54 of 108 averages are unique, 108 of 108 crossovers with their equities";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn sweeps_that_make_no_sense_say_why() {
    let folder = Folder::new();
    let runs = [
        "--vary lamda=1,2",
        "--vary lambda=a,2",
        "--vary len=3..9",
        "--vary len=20..a",
        "--vary len=40..20",
        "--vary lambda=1 --vary lambda=2",
        "--vary cutout=1..200 --vary ema_len=20..200",
        "--vary preset=daily",
        "--vary gaps=skip,reject",
        "--vary len=20,30 --executor gpu",
    ]
    .map(|words| folder.atc(&format!("sweep candles {words}")));
    assert!(
        runs.iter()
            .all(|ran| ran.code == Some(2) && ran.stdout.is_empty())
    );
    snapshot("sweep_misuse", &runs);
}

#[test]
fn inputs_that_fail_are_listed_and_the_others_are_swept() {
    let folder = Folder::new();
    folder.write("candles/bad.csv", "close\n1\n-1\n");
    let ran = folder.atc("sweep candles nowhere --vary cutout=0,1 --format csv");
    assert_eq!(ran.code, Some(1));
    assert_eq!(cells(ran.text()).len(), 10);
    assert!(
        ran.stderr.contains("nowhere") && ran.stderr.contains("row 3"),
        "{}",
        ran.stderr
    );
}
