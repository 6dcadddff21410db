//! What the kernel executes per bar, counted: no clock, no noise.
//!
//! callgrind counts two runs that differ only in how often they compute the market; their difference is
//! the kernel. objdump says what kind of instruction lies at each address.

mod callgrind;
mod disassembly;

use atc_bench::report::Sheet;

use super::print;
use callgrind::Counted;
use disassembly::{Kind, Kinds};

/// Markets computed in the shorter and in the longer run.
const REPEATS: [u64; 2] = [1, 3];

/// Bars of all series of the kernel run's market.
const BARS: u64 = 64 * 2_000;

/// Counts and prints.
pub(crate) fn run() -> anyhow::Result<()> {
    print(&measured()?.text())
}

/// Counts all outputs.
pub(crate) fn measured() -> anyhow::Result<Sheet> {
    let bench = std::env::current_exe()?;
    let kinds = Kinds::of(&bench)?;
    let mut rows = Vec::new();
    for output in ["average", "columns", "last"] {
        let [short, long] = REPEATS.map(|repeat| callgrind::run(&bench, output, repeat));
        rows.push(row(output, (&short?, &long?), &kinds));
    }
    let header = [
        "output",
        "instructions",
        "loads",
        "stores",
        "arithmetic",
        "bits and moves",
        "scalar",
        "cycles: front end",
        "cycles: loads",
        "cycles: arithmetic",
    ];
    Ok(Sheet {
        title: "Per bar of one series, 64 series of 2000 bars".to_owned(),
        n_words: 1,
        header: header.map(str::to_owned).into(),
        rows,
    })
}

/// What the longer run executed beyond the shorter one, per bar; and how many cycles that takes at least
/// on a core that starts six instructions, two loads and four floating-point operations in each.
fn row(output: &str, (short, long): (&Counted, &Counted), kinds: &Kinds) -> Vec<String> {
    let bars = BARS * (REPEATS[1] - REPEATS[0]);
    let per_bar = |count: u64| count as f64 / bars as f64;
    let of_kind = |counted: &Counted, kind| -> u64 {
        let lines = counted.by_address.iter();
        let own = lines.filter(|(address, _)| kinds.at(**address) == kind);
        own.map(|(_, count)| count).sum()
    };
    let beyond = |kind| per_bar(of_kind(long, kind) - of_kind(short, kind));
    let instructions = per_bar(long.instructions - short.instructions);
    let loads = per_bar(long.loads - short.loads);
    let arithmetic = beyond(Kind::Arithmetic);
    let numbers = [
        instructions,
        loads,
        per_bar(long.stores - short.stores),
        arithmetic,
        beyond(Kind::Vector),
        beyond(Kind::Scalar),
        instructions / 6.0,
        loads / 2.0,
        arithmetic / 4.0,
    ];
    let cells = numbers.map(|number| format!("{number:.1}"));
    [vec![output.to_owned()], cells.into()].concat()
}
