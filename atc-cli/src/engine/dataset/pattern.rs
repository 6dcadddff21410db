//! What a pattern matches.

use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{GlobError, MatchOptions, Pattern, PatternError};

use super::folder::{self, Kind};

/// A path that matches, or one that could not be looked at.
pub(super) type Match = Result<PathBuf, (PathBuf, io::Error)>;

/// What `pattern` matches, in the order of names.
///
/// `**` goes through folders, but not through links to folders, which may lead back to where they are.
pub(super) fn matches(pattern: &str) -> Result<Vec<Match>, PatternError> {
    if pattern.split('/').any(|part| part == "**") {
        return deep(pattern);
    }
    let told = |error: GlobError| (error.path().to_owned(), error.into());
    let found = glob::glob(pattern)?;
    Ok(found.map(|entry| entry.map_err(told)).collect())
}

/// Walks what lies below the part of the pattern that is plain.
fn deep(pattern: &str) -> Result<Vec<Match>, PatternError> {
    let is_plain = |part: &Component<'_>| {
        let text = part.as_os_str().to_string_lossy();
        !text.contains(['*', '?', '['])
    };
    let components = Path::new(pattern).components();
    let base: PathBuf = components.take_while(is_plain).collect();
    let mut found = Vec::new();
    walk(&base, &Pattern::new(pattern)?, &mut found);
    Ok(found)
}

fn walk(folder: &Path, pattern: &Pattern, found: &mut Vec<Match>) {
    // An empty path is where the process is, and does not become part of the names.
    let is_here = folder.as_os_str().is_empty();
    let place = if is_here { Path::new(".") } else { folder };
    let (entries, listed) = folder::in_order(place);
    let options = MatchOptions {
        require_literal_separator: true,
        ..MatchOptions::new()
    };
    for (name, kind) in entries {
        let path = folder.join(name);
        let is_folder = || kind == Kind::Unclear && path.is_dir();
        if kind == Kind::Folder {
            walk(&path, pattern, found);
        } else if pattern.matches_path_with(&path, options) && !is_folder() {
            found.push(Ok(path));
        }
    }
    if let Err(error) = listed {
        found.push(Err((place.to_owned(), error)));
    }
}
