//! What no compiler checks: arrows between crates, file sizes, module docs, left-overs.

mod arrows;
mod sources;

use crate::ci::LEAVES;
use anyhow::{Result, bail};
use std::fmt;
use xshell::Shell;

/// Something that is not as it should be, and where.
#[derive(Debug, PartialEq)]
struct Finding {
    place: String,
    what: String,
    /// Whether the run fails on it.
    denied: bool,
}

impl Finding {
    fn denied(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
            denied: true,
        }
    }

    fn warning(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            denied: false,
            ..Self::denied(place, what)
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = if self.denied { "error" } else { "warning" };
        write!(f, "{level}: {}: {}", self.place, self.what)
    }
}

/// Runs every check and lists all findings.
///
/// # Errors
///
/// If one of them is more than a warning.
#[expect(clippy::print_stderr, reason = "findings are for people")]
pub(crate) fn run(sh: &Shell) -> Result<()> {
    let mut findings = arrows::check(sh)?;
    for path in sources::list(&sh.current_dir())? {
        let text = sh.read_file(&path)?;
        let name = path.strip_prefix(sh.current_dir()).unwrap_or(&path);
        findings.extend(sources::check(&name.display().to_string(), &text));
    }
    for leaf in LEAVES {
        let readme = sh
            .read_file(format!("{leaf}/README.md"))
            .unwrap_or_default();
        let root = sh.read_file(format!("{leaf}/src/lib.rs"))?;
        findings.extend(sources::check_leaf(leaf, &readme, &root));
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    let denied = findings.iter().filter(|finding| finding.denied).count();
    if denied > 0 {
        bail!("tidy found {denied} things to mend");
    }
    eprintln!("tidy: arrows, file sizes, module docs and left-overs are in order");
    Ok(())
}
