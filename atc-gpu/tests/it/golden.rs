//! Golden cases: twins and kernels give the bits of the definition in each.
//!
//! The corpus is that of `atc-core`; a second one is read where the environment
//! variable `ATC_GOLDEN` names its directory.

use std::fs;
use std::path::{Path, PathBuf};

use atc_core::{Params, Plan};
use atc_gpu::{Columns, Options, Precision, Program, Series, twin};

use crate::compare::differing;
use crate::gpu;
use crate::program::{growth_of, program_of};

/// A case that is computed, not refused; bars that do not exist are left out.
struct Case {
    name: String,
    program: Program,
    growth: Vec<f64>,
    close: Vec<f64>,
    source: Vec<f64>,
    expected: atc_core::Columns,
}

impl Case {
    fn series(&self) -> Series<'_> {
        Series {
            close: &self.close,
            source: Some(&self.source),
        }
    }
}

/// Every case that the definition computes.
fn cases() -> Vec<Case> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../atc-core/testdata/cases");
    let more = std::env::var_os("ATC_GOLDEN").map(PathBuf::from);
    let mut folders: Vec<PathBuf> = Vec::new();
    for corpus in [own].into_iter().chain(more) {
        let entries = fs::read_dir(&corpus).expect("the corpus is a directory");
        folders.extend(entries.map(|entry| entry.expect("readable").path()));
    }
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    let case = |folder: &PathBuf| {
        let case = read_case(folder);
        let is_computed = folder.join("expected.csv").exists();
        assert_eq!(case.is_some(), is_computed, "{}", folder.display());
        case
    };
    folders.iter().filter_map(case).collect()
}

fn read_case(folder: &Path) -> Option<Case> {
    let text = |name: &str| fs::read_to_string(folder.join(name)).expect("a case has this file");
    let document: serde_json::Value =
        serde_json::from_str(&text("params.json")).expect("params.json is JSON");
    let params: Params = serde_json::from_value(document["params"].clone()).ok()?;
    let plan = Plan::new(params).ok()?;
    let input = text("input.csv");
    let mut rows = input.lines();
    let header: Vec<&str> = rows.next().expect("a header").split(',').collect();
    let place = |name: &str| header.iter().position(|column| *column == name);
    let close = place("close").expect("a close");
    let source = place("source").unwrap_or(close);
    let values = rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        [close, source].map(|at| cells[at].parse::<f64>().expect("a number"))
    });
    // A gap is a bar that does not exist; where gaps are refused, so is the case.
    let bars: Vec<[f64; 2]> = values.collect();
    let (close, source): (Vec<f64>, Vec<f64>) = bars.iter().map(|[c, x]| (*c, *x)).unzip();
    atc_core::classify(&plan, &close, Some(&source)).ok()?;
    let exists = |bar: &&[f64; 2]| bar.iter().all(|value| value.is_finite());
    let present = bars.iter().filter(exists).map(|[c, x]| (*c, *x));
    let (close, source): (Vec<f64>, Vec<f64>) = present.unzip();
    let expected = atc_core::classify(&plan, &close, Some(&source)).expect("no gap is left");
    Some(Case {
        name: folder.display().to_string(),
        program: program_of(&plan),
        growth: growth_of(&plan, close.len()),
        close,
        source,
        expected,
    })
}

/// Compares what `compute` says of every case.
fn check(mut compute: impl FnMut(&Case) -> Columns) {
    let cases = cases();
    assert!(cases.len() >= 35, "only {} cases", cases.len());
    for case in &cases {
        assert_eq!(
            differing(&compute(case), &case.expected),
            0,
            "{}",
            case.name
        );
    }
}

#[test]
fn twins_give_the_same_bits_in_every_case() {
    check(|case| {
        twin::columns(&case.program, Precision::F64, &case.growth, case.series())
            .expect("the program is valid")
    });
}

#[test]
fn kernels_give_the_same_bits_in_every_case() {
    let Some(mut lane) = gpu::lane(Options::default()) else {
        return;
    };
    check(|case| {
        let columns = lane.columns(&case.program, &case.growth, &[case.series()]);
        columns.expect("the device computes").remove(0)
    });
}
