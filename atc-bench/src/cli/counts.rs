//! Instructions, loads and stores of the kernel, counted by callgrind.
//!
//! Two runs that differ only in how often they compute the market: their difference is the kernel.

use std::process::Command;

use anyhow::{Context, bail};
use atc_bench::report::Sheet;

use super::print;

/// Markets computed in the shorter and in the longer run.
const REPEATS: [u64; 2] = [1, 3];

/// Bars of all series of the kernel run's market.
const BARS: u64 = 64 * 2_000;

/// Counts and prints.
pub(crate) fn run() -> anyhow::Result<()> {
    print(&measured()?.text())
}

/// Instructions, loads and stores of a run.
type Counts = [u64; 3];

/// Counts all outputs.
pub(crate) fn measured() -> anyhow::Result<Sheet> {
    let mut rows = Vec::new();
    for output in ["average", "columns", "last"] {
        let [short, long] = REPEATS;
        let (short, long) = (counted(output, short)?, counted(output, long)?);
        let bars = BARS * (REPEATS[1] - REPEATS[0]);
        let mut row = vec![output.to_owned()];
        for (short, long) in short.into_iter().zip(long) {
            row.push(format!("{:.1}", (long - short) as f64 / bars as f64));
        }
        rows.push(row);
    }
    Ok(Sheet {
        title: "Per bar of one series, 64 series of 2000 bars; a vector load counts once"
            .to_owned(),
        n_words: 1,
        header: ["output", "instructions", "loads", "stores"]
            .map(str::to_owned)
            .into(),
        rows,
    })
}

/// Runs the kernel `repeat` times under callgrind.
fn counted(output: &str, repeat: u64) -> anyhow::Result<Counts> {
    let bench = std::env::current_exe().context("this program cannot be found")?;
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--cache-sim=yes"])
        .arg("--callgrind-out-file=/dev/null")
        .arg(bench)
        .args(["kernel", "--output", output, "--repeat"])
        .arg(repeat.to_string())
        .output()
        .context("valgrind cannot be run; install it to count instructions")?;
    let text = String::from_utf8_lossy(&run.stderr);
    if !run.status.success() {
        bail!("the run under valgrind failed: {}", text.trim());
    }
    parse(&text).with_context(|| format!("valgrind counted nothing: {}", text.trim()))
}

/// Reads what callgrind says at its end.
fn parse(text: &str) -> Option<Counts> {
    let line = text
        .lines()
        .find_map(|line| line.split_once("Collected :"))?;
    let mut numbers = line.1.split_whitespace().map(str::parse::<u64>);
    let mut next = || numbers.next()?.ok();
    Some([next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_loads_and_stores_come_first() {
        let text =
            "==1== Events    : Ir Dr Dw I1mr\n==1== Collected : 79266531 22184176 8526344 14833\n";
        assert_eq!(parse(text), Some([79_266_531, 22_184_176, 8_526_344]));
        assert_eq!(parse("==1== Collected : 7 8\n"), None);
        assert_eq!(parse("valgrind: no such program\n"), None);
    }
}
