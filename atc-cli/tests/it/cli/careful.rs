//! What a command must not do: lose files, mix series up, take one thing for another.

use super::Folder;

/// Files that have the names of a cache's and are none.
const THEIRS: [&str; 5] = [
    "proj/sources/main.rs",
    "proj/readings/r.txt",
    "proj/store/y.txt",
    "proj/ends",
    "proj/journal",
];

#[test]
fn a_folder_of_somebody_else_is_no_cache() {
    let folder = Folder::new();
    for name in THEIRS {
        folder.write(name, "mine");
    }
    let cold = folder.atc("scan candles").ok();
    let scan = folder.atc("scan candles --cache proj");
    assert_eq!((scan.code, scan.text()), (Some(0), cold.text()));
    let expected =
        "warning: proj: holds other files, and no cache of atc; choose an empty folder\n";
    assert_eq!(scan.stderr, expected);
    for words in ["cache clear --cache proj", "warm candles --cache proj"] {
        let ran = folder.atc(words);
        assert_ne!(ran.code, Some(0), "{words}");
        assert!(
            ran.stderr.contains("proj: holds other files"),
            "{}",
            ran.stderr
        );
    }
    for name in THEIRS {
        assert_eq!(folder.read(name), b"mine", "{name}");
    }
    folder.atc("scan candles --cache ours").ok();
    folder.atc("cache clear --cache ours").ok();
    assert_eq!(std::fs::read_dir(folder.path("ours")).unwrap().count(), 0);
}

#[test]
fn an_input_is_not_written_over() {
    let folder = Folder::new();
    let before = folder.read("candles/FB.csv");
    let ran = folder.atc("compute candles -o candles/../candles/FB.csv");
    assert_eq!((ran.code, folder.read("candles/FB.csv")), (Some(2), before));
    assert_eq!(
        ran.stderr,
        "error: candles/../candles/FB.csv: is an input; write elsewhere\n"
    );
    for command in ["scan", "sweep --vary decay=0.02,0.03"] {
        let before = folder.read("candles/FB.csv");
        let ran = folder.atc(&format!("{command} candles --stats candles/FB.csv"));
        assert_eq!((ran.code, folder.read("candles/FB.csv")), (Some(2), before));
        assert_eq!(
            ran.stderr,
            "error: candles/FB.csv: is an input; write elsewhere\n"
        );
    }
    let ran = folder.atc("scan candles --stats -");
    assert_eq!((ran.code, ran.stdout.len()), (Some(2), 0));
    folder.atc("compute candles/FB.csv -o FB.csv").ok();
    folder.atc("compute candles/FB.csv -o FB.csv").ok();
}

#[test]
fn inputs_of_the_same_name_are_told() {
    let folder = Folder::new();
    for (from, to) in [("FB", "ds/a/BTC.csv"), ("IBM", "ds/b/BTC.csv")] {
        folder.write(to, folder.read(&format!("candles/{from}.csv")));
    }
    let ran = folder.atc("compute ds --columns average");
    let expected = "warning: 2 inputs are called BTC; tell their rows apart with `--with-input`\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), expected));
    let ran = folder.atc("compute ds --columns average --with-input").ok();
    let text = ran.text();
    assert!(text.starts_with("symbol,input,time,close,average_signal\nBTC,ds/a/BTC.csv,"));
    assert!(text.contains("\nBTC,ds/b/BTC.csv,"));
    let one = folder.atc("compute candles/FB.csv --columns average --with-input");
    assert!(one.ok().text().starts_with("symbol,input,time,"));
    let ran = folder.atc("why ds");
    let expected =
        "error: ds holds 2 series of the symbol BTC; `why` explains one, give its file\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), expected));
}

#[test]
fn places_of_statistics_are_tried_before_anything_is_computed() {
    let folder = Folder::new();
    for words in ["scan candles", "sweep candles --vary len=20,30"] {
        let ran = folder.atc(&format!("{words} --stats nowhere/s.json"));
        let expected =
            "error: nowhere/s.json: cannot be written: there is no such folder; create it first\n";
        assert_eq!(
            (ran.code, ran.text(), ran.stderr.as_str()),
            (Some(2), "", expected)
        );
    }
}

