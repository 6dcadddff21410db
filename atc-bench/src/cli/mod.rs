//! Arguments in, report and exit code out.

mod args;
mod counts;
mod document;
mod generate;
mod kernel;
mod long;
mod matrix;
mod parts;
mod reads;
mod universe;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

/// Runs the command line and says how it went.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let result = match &cli.command {
        None => matrix::run(&cli.matrix),
        Some(Command::Parts(args)) => parts::run(args),
        Some(Command::Reads(args)) => reads::run(args),
        Some(Command::Generate(args)) => generate::run(args),
        Some(Command::Counts) => counts::run(),
        Some(Command::Kernel(args)) => kernel::run(args),
        Some(Command::Fill(args)) => document::run(args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // There is nobody left to tell that telling failed.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Says what goes on, on standard error.
fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
}
