//! What a pattern matches.

use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{GlobError, MatchOptions, Pattern, PatternError};

/// The paths that `pattern` matches, in the order of their names, and what could not be looked at.
///
/// `**` goes through folders, but not through links to folders, which may lead back to where they are.
pub(super) fn matches(
    pattern: &str,
) -> Result<impl Iterator<Item = Result<PathBuf, (PathBuf, io::Error)>>, PatternError> {
    let told = |error: GlobError| (error.path().to_owned(), error.into());
    let matched: Vec<_> = if pattern.split('/').any(|part| part == "**") {
        deep(Pattern::new(pattern)?, pattern)
    } else {
        let found = glob::glob(pattern)?;
        found.map(|entry| entry.map_err(told)).collect()
    };
    Ok(matched.into_iter())
}

/// Walks what lies below the part of the pattern that is plain.
fn deep(matcher: Pattern, pattern: &str) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
    let is_plain = |part: &Component<'_>| {
        let text = part.as_os_str().to_string_lossy();
        !text.contains(['*', '?', '['])
    };
    let base: PathBuf = Path::new(pattern)
        .components()
        .take_while(is_plain)
        .collect();
    let mut walk = Walk {
        matcher,
        found: Vec::new(),
    };
    walk.folder(&base);
    walk.found
}

struct Walk {
    matcher: Pattern,
    found: Vec<Result<PathBuf, (PathBuf, io::Error)>>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) {
        // An empty path is where the process is, and does not become part of the names.
        let place = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let entries = std::fs::read_dir(place).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.found.push(Err((place.to_owned(), error))),
        };
        entries.sort_unstable_by_key(std::fs::DirEntry::file_name);
        let options = MatchOptions {
            require_literal_separator: true,
            ..MatchOptions::new()
        };
        for entry in entries {
            let path = folder.join(entry.file_name());
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let is_file = || path.is_file();
            if is_folder {
                self.folder(&path);
            } else if self.matcher.matches_path_with(&path, options) && is_file() {
                self.found.push(Ok(path));
            }
        }
    }
}
