//! Arguments in, output and exit code out.

mod args;
mod cache;
mod compute;
#[cfg(feature = "gpu")]
mod devices;
mod doctor;
mod executor;
mod exit;
mod gpu;
mod input;
mod inspect;
mod interrupt;
mod output;
mod params;
mod progress;
mod reading;
mod report;
mod scan;
mod scan_view;
mod setup;
mod span;
mod style;
mod sweep;
mod warm;
mod warming;
mod watch;
mod why;
mod words;

use std::process::ExitCode;

use args::{Cli, Command};
use exit::Exit;

/// Runs the command line and says how it went.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::read();
    output::survive_file_limits();
    let global = cli.global;
    let result = match cli.command {
        Command::Scan(args) => scan::run(&args, &global),
        Command::Compute(args) => compute::run(&args, &global),
        Command::Watch(args) => watch::run(&args, &global),
        Command::Sweep(args) => sweep::run(&args, &global),
        Command::Why(args) => report::why(&args, &global),
        Command::Doctor(args) => doctor::run(&args, &global),
        Command::Inspect(args) => report::inspect(&args, &global),
        Command::Warm(args) => warm::run(&args, &global),
        Command::Cache(args) => cache::run(&args, &global),
        #[cfg(feature = "gpu")]
        Command::Devices(args) => devices::run(&args, &global),
        Command::Completions(args) => setup::completions(&args),
        Command::Man(args) => setup::man(&args),
    };
    match result {
        Ok(exit) => exit.into(),
        Err(error) if output::is_broken_pipe(&error) => Exit::Done.into(),
        Err(error) => {
            output::complain(&global, &format!("{error:#}"));
            Exit::of_error(&error).into()
        }
    }
}
