//! Standard output and standard error; nothing else in the project writes words there.
//!
//! What is told on standard error may quote an input: it is cleaned here, a message to a line.

use std::io::{self, IsTerminal, Write};

use atc_cli::engine::sink::SinkError;
use atc_cli::engine::{Failure, Spent};

use super::args::{Color, Global};
use super::style::{BOLD, SHORT, WARN, clean, paint};

impl Global {
    /// Whether standard output shows colour.
    pub(crate) fn colors_stdout(&self) -> bool {
        self.colors(&io::stdout())
    }

    fn colors(&self, stream: &impl IsTerminal) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => stream.is_terminal() && !is_set("NO_COLOR") && !is_dumb(),
        }
    }
}

/// Lets writes fail, rather than end the process, where a file would outgrow its limit.
#[cfg(unix)]
pub(crate) fn survive_file_limits() {
    let seen = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    // Without the handler such a write ends the process, which is what happened before.
    drop(signal_hook::flag::register(
        signal_hook::consts::SIGXFSZ,
        seen,
    ));
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(crate) fn survive_file_limits() {}

/// Writes data to standard output.
pub(crate) fn data(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written
        .map_err(SinkError::from)
        .map_err(|error| unwritable("standard output", error.into()))
}

/// Writes one object per row.
pub(crate) fn json_lines<T: serde::Serialize>(rows: &[T]) -> anyhow::Result<()> {
    let mut text = String::new();
    for row in rows {
        text += &serde_json::to_string(row)?;
        text.push('\n');
    }
    data(&text)
}

/// Writes a value as indented JSON.
pub(crate) fn json<T: serde::Serialize + ?Sized>(value: &T) -> anyhow::Result<()> {
    data(&(serde_json::to_string_pretty(value)? + "\n"))
}

/// Says why the command ended, on standard error.
pub(crate) fn complain(global: &Global, text: &str) {
    let color = global.colors(&io::stderr());
    // There is nobody left to tell that telling failed.
    let _ = writeln!(
        io::stderr(),
        "{} {}",
        paint("error:", SHORT, color),
        clean(text)
    );
}

/// Says how the command goes about it, on standard error, if that was asked for.
pub(crate) fn note(global: &Global, text: &str) {
    if 0 < global.verbose {
        let _ = writeln!(io::stderr(), "note: {}", clean(text));
    }
}

/// Says where the time has gone, if that was asked for and there was something to do.
pub(crate) fn spent(global: &Global, spent: Spent) {
    if spent != Spent::default() {
        note(global, &format!("lanes spent their time with {spent}"));
    }
}

/// Says what did not go as it should, and changes no result.
pub(crate) fn warn(global: &Global, text: &str) {
    if !global.quiet {
        let color = global.colors(&io::stderr());
        let _ = writeln!(
            io::stderr(),
            "{} {}",
            paint("warning:", WARN, color),
            clean(text)
        );
    }
}

/// Says what was done, on standard error, in words of our own.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The title of a list of inputs that failed.
pub(crate) fn n_failed(n: usize) -> String {
    let word = if n == 1 { "input" } else { "inputs" };
    format!("{n} {word} failed:")
}

/// Lists the inputs that failed, on standard error.
pub(crate) fn failures(global: &Global, failed: &[Failure]) {
    if failed.is_empty() {
        return;
    }
    let color = global.colors(&io::stderr());
    let mut lines = vec![paint(&n_failed(failed.len()), BOLD, color)];
    let cross = paint("✗", SHORT, color);
    let of = |failure: &Failure| format!("  {cross} {}", clean(&failure.to_string()));
    lines.extend(failed.iter().map(of));
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}

/// Says what could not be written, and what to do about it.
pub(crate) fn unwritable(name: &str, error: anyhow::Error) -> anyhow::Error {
    let is_full = |kind| {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        matches!(kind, StorageFull | QuotaExceeded | FileTooLarge)
    };
    let remedy = if io_kind(&error).is_some_and(is_full) {
        " (free some space, or write elsewhere)"
    } else {
        ""
    };
    error.context(format!("{name} cannot be written{remedy}"))
}

/// Whether an error only means that the reader of our output went away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    io_kind(error) == Some(io::ErrorKind::BrokenPipe)
}

/// Whether nobody is left to read what is written next. Elsewhere than on Linux, writing it will tell.
pub(crate) fn has_no_reader() -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let stdout = io::stdout();
        let mut asked = [PollFd::new(&stdout, PollFlags::empty())];
        let now = Timespec::default();
        poll(&mut asked, Some(&now)).is_ok() && asked[0].revents().contains(PollFlags::ERR)
    }
    #[cfg(not(target_os = "linux"))]
    false
}

fn io_kind(error: &anyhow::Error) -> Option<io::ErrorKind> {
    error.chain().find_map(|cause| {
        let io = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        io.or_else(|| cause.downcast_ref::<SinkError>()?.io_kind())
    })
}
