//! The `atc` command: arguments, output, exit codes. Everything else is the engine.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
