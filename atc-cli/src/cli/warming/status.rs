//! The status file of a warming, and what `atc warm --status` says of it.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::exit::Exit;
use crate::cli::output;
use crate::cli::style::clean;

/// Reasons of failed inputs that are kept; all are counted.
const REASONS: usize = 5;
/// Characters of a reason that are kept.
const LONGEST_REASON: usize = 300;

/// How a warming is going.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Status {
    /// `running`, or how it ended.
    pub(super) state: String,
    pub(super) pid: u32,
    pub(super) sources: u64,
    pub(super) of: u64,
    pub(super) seconds: f64,
    /// Inputs that failed.
    #[serde(default)]
    pub(super) failed: usize,
    /// Why the first few inputs failed, or why the warming did: a line each.
    #[serde(default)]
    pub(super) reasons: Vec<String>,
}

impl Status {
    /// With the inputs that failed.
    pub(super) fn with_failures(self, failures: &[impl ToString]) -> Self {
        let reasons = failures.iter().take(REASONS);
        Self {
            failed: failures.len(),
            reasons: reasons
                .map(|failure| reason(&failure.to_string()))
                .collect(),
            ..self
        }
    }

    /// With what ended the warming before it was done.
    pub(super) fn with_error(self, error: &anyhow::Error) -> Self {
        Self {
            reasons: vec![reason(&format!("{error:#}"))],
            ..self
        }
    }

    pub(super) fn read(folder: &Path) -> Option<Self> {
        let bytes = fs::read(folder.join("warm.json")).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let draft = folder.join("warm.json.new");
        fs::write(&draft, serde_json::to_vec(self)?)?;
        fs::rename(draft, folder.join("warm.json"))
    }

    /// Says how it is going, or how it went.
    pub(super) fn tell(&self, is_running: bool) -> anyhow::Result<Exit> {
        let has_died = !is_running && self.state == "running";
        output::data(&if is_running {
            self.going()
        } else if has_died {
            self.died()
        } else {
            self.ended()
        })?;
        let has_failed = has_died || !self.reasons.is_empty();
        Ok(Exit::of_run(usize::from(has_failed), false))
    }

    fn going(&self) -> String {
        let Self {
            pid,
            sources,
            of,
            seconds,
            ..
        } = self;
        let rate = *sources as f64 / seconds.max(1e-3);
        let left = of.saturating_sub(*sources) as f64 / rate.max(1e-3);
        format!(
            "running as process {pid}: {sources} of {of} sources, {rate:.0} per second, {left:.0} s left\n"
        )
    }

    fn died(&self) -> String {
        let Self { sources, of, .. } = self;
        format!("died after {sources} of {of} sources; warm again, what is stored is skipped\n")
    }

    fn ended(&self) -> String {
        let Self {
            state,
            sources,
            of,
            seconds,
            failed,
            reasons,
            ..
        } = self;
        let end = match failed {
            0 => String::new(),
            n => format!("; {}", output::n_failed(*n)),
        };
        let mut text = format!("{state}: {sources} of {of} sources in {seconds:.1} s{end}\n");
        for reason in reasons {
            let _ = writeln!(text, "  {reason}");
        }
        let n_more = failed.saturating_sub(reasons.len());
        if 0 < n_more {
            let _ = writeln!(text, "  and {n_more} more");
        }
        text
    }
}

/// A reason on one line, and not for ever.
fn reason(text: &str) -> String {
    let short: String = text.chars().take(LONGEST_REASON).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    clean(&short) + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_tells_the_first_reasons_a_line_each() {
        let status = Status {
            state: "done".to_owned(),
            sources: 9,
            of: 9,
            ..Status::default()
        };
        assert_eq!(status.ended(), "done: 9 of 9 sources in 0.0 s\n");
        let failures: Vec<String> = (0..7)
            .map(|n| format!("{n}\n{}", "x".repeat(999)))
            .collect();
        let told = status.with_failures(&failures).ended();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "done: 9 of 9 sources in 0.0 s; 7 inputs failed:");
        assert_eq!((lines.len(), lines[6]), (7, "  and 2 more"));
        assert!(lines[5].starts_with("  4\u{fffd}xx") && lines[5].chars().count() == 303);
    }
}
