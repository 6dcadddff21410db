//! Whose folder it is: a cache writes into, and clears, no folder of somebody else.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use super::Cache;

/// Marks folders of caches for programs that make backups (<https://bford.info/cachedir/>).
pub(super) const NAME: &str = "CACHEDIR.TAG";
/// The tag while it is being written, so that it is never half written.
pub(super) const DRAFT: &str = "CACHEDIR.TAG.new";
/// What a warming keeps there; an earlier version left its lock behind when the rest was cleared.
pub(super) const WARMING: [&str; 4] = ["warm.lock", "warm.json", "warm.json.new", "warm.stop"];
const TAG: &str = "Signature: 8a477f597d28d172789f06886806bc55\n\
# This folder is a cache of atc. Deleting it costs time and nothing else.\n";

/// Whether a cache may lie in `folder`: it has its tag or its store, is empty, or is not there.
pub(super) fn is_ours(folder: &Path) -> bool {
    has_tag(folder)
        || match fs::read_dir(folder) {
            Ok(entries) => is_empty(entries) || has_store(folder),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
}

/// Whether there is nothing but a tag that was never completed, and traces of a warming.
fn is_empty(mut entries: fs::ReadDir) -> bool {
    let is_left = |name: &OsStr| name == DRAFT || WARMING.iter().any(|left| name == *left);
    entries.all(|entry| entry.is_ok_and(|entry| is_left(&entry.file_name())))
}

fn has_tag(folder: &Path) -> bool {
    fs::read(folder.join(NAME)).is_ok_and(|tag| tag == TAG.as_bytes())
}

/// A store is known without the tag, which may be damaged.
fn has_store(folder: &Path) -> bool {
    let format = fs::read(folder.join("store").join("format"));
    format.is_ok_and(|format| format.starts_with(b"atc-cache "))
}

/// Why a folder is refused.
pub(super) fn refusal(folder: &Path) -> String {
    let folder = folder.display();
    format!("{folder}: holds other files, and no cache of atc; choose an empty folder")
}

impl Cache {
    /// Makes `folder` one of a cache, if it is none.
    ///
    /// # Errors
    ///
    /// If it holds something else, or cannot be written.
    pub fn claim(folder: &Path) -> io::Result<()> {
        if has_tag(folder) {
            return Ok(());
        }
        if !is_ours(folder) {
            return Err(io::Error::other(refusal(folder)));
        }
        fs::create_dir_all(folder)?;
        let draft = folder.join(DRAFT);
        let written = fs::write(&draft, TAG).and_then(|()| fs::rename(draft, folder.join(NAME)));
        // Somebody else may have been faster.
        written.or_else(|error| if has_tag(folder) { Ok(()) } else { Err(error) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_somebody_else_is_refused_and_stays_as_it_is() {
        let root = tempfile::tempdir().unwrap();
        let (mine, theirs) = (root.path().join("mine"), root.path().join("theirs"));
        Cache::claim(&mine).unwrap();
        Cache::claim(&mine).unwrap();
        assert!(is_ours(&mine));
        fs::create_dir(&theirs).unwrap();
        assert!(is_ours(&theirs), "it is empty");
        fs::write(
            theirs.join("CACHEDIR.TAG"),
            "Signature: 8a477f597d28d172789f06886806bc55\n# cargo",
        )
        .unwrap();
        assert!(Cache::claim(&theirs).is_err() && Cache::clear(&theirs).is_err());
        assert_eq!(fs::read_dir(&theirs).unwrap().count(), 1);
    }
}
