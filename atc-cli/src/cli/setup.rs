//! What an installation needs besides the binary: completions and manual pages.

use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::Exit;
use super::output;

const BINARY: &str = "atc";

/// Prints completions for a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), BINARY, &mut script);
    output::data(&String::from_utf8(script)?)?;
    Ok(Exit::Done)
}

/// Prints the manual page, or writes one for each command into a folder.
pub(crate) fn man(args: &ManArgs) -> anyhow::Result<Exit> {
    let command = Cli::command().name(BINARY);
    match &args.output {
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command).render(&mut page)?;
            output::data(&String::from_utf8(page)?)?;
        }
        Some(folder) => write(command, folder)
            .with_context(|| format!("{}: cannot be written", folder.display()))?,
    }
    Ok(Exit::Done)
}

fn write(command: clap::Command, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command, folder)
}
