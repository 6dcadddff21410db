//! ATC beside its peers: whole indicator against their 54 averages, rounds in turn, one process.
//!
//! `cd atc-bench/peers && cargo run --release`. The first build takes minutes, since the peers are large,
//! which is why this is a package and a workspace of its own.

mod agree;
mod peer;
mod race;
mod ta_lib;
#[cfg(feature = "vector-ta")]
mod vector_ta;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use atc_bench::machine::Machine;
use atc_bench::market::Workload;
use atc_bench::report::{Sheet, fill, today};
use atc_core::{Params, Plan};
use clap::Parser;

/// Race ATC against other libraries on one thread. Exit code 1 if a peer's averages do not match.
#[derive(Debug, Parser)]
#[command(name = "atc-peers", version)]
struct Cli {
    /// Rounds over 64 series of 2,000 bars; long series get a third of them.
    #[arg(long, default_value_t = 27, value_parser = clap::value_parser!(u16).range(3..))]
    rounds: u16,
    /// Print Markdown tables.
    #[arg(long)]
    markdown: bool,
    /// Also put the tables into this Markdown file, between its `peers` marks.
    #[arg(long, value_name = "FILE")]
    fill: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell that telling failed.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<()> {
    let rounds = usize::from(cli.rounds);
    let plan = Plan::new(Params::default())?;
    let mut peers = peer::all();
    let mut sheets = Vec::new();
    let races = [
        (Workload::new(64, 2_000), rounds),
        (Workload::new(1, 1_000_000), rounds / 3),
    ];
    for (workload, rounds) in races {
        let market = workload.market(1);
        let mut found = Vec::new();
        for peer in &mut peers {
            found.push((peer.name(), agree::check(&mut **peer, &plan, &market[0])?));
        }
        sheets.push(race::run(workload, (&plan, &market), &mut peers, rounds)?);
        sheets.push(agree::sheet(&found));
    }
    let drawn = |draw: fn(&Sheet) -> String| {
        let tables: Vec<String> = sheets.iter().map(draw).collect();
        let headline = format!("{}, {}", today(), Machine::this().line());
        format!("{headline}.\n\n{}", tables.join("\n"))
    };
    let markdown = drawn(Sheet::markdown);
    if let Some(path) = &cli.fill {
        let name = path.display();
        let page =
            std::fs::read_to_string(path).with_context(|| format!("{name} cannot be read"))?;
        let filled = fill(&page, "peers", &markdown).with_context(|| name.to_string())?;
        std::fs::write(path, filled).with_context(|| format!("{name} cannot be written"))?;
    }
    let text = if cli.markdown {
        markdown
    } else {
        drawn(Sheet::text)
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(())
}
