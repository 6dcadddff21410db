//! Exit codes, all of them.

use std::process::ExitCode;

/// Ctrl-C: 128 + SIGINT, as shells have it. Other signals have codes of their own.
pub(crate) const INTERRUPTED: i32 = 130;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything was done; a reader that went away counts as done.
    Done,
    /// Some inputs failed, all others were done; or the output could not be written.
    SomeFailed,
    /// The command line or the parameters make no sense.
    Misuse,
    /// Ctrl-C, or another signal that ends a process, came first.
    Interrupted,
}

impl Exit {
    /// How a command ended that some inputs may have failed in.
    pub(crate) const fn of_run(n_failed: usize, is_cancelled: bool) -> Self {
        match (n_failed, is_cancelled) {
            (_, true) => Self::Interrupted,
            (0, false) => Self::Done,
            _ => Self::SomeFailed,
        }
    }

    /// How a command ended that an error stopped.
    pub(crate) fn of_error(error: &anyhow::Error) -> Self {
        if error.downcast_ref::<Misuse>().is_some() {
            Self::Misuse
        } else {
            Self::SomeFailed
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::SomeFailed => 1,
            Exit::Misuse => 2,
            Exit::Interrupted => super::interrupt::exit_code(),
        })
    }
}

/// An error of the user's words, not of the data.
#[derive(Debug)]
pub(crate) struct Misuse(pub(crate) String);

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}
