//! Parameters: precedence, and mistakes.

use super::{Folder, snapshot};

/// The parameters in force, as the statistics of a scan tell them.
fn in_force(folder: &Folder, words: &str) -> serde_json::Value {
    folder
        .atc(&format!("scan candles/FB.csv --stats s.json {words}"))
        .ok();
    let stats: serde_json::Value = serde_json::from_slice(&folder.read("s.json")).unwrap();
    stats["params"].clone()
}

#[test]
fn later_layers_win_over_earlier_ones() {
    let folder = Folder::new();
    folder.write(
        "p.json",
        r#"{"ema_len": 40, "lambda": 0.5, "strategy": true, "cut": "half"}"#,
    );
    let plain = in_force(&folder, "");
    assert_eq!(
        (&plain["ema_len"], &plain["lambda"]),
        (&28.into(), &0.02.into())
    );
    let preset = in_force(&folder, "--preset scalping");
    assert_eq!(
        (&preset["ema_len"], &preset["cutout"]),
        (&14.into(), &20.into())
    );
    let file = in_force(&folder, "--preset scalping --params p.json");
    assert_eq!(
        (&file["ema_len"], &file["hma_len"]),
        (&40.into(), &14.into())
    );
    assert_eq!(
        (&file["strategy"], &file["cut"]),
        (&true.into(), &"half".into())
    );
    let words =
        "--params p.json --len 30 --ema-len 50 --lambda -0.1 --strategy=false --cut thresholds";
    let flags = in_force(&folder, words);
    assert_eq!(
        (&flags["ema_len"], &flags["hma_len"]),
        (&50.into(), &30.into())
    );
    assert_eq!(
        (&flags["lambda"], &flags["strategy"]),
        (&(-0.1).into(), &false.into())
    );
    assert_eq!(flags["cut"], "thresholds");
}

#[test]
fn a_file_may_hold_its_parameters_under_a_key() {
    let folder = Folder::new();
    folder.write(
        "case.json",
        r#"{"name": "x", "expect": "values", "params": {"profile": "pine", "wma_weight": 2, "override": {"hma": "hull"}}}"#,
    );
    let found = in_force(&folder, "--params case.json");
    assert_eq!(found["profile"], "pine");
    assert_eq!(found["wma_weight"], 2.0);
    assert_eq!(found["hma"], "hull");
}

#[test]
fn a_file_may_begin_with_the_mark_of_utf_8() {
    let folder = Folder::new();
    folder.write("marked.json", "\u{feff}{\"ema_len\": 9}");
    assert_eq!(in_force(&folder, "--params marked.json")["ema_len"], 9);
}

#[test]
fn every_flag_reaches_its_parameter() {
    let folder = Folder::new();
    let mut words = String::new();
    for family in ["ema", "hma", "wma", "dema", "lsma", "kama"] {
        words += [" --", family, "-len 9 --", family, "-weight 1.5"]
            .concat()
            .as_str();
    }
    words += " --robustness narrow --lambda 1 --decay 2 --cutout 3 --long-threshold 0.4";
    words += " --short-threshold -0.5 --strategy --gaps skip --profile original --hma sma";
    words += " --dema-seed mean --lsma-at one_before --kama-start zero --idle-step last --cut half";
    let expected = serde_json::json!({
        "profile": "original",
        "ema_len": 9, "hma_len": 9, "wma_len": 9, "dema_len": 9, "lsma_len": 9, "kama_len": 9,
        "ema_weight": 1.5, "hma_weight": 1.5, "wma_weight": 1.5,
        "dema_weight": 1.5, "lsma_weight": 1.5, "kama_weight": 1.5,
        "robustness": "narrow", "lambda": 1.0, "decay": 2.0, "cutout": 3,
        "long_threshold": 0.4, "short_threshold": -0.5, "strategy": true, "gaps": "skip",
        "hma": "sma", "dema_seed": "mean", "lsma_at": "one_before",
        "kama_start": "zero", "idle_step": "last", "cut": "half",
    });
    assert_eq!(in_force(&folder, &words), expected);
}

#[test]
fn mistakes_are_misuse_and_name_what_was_meant() {
    let folder = Folder::new();
    let files = [
        ("unknown.json", r#"{"ema_lenght": 3}"#),
        ("inner.json", r#"{"params": {"lamda": 3}}"#),
        ("text.json", r#"{"ema_len": "28"}"#),
        ("half.json", r#"{"cutout": 1.5}"#),
        ("null.json", r#"{"lambda": null}"#),
        ("name.json", r#"{"profile": "ltz"}"#),
        ("override.json", r#"{"override": {"hmx": "sma"}}"#),
        ("flag.json", r#"{"len": 20}"#),
        ("preset.json", r#"{"params": {"preset": "swing"}}"#),
        (
            "both.json",
            r#"{"hma": "sma", "override": {"hma": "hull"}}"#,
        ),
        ("twice.json", r#"{"cutout": 3, "cutout": 4}"#),
        (
            "inside.json",
            r#"{"override": {"hma": "sma", "hma": "hull"}}"#,
        ),
        ("array.json", "[28]"),
        ("params.json", r#"{"params": 3}"#),
        ("broken.json", r#"{"ema_len": "#),
    ];
    let mut runs = Vec::new();
    for (name, text) in files {
        folder.write(name, text);
        runs.push(folder.atc(&format!("scan candles/FB.csv --params {name}")));
    }
    let flags = [
        "--params none.json",
        "--params candles",
        "--profile ltz",
        "--ema-len 4",
        "--ema-len -4",
        "--decay 100",
        "--lambda inf",
        "--kama-weight 0",
        "--long-threshold -0.2",
        "--ema-lenght 30",
    ];
    runs.extend(flags.map(|flag| folder.atc(&format!("compute candles/FB.csv {flag}"))));
    runs.push(folder.atc("scan"));
    runs.push(folder.atc("scna candles"));
    assert!(
        runs.iter()
            .all(|run| run.code == Some(2) && run.stdout.is_empty())
    );
    snapshot("misuse", &runs);
}
