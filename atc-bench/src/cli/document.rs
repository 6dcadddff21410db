//! Everything measured, put into a document.

use std::fs;

use anyhow::Context;
use atc_bench::report::{fill, today};

use super::args::{FillArgs, MatrixArgs, PartsArgs};
use super::{counts, matrix, parts};

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

    let report = matrix::measured(&MatrixArgs {
        quick: args.quick,
        ..MatrixArgs::default()
    })?;
    let page = put(&page, "matrix", &matrix::markdown(&report))?;
    let rounds = if args.quick { 3 } else { 101 };
    let parts = parts::measured(&PartsArgs { rounds })?.markdown();
    let page = put(&page, "parts", &format!("{}.\n\n{parts}", today()))?;
    let page = if args.quick {
        page
    } else {
        let counts = counts::measured()?.markdown();
        put(&page, "counts", &format!("{}.\n\n{counts}", today()))?
    };
    fs::write(&args.document, page).with_context(|| format!("{name} cannot be written"))
}
