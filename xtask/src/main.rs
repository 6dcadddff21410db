//! Chores of the workspace, as `cargo xtask <chore>`; every command that runs is printed.
//!
//! It calls cargo and knows no crate of the workspace but by name. Avoid adding
//! dependencies: everyone who runs a chore has to build them.

mod ci;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::Path;
use xshell::{Shell, cmd};

/// Chores of the workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Run the checks of continuous integration: one job, or all a change must pass.
    Ci(ci::Options),
    /// Check what no compiler does: arrows between crates, file sizes, module docs, left-overs.
    Tidy,
    /// Write the golden corpus of atc-core from its naive oracle.
    Golden {
        /// Change nothing; fail if a file of the corpus is not what the oracle says.
        #[arg(long)]
        check: bool,
    },
    /// Fill the cache; every argument goes to `atc warm` (see `atc warm --help`).
    Warm(PassedOn),
    /// Run the benchmark report; every argument goes to the binary of atc-bench.
    BenchReport(PassedOn),
}

/// Arguments that another program reads.
#[derive(Debug, clap::Args)]
struct PassedOn {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let sh = Shell::new()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    sh.change_dir(root.expect("the manifest lies one level below the workspace"));
    match cli.chore {
        Chore::Ci(options) => ci::run(&sh, &options),
        Chore::Tidy => tidy::run(&sh),
        Chore::Golden { check } => golden(&sh, check),
        Chore::Warm(PassedOn { args }) => {
            cmd!(sh, "cargo run --release -p atc-cli -- warm {args...}").run()?;
            Ok(())
        }
        Chore::BenchReport(PassedOn { args }) => {
            cmd!(sh, "cargo run --release -p atc-bench -- {args...}").run()?;
            Ok(())
        }
    }
}

/// Writes the golden corpus, or with `check` compares it with what the oracle says.
fn golden(sh: &Shell, check: bool) -> Result<()> {
    let check = check.then_some("--check");
    cmd!(sh, "cargo run -p atc-core --example golden -- {check...}").run()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_for_others_pass_untouched() {
        let cli = Cli::try_parse_from(["xtask", "warm", "candles", "--help", "--top", "3"]);
        let Chore::Warm(passed) = cli.unwrap().chore else {
            panic!("warm is its own chore");
        };
        assert_eq!(passed.args, ["candles", "--help", "--top", "3"]);
    }

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
