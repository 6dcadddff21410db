//! The `atc-bench` command: measures, prints, and exits with 1 if results differ.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
