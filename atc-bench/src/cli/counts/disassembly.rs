//! What kind of instruction lies where, as objdump says.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

/// What an instruction works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Floating-point numbers: adds, compares, multiplies, divides, rounds them.
    Arithmetic,
    /// Vectors, without arithmetic: moves, masks, shuffles.
    Vector,
    /// Addresses, counters, branches.
    Scalar,
}

/// The kinds of a program's vector instructions; all others are scalar.
pub(super) struct Kinds(HashMap<u64, Kind>);

impl Kinds {
    /// Disassembles a program.
    pub(super) fn of(program: &Path) -> anyhow::Result<Self> {
        let run = Command::new("objdump")
            .args(["--disassemble", "--no-show-raw-insn"])
            .arg(program)
            .output()
            .context("objdump cannot be run; install binutils to tell instructions apart")?;
        if !run.status.success() {
            bail!(
                "objdump failed: {}",
                String::from_utf8_lossy(&run.stderr).trim()
            );
        }
        let text = String::from_utf8_lossy(&run.stdout);
        Ok(Self(text.lines().filter_map(parse).collect()))
    }

    pub(super) fn at(&self, address: u64) -> Kind {
        self.0.get(&address).copied().unwrap_or(Kind::Scalar)
    }
}

/// The address and kind of a line such as `  4f10:  vaddpd 0x20(%rsi),%ymm0,%ymm1`, if it is a vector's.
fn parse(line: &str) -> Option<(u64, Kind)> {
    let (address, instruction) = line.split_once(":\t")?;
    let address = u64::from_str_radix(address.trim(), 16).ok()?;
    let mnemonic = instruction.split_whitespace().next()?;
    let kind = kind(mnemonic);
    (kind != Kind::Scalar).then_some((address, kind))
}

/// The kind of an x86-64 instruction, with or without AVX.
fn kind(mnemonic: &str) -> Kind {
    const ARITHMETIC: [&str; 9] = [
        "add", "sub", "mul", "div", "min", "max", "cmp", "round", "sqrt",
    ];
    let of_floats = ["pd", "sd"].iter().any(|end| mnemonic.ends_with(end));
    let operation = mnemonic.strip_prefix('v').unwrap_or(mnemonic);
    if of_floats && ARITHMETIC.iter().any(|start| operation.starts_with(start)) {
        Kind::Arithmetic
    } else if of_floats || operation.len() < mnemonic.len() {
        Kind::Vector
    } else {
        Kind::Scalar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_objdump_tell_their_kind() {
        let rows = [
            (
                "   4f10:\tvaddpd 0x20(%rsi),%ymm0,%ymm1",
                Some((0x4f10, Kind::Arithmetic)),
            ),
            (
                "   4f15:\tvcmpltpd %ymm2,%ymm1,%ymm0",
                Some((0x4f15, Kind::Arithmetic)),
            ),
            (
                "   4f1a:\tmulsd  %xmm1,%xmm0",
                Some((0x4f1a, Kind::Arithmetic)),
            ),
            (
                "   4f20:\tvmovapd %ymm0,(%rdi)",
                Some((0x4f20, Kind::Vector)),
            ),
            (
                "   4f24:\tvblendvpd %ymm3,%ymm2,%ymm1,%ymm0",
                Some((0x4f24, Kind::Vector)),
            ),
            (
                "   4f2a:\tvpbroadcastq %xmm0,%ymm0",
                Some((0x4f2a, Kind::Vector)),
            ),
            ("   4f30:\tadd    $0x20,%rsi", None),
            ("   4f34:\tcmp    %rsi,%rdi", None),
            ("0000000000004f10 <kernel>:", None),
            ("", None),
        ];
        for (line, expected) in rows {
            assert_eq!(parse(line), expected, "{line}");
        }
    }
}
