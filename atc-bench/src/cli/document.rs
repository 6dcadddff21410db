//! Everything measured, put into a document.

use std::fs;

use anyhow::Context;
use atc_bench::report::{fill, today};

use super::args::{FillArgs, MatrixArgs, OutputKind, PartsArgs};
use super::{counts, long, matrix, parts, universe};

/// Fills the sections of a document. It is written once, when all of them are there.
pub(crate) fn run(args: &FillArgs) -> anyhow::Result<()> {
    let name = args.document.display();
    let page =
        fs::read_to_string(&args.document).with_context(|| format!("{name} cannot be read"))?;
    let put = |page: &str, section, text: &str| {
        fill(page, section, text).with_context(|| name.to_string())
    };
    // Marks are looked for before anything takes its time.
    let sections = ["matrix", "parts", "counts"];
    sections
        .iter()
        .try_for_each(|section| put(&page, section, "").map(drop))?;

    let page = put(&page, "matrix", &matrices(args.quick)?)?;
    let rounds = if args.quick { 3 } else { 101 };
    let parts = parts::measured(&PartsArgs { rounds })?.markdown();
    let universe = universe::measured(rounds)?.markdown();
    let long = long::measured(rounds)?.markdown();
    let parts = format!("{}.\n\n{parts}\n{universe}\n{long}", today());
    let page = put(&page, "parts", &parts)?;
    let page = if args.quick {
        page
    } else {
        let counts = counts::measured()?.markdown();
        put(&page, "counts", &format!("{}.\n\n{counts}", today()))?
    };
    fs::write(&args.document, page).with_context(|| format!("{name} cannot be written"))
}

/// The matrix of scans, and one workload with all columns.
fn matrices(quick: bool) -> anyhow::Result<String> {
    let scans = MatrixArgs {
        quick,
        ..MatrixArgs::default()
    };
    let market = if quick { "100x1500" } else { "500x1500" };
    let columns = MatrixArgs {
        workload: vec![market.to_owned()],
        output: OutputKind::Columns,
        ..scans.clone()
    };
    let both = [matrix::measured(&scans)?, matrix::measured(&columns)?];
    Ok(both
        .iter()
        .map(matrix::markdown)
        .collect::<Vec<_>>()
        .join("\n"))
}
