//! From what was typed to the command that is meant.

use std::env;
use std::ffi::OsString;

use clap::{Parser, Subcommand};

use super::args::{Cli, Command, Global, ScanArgs};

impl Cli {
    /// What was typed; ends the process where that is no command, or asks for help.
    ///
    /// What describes all commands takes longer to put together than a scan of a hundred known files.
    pub(crate) fn read() -> Self {
        let words: Vec<OsString> = env::args_os().collect();
        if words.get(1).is_some_and(|word| word == "scan")
            && let Ok(Scanning { global, command }) = Scanning::try_parse_from(&words)
        {
            let ScanAlone::Scan(args) = command;
            let command = Command::Scan(args);
            return Self { global, command };
        }
        // Says what is wrong with all commands in mind.
        Self::parse_from(words)
    }
}

/// As [`Cli`], of one command.
#[derive(Debug, Parser)]
#[command(name = "atc")]
struct Scanning {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: ScanAlone,
}

#[derive(Clone, Debug, Subcommand)]
enum ScanAlone {
    Scan(ScanArgs),
}
