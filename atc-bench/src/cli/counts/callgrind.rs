//! Runs the kernel under callgrind and reads what it wrote.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// What a run executed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counted {
    /// Instructions.
    pub(super) instructions: u64,
    /// Reads of memory; a vector counts once.
    pub(super) loads: u64,
    /// Writes to memory.
    pub(super) stores: u64,
    /// Instructions of the program itself, by their address in its file.
    pub(super) by_address: HashMap<u64, u64>,
}

/// Computes the market `repeat` times under callgrind.
pub(super) fn run(bench: &Path, output: &str, repeat: u64) -> anyhow::Result<Counted> {
    let name = format!(
        "atc-bench-{}-{output}-{repeat}.callgrind",
        std::process::id()
    );
    let file = std::env::temp_dir().join(name);
    let run = Command::new("valgrind")
        .args(["--tool=callgrind", "--cache-sim=yes", "--dump-instr=yes"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(bench)
        .args(["kernel", "--output", output, "--repeat"])
        .arg(repeat.to_string())
        .output()
        .context("valgrind cannot be run; install it to count instructions")?;
    if !run.status.success() {
        bail!(
            "the run under valgrind failed: {}",
            String::from_utf8_lossy(&run.stderr).trim()
        );
    }
    let text =
        std::fs::read_to_string(&file).context("callgrind wrote nothing that can be read")?;
    // A file left behind in the folder for such files harms nobody.
    let _ = std::fs::remove_file(&file);
    let program = bench.to_string_lossy();
    parse(&text, &program).context("callgrind's file is not of the expected format")
}

/// Reads callgrind's format, version 1, with positions `instr line` and the events `Ir Dr Dw` first.
fn parse(text: &str, program: &str) -> Option<Counted> {
    let mut counted = Counted::default();
    let mut objects: HashMap<&str, bool> = HashMap::new();
    let (mut address, mut is_own, mut is_call) = (0_u64, false, false);
    for line in text.lines() {
        if let Some(totals) = line.strip_prefix("totals: ") {
            let mut totals = totals.split(' ').map(str::parse::<u64>);
            let mut next = || totals.next()?.ok();
            (counted.instructions, counted.loads, counted.stores) = (next()?, next()?, next()?);
        } else if let Some(object) = line.strip_prefix("ob=").or(line.strip_prefix("cob=")) {
            // The name follows its number where the number comes for the first time.
            let (number, name) = object.split_once(' ').unwrap_or((object, ""));
            let known = objects.entry(number).or_insert(name == program);
            if line.starts_with("ob=") {
                is_own = *known;
            }
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let mut fields = line.split(' ');
            address = moved(address, fields.next()?)?;
            // The line after a call holds what the callee executed, which is counted there.
            if is_own && !is_call {
                let count = fields.nth(1).map_or(Some(0), |count| count.parse().ok())?;
                *counted.by_address.entry(address).or_default() += count;
            }
            is_call = false;
        }
    }
    (counted.instructions > 0).then_some(counted)
}

/// The address that `position` gives: itself, or its distance from the last one.
fn moved(last: u64, position: &str) -> Option<u64> {
    let number = |digits: &str| digits.parse().ok();
    match position.split_at(1) {
        ("*", _) => Some(last),
        ("+", digits) => last.checked_add(number(digits)?),
        ("-", digits) => last.checked_sub(number(digits)?),
        _ => u64::from_str_radix(position.strip_prefix("0x")?, 16).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_of_the_program_are_counted_by_address() {
        let text = "positions: instr line\nevents: Ir Dr Dw I1mr\n\
            ob=(1) /bin/bench\nfn=(1) kernel\n0x10 5 7 1\n+4 * 2\n\
            cob=(2) /lib/c.so\ncfn=(2) copy\ncalls=1 0x99 0 \n* * 1000\n-4 6 3\n\
            ob=(2)\nfn=(2)\n0x10 1 90\nob=(1)\n0x14 * 1\ntotals: 103 40 8 2\n";
        let counted = parse(text, "/bin/bench").unwrap();
        assert_eq!(
            (counted.instructions, counted.loads, counted.stores),
            (103, 40, 8)
        );
        assert_eq!(counted.by_address, HashMap::from([(0x10, 10), (0x14, 3)]));
        assert_eq!(parse("events: Ir\n", "/bin/bench"), None);
    }
}