#[test]
fn numbers_that_make_no_sense_are_refused() {
    let folder = Folder::new();
    folder.write(
        "p.json",
        r#"{"params": {"ema_len": 20}, "lambda": 9, "note": 1}"#,
    );
    for words in [
        "scan candles --min-signal nan",
        "scan candles --min-signal 2",
        "scan candles --jobs 100000",
        "sweep candles --vary len=20,20",
        "scan candles --params p.json",
        "compute candles/FB.csv -o out.csv.gz",
    ] {
        let ran = folder.atc(words);
        assert_eq!(
            (ran.code, ran.text()),
            (Some(2), ""),
            "{words}: {}",
            ran.stderr
        );
    }
    folder.write("p.json", r#"{"params": {"ema_len": 20}, "note": 1}"#);
    folder.atc("scan candles --params p.json").ok();
    let printed = folder.atc("compute candles/FB.csv").ok();
    assert_eq!(
        folder.atc("compute candles/FB.csv -o -").ok().text(),
        printed.text()
    );
    assert_eq!(folder.names(), ["p.json"]);
}

#[cfg(unix)]
#[test]
fn names_cannot_move_the_cursor_or_break_a_table() {
    let folder = Folder::new();
    folder.write("odd/a\u{1b}[31m\nb.csv", folder.read("candles/FB.csv"));
    for words in [
        "scan odd",
        "scan odd --format markdown",
        "inspect odd",
        "watch odd --looks 1",
    ] {
        let ran = folder.atc(words).ok();
        assert!(!ran.text().contains('\u{1b}'), "{words}");
        assert!(
            ran.text().contains("a\u{fffd}[31m\u{fffd}b"),
            "{words}: {}",
            ran.text()
        );
    }
}

#[test]
fn messages_cannot_move_the_cursor_or_break_a_line() {
    let folder = Folder::new();
    let row = |bar: usize| {
        let symbol = ["X\\u001b[31mRED\\nb", "Y"][bar % 2];
        format!(
            "{{\"symbol\":\"{symbol}\",\"time\":{},\"close\":2}}\n",
            1_600_000_000 + 86_400 * bar
        )
    };
    folder.write("esc.jsonl", (0..40).map(row).collect::<String>());
    for words in [
        "scan esc.jsonl --cutout 30",
        "why esc.jsonl",
        "compute esc.jsonl --cutout 30",
        "cache explain esc.jsonl --cache cache",
    ] {
        let ran = folder.atc(words);
        let told = format!("{}{}", ran.text(), ran.stderr);
        assert!(!told.contains('\u{1b}'), "{words}: {told}");
        assert!(
            told.contains("X\u{fffd}[31mRED\u{fffd}b"),
            "{words}: {told}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_name_that_is_not_text_is_told_and_links_in_a_circle_end() {
    use std::os::unix::ffi::OsStringExt as _;

    let folder = Folder::new();
    let name = std::ffi::OsString::from_vec(b"bad\xff.csv".to_vec());
    std::fs::copy(
        folder.path("candles/FB.csv"),
        folder.path("candles").join(name),
    )
    .unwrap();
    let ran = folder.atc("scan candles");
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains("its name is not UTF-8; rename the file"),
        "{}",
        ran.stderr
    );
    folder.write("loop/a/FB.csv", folder.read("candles/FB.csv"));
    for link in ["one", "two"] {
        std::os::unix::fs::symlink("..", folder.path("loop/a").join(link)).unwrap();
    }
    for pattern in ["loop/**/*.csv", "**/a/*.csv", "loop/**/F?.csv"] {
        let rows = folder.atc(&format!("scan {pattern} --format csv")).ok();
        assert_eq!(rows.text().lines().count(), 2, "{pattern}: {}", rows.text());
        assert!(rows.text().contains(",loop/a/FB.csv\n"));
    }
}
