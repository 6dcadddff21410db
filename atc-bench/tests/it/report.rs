//! The report as it is printed, by the command itself.

use std::path::Path;
use std::process::{Command, Output};

use atc_bench::report::{FillError, fill};
use serde_json::Value;

fn bench(args: &[&str]) -> Output {
    let binary = env!("CARGO_BIN_EXE_atc-bench");
    Command::new(binary).args(args).output().unwrap()
}

/// A run that takes a moment.
const SMALL: [&str; 5] = ["--quick", "--workload", "20x2000", "--rounds", "2"];

#[test]
fn json_holds_every_round_of_every_cell() {
    let output = bench(&[&SMALL[..], &["--lanes", "2", "--json"]].concat());
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], 1);
    assert_eq!(report["wanted"], "last readings");
    assert_eq!(report["workloads"].as_array().unwrap().len(), 1);
    let workload = &report["workloads"][0];
    assert_eq!(workload["workload"], "20x2000");
    assert_eq!(
        (&workload["n_series"], &workload["n_bars"]),
        (&20.into(), &2_000.into())
    );
    let cells = workload["cells"].as_array().unwrap();
    let text = |cell: &Value, name| cell[name].as_str().unwrap().to_owned();
    let names: Vec<_> = cells
        .iter()
        .map(|cell| format!("{} {}", text(cell, "executor"), text(cell, "cache")))
        .collect();
    let expected = [
        "sequential off",
        "sequential off",
        "rayon off",
        "lanes off",
        "async off",
        "sequential cold",
        "sequential memory",
        "sequential disk",
        "sequential appended",
        "rayon cold",
        "rayon memory",
        "rayon disk",
        "rayon appended",
        "async cold",
        "async memory",
        "async disk",
        "async appended",
    ];
    assert_eq!(names, expected);
    for cell in cells {
        assert_eq!(cell["times"]["seconds"].as_array().unwrap().len(), 2);
        let (median, speed) = (&cell["times"]["median"], &cell["bars_per_second"]);
        let bars = median.as_f64().unwrap() * speed.as_f64().unwrap();
        assert!((bars - 40_000.0).abs() < 1.0, "{bars}");
        assert_eq!(cell["digest"], cells[0]["digest"]);
        assert_eq!(cell["digest"].as_str().unwrap().len(), 64);
        let hits = match cell["cache"].as_str().unwrap() {
            "off" => Value::Null,
            "cold" => 0.0.into(),
            _ => 1.0.into(),
        };
        assert_eq!(cell["hits"], hits);
    }
    assert_eq!(cells[0]["speed_up"]["median"], 1.0);
}

