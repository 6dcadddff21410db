//! The corpus of golden cases that `ATC_GOLDEN` names, through `atc compute`.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use super::Folder;

/// Columns of a CSV file by name.
type Table = HashMap<String, Vec<f64>>;

fn table(text: &str) -> Table {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut table: Table = names
        .iter()
        .map(|name| ((*name).to_owned(), Vec::new()))
        .collect();
    for line in lines {
        for (name, cell) in names.iter().zip(line.split(',')) {
            table.get_mut(*name).unwrap().push(cell.parse().unwrap());
        }
    }
    table
}

fn assert_near(place: &str, found: &[f64], expected: &[f64], tolerance: impl Fn(f64) -> f64) {
    assert_eq!(found.len(), expected.len(), "{place}");
    for (bar, (found, expected)) in found.iter().zip(expected).enumerate() {
        let is_near = (found - expected).abs() <= tolerance(*expected);
        let is_same = is_near || (found.is_nan() && expected.is_nan());
        assert!(is_same, "{place}, bar {bar}: {found}, not {expected}");
    }
}

fn check(folder: &Folder, case: &Path) {
    let name = case.display();
    let params = fs::read_to_string(case.join("params.json")).unwrap();
    let params: serde_json::Value = serde_json::from_str(&params).unwrap();
    let input = fs::read_to_string(case.join("input.csv")).unwrap();
    let header = input.lines().next().unwrap();
    let source = if header.contains("source") {
        "--source source"
    } else {
        ""
    };
    let words =
        format!("compute {name}/input.csv --params {name}/params.json --columns detail {source}");
    let ran = folder.atc(&words);
    if params["expect"] == "error" {
        assert_ne!(ran.code, Some(0), "{name}");
        assert!(ran.text().is_empty() && !ran.stderr.is_empty(), "{name}");
        return;
    }
    let found = table(ran.ok().text());
    let expected = table(&fs::read_to_string(case.join("expected.csv")).unwrap());
    for (column, expected) in expected.iter().filter(|(column, _)| *column != "bar") {
        let is_signal = column.ends_with("_signal") && column != "average_signal";
        let tolerance = |value: f64| if is_signal { 1e-12 } else { 1e-9 * value.abs() };
        assert_near(
            &format!("{name}, {column}"),
            &found[column],
            expected,
            tolerance,
        );
    }
    let lines = fs::read_to_string(case.join("lines.csv")).unwrap_or_default();
    for (column, expected) in table(&lines)
        .iter()
        .filter(|(column, _)| !column.is_empty() && *column != "bar")
    {
        let tolerance = |value: f64| 1e-12 * value.abs();
        assert_near(
            &format!("{name}, {column}"),
            &found[column],
            expected,
            tolerance,
        );
    }
}

#[test]
fn every_golden_case_holds_through_the_command() {
    let Some(corpus) = std::env::var_os("ATC_GOLDEN") else {
        return;
    };
    let folder = Folder::new();
    let entries = fs::read_dir(corpus)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let cases: Vec<_> = entries
        .filter(|path| path.join("params.json").is_file())
        .collect();
    assert!(!cases.is_empty(), "ATC_GOLDEN holds no case");
    for case in cases {
        check(&folder, &case);
    }
}
