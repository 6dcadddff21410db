//! Size, module docs and left-overs of every source file.

use super::Finding;
use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

/// Lines from which a file is worth splitting, and those it must not exceed.
const BUDGET: (usize, usize) = (300, 500);

/// What no commit carries; put together here so that this file does not hold it.
const LEFT_OVERS: [&str; 5] = [
    concat!("#[ign", "ore"),
    concat!("to", "do!("),
    concat!("unimpl", "emented!("),
    concat!("db", "g!("),
    concat!("FIX", "ME"),
];

/// The Rust and WGSL files below `folder`, without build output and hidden folders.
pub(super) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                found.extend(list(&path)?);
            }
        } else if matches!(
            path.extension().and_then(|e| e.to_str()),
            Some("rs" | "wgsl")
        ) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Judges one file.
pub(super) fn check(name: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let (worth_splitting, limit) = BUDGET;
    match text.lines().count() {
        lines if lines > limit => findings.push(Finding::denied(
            name,
            format!("{lines} lines, the limit is {limit}: split it by concept"),
        )),
        lines if lines > worth_splitting => findings.push(Finding::warning(
            name,
            format!("{lines} lines, the budget is {worth_splitting}"),
        )),
        _ => {}
    }
    if !has_module_docs(name, text) {
        findings.push(Finding::denied(name, "does not begin with what it is for"));
    }
    for (number, line) in (1..).zip(text.lines()) {
        for word in LEFT_OVERS.iter().filter(|word| line.contains(**word)) {
            findings.push(Finding::denied(
                format!("{name}:{number}"),
                format!("left over: {word}"),
            ));
        }
    }
    findings
}

/// Whether the first line says what the file is for; inner attributes may stand before it.
fn has_module_docs(name: &str, text: &str) -> bool {
    let shader = Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "wgsl");
    let docs: &[&str] = if shader { &["//"] } else { &["//!", "#![doc"] };
    let mut lines = text.lines().skip_while(|line| {
        let attribute = line.starts_with("#![") && !line.starts_with("#![doc");
        line.trim().is_empty() || attribute
    });
    lines
        .next()
        .is_some_and(|line| docs.iter().any(|start| line.starts_with(start)))
}

/// A leaf's README is its crate documentation.
pub(super) fn check_leaf(leaf: &str, readme: &str, root: &str) -> Option<Finding> {
    let included = root
        .lines()
        .any(|line| line == "#![doc = include_str!(\"../README.md\")]");
    if included && !readme.trim().is_empty() {
        return None;
    }
    Some(Finding::denied(
        format!("{leaf}/README.md"),
        "must exist and be the crate documentation: #![doc = include_str!(\"../README.md\")] in src/lib.rs",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file_of(lines: usize) -> String {
        format!("//! What it is for.\n{}", "fn f() {}\n".repeat(lines - 1))
    }

    #[test]
    fn long_files_warn_and_longer_ones_fail() {
        assert_eq!(check("a.rs", &file_of(300)), []);
        assert!(!check("a.rs", &file_of(301))[0].denied);
        assert!(!check("a.wgsl", &file_of(500))[0].denied);
        assert!(check("a.rs", &file_of(501))[0].denied);
    }

    #[test]
    fn a_file_says_what_it_is_for() {
        for text in [
            "//! Sums.\n",
            "#![doc = include_str!(\"x\")]\n",
            "#![cfg(unix)]\n\n//! Sums.\n",
        ] {
            assert_eq!(check("a.rs", text), [], "{text}");
        }
        for text in ["", "fn f() {}\n", "// A comment.\n", "use x;\n//! Late.\n"] {
            assert!(check("a.rs", text)[0].denied, "{text}");
        }
        assert_eq!(check("a.wgsl", "// The kernel.\n"), []);
    }

    #[test]
    fn left_overs_are_named_with_their_line() {
        for word in LEFT_OVERS {
            let text = format!("//! Sums.\n\n    {word}\n");
            assert_eq!(check("a.rs", &text)[0].place, "a.rs:3", "{word}");
        }
    }

    #[test]
    fn a_leaf_without_its_readme_as_documentation_is_found() {
        let root = "#![doc = include_str!(\"../README.md\")]\n";
        assert_eq!(check_leaf("atc-core", "# atc-core\n", root), None);
        assert!(check_leaf("atc-core", "", root).is_some());
        assert!(check_leaf("atc-core", "# atc-core\n", "//! Other.\n").is_some());
    }
}