#[test]
fn filling_changes_what_stands_between_the_marks_and_nothing_else() {
    let marked = |section| format!("<!-- begin {section} -->\nold\n<!-- end {section} -->\n");
    let sections = ["matrix", "parts", "counts"].map(marked).concat();
    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("filled.md");
    std::fs::write(&page, format!("# Page\n{sections}rest\n")).unwrap();
    let output = bench(&["fill", "--quick", page.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let filled = std::fs::read_to_string(&page).unwrap();
    let matrix = "# Page\n<!-- begin matrix -->\n\n20";
    assert!(filled.starts_with(matrix), "{filled}");
    assert!(
        filled.ends_with("\n<!-- begin counts -->\nold\n<!-- end counts -->\nrest\n"),
        "{filled}"
    );
    // Two rows without a cache and four with one of each of three workloads; two of one again
    // with columns.
    assert_eq!(filled.matches("| sequential ").count(), 20, "{filled}");
    for (call, n_tables) in [("update", 1), ("peek", 1), ("snapshot", 2), ("restore", 2)] {
        let n_rows = filled.matches(&format!("| {call} ")).count();
        assert_eq!(n_rows, n_tables, "{call}: {filled}");
    }
}

#[test]
fn a_document_that_cannot_be_filled_is_refused_before_anything_is_measured() {
    let page = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unmarked.md");
    std::fs::write(&page, "# Page\n").unwrap();
    let output = bench(&["fill", page.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("unmarked.md: the document lacks `<!-- begin matrix -->`"),
        "{text}"
    );
    assert_eq!(std::fs::read_to_string(&page).unwrap(), "# Page\n");
}

#[test]
fn markdown_draws_a_table_for_each_workload() {
    let output = bench(&[&SMALL[..], &["--markdown"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("| sequential ").count(), 6, "{text}");
    assert_eq!(
        text.matches("**20 series of 2000 bars, 2 rounds**").count(),
        1,
        "{text}"
    );
}

#[test]
fn the_four_modes_are_a_view_of_the_matrix() {
    let output = bench(&[&SMALL[..], &["--view", "modes", "--markdown"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    let named: Vec<_> = rows
        .iter()
        .map(|row| (row[1], row[2], row[3], row[4]))
        .collect();
    assert_eq!(
        named,
        [
            ("Baseline", "sequential", "off", "-"),
            ("Warmed Only", "sequential", "memory", "100 %"),
            ("Parallel Only", "rayon", "off", "-"),
            ("Warmed + Parallel", "rayon", "memory", "100 %"),
        ]
    );
    assert!(rows.iter().all(|row| row[9] == rows[0][9]), "{text}");
}

#[test]
fn a_page_shows_every_row_and_explains_the_slow_ones() {
    let page = String::from_utf8(bench(&[&SMALL[..], &["--html"]].concat()).stdout).unwrap();
    assert!(page.starts_with("<!doctype html>"), "{page}");
    assert_eq!(page.matches("<div class=\"bar").count(), 17, "{page}");
    let slow = page.matches("<div class=\"bar slow").count();
    assert!(0 < slow, "a stream is slower than vectors: {page}");
    assert!(page.contains("which is what a live feed does"), "{page}");
}

#[test]
fn a_gpu_is_a_row_like_any_other() {
    if atc_gpu::devices().iter().all(|device| !device.has_f64) {
        return;
    }
    let args = ["--gpu", "--rounds", "1", "--json", "--no-reads"];
    let output = bench(&[&SMALL[..3], &args].concat());
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let cells = report["workloads"][0]["cells"].as_array().unwrap();
    let last = cells.last().unwrap();
    assert_eq!(last["executor"], "gpu lanes");
    assert_eq!(last["digest"], cells[0]["digest"]);
}

#[test]
fn a_document_without_marks_is_refused() {
    let error = fill("# Page\n<!-- begin a -->\n", "a", "new").unwrap_err();
    let FillError::Mark { mark, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(mark, "<!-- end a -->");
    assert!(fill("<!-- end a --> <!-- begin a -->", "a", "new").is_err());
}

#[test]
fn a_run_is_held_against_one_that_was_kept() {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kept.json");
    let path = kept.to_str().unwrap();
    let report = bench(&[&SMALL[..], &["--json"]].concat()).stdout;
    let mut report: Value = serde_json::from_slice(&report).unwrap();
    // A rayon that took a thousand times as long, without any noise.
    let times = &mut report["workloads"][0]["cells"][2]["times"];
    times["median"] = 1_000.into();
    times["spread"] = 0.into();
    std::fs::write(&kept, report.to_string()).unwrap();
    let args = [&SMALL[..], &["--markdown", "--compare", path]].concat();
    let text = String::from_utf8(bench(&args).stdout).unwrap();
    let row = text
        .lines()
        .find(|line| line.starts_with("| 20x2000") && line.contains("rayon"));
    assert!(
        row.unwrap()
            .trim_end_matches([' ', '|'])
            .ends_with("faster"),
        "{text}"
    );
    assert_eq!(text.matches("| 20x2000 ").count(), 17, "{text}");

    report["wanted"] = "13 columns".into();
    std::fs::write(&kept, report.to_string()).unwrap();
    let output = bench(&args);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let expected =
        "kept.json: it has output 13 columns, this run last readings: measure it again\n";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn an_unknown_workload_is_named_with_those_there_are() {
    let output = bench(&["--workload", "1x1"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stderr).unwrap();
    let expected =
        "error: no workload is called `1x1`, there are 20x2000, 500x1500, 5000x1500, 3x1000000\n";
    assert_eq!(text, expected);
}

#[test]
fn the_kernel_run_says_how_many_bars_it_computed() {
    for output in ["average", "columns", "last"] {
        let args = ["kernel", "--series", "3", "--bars", "100", "--repeat", "2"];
        let run = bench(&[&args[..], &["--isa", "portable4", "--output", output]].concat());
        assert_eq!(
            String::from_utf8(run.stdout).unwrap(),
            "600 bar-symbols on portable4\n"
        );
    }
}
