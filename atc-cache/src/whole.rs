//! Small files that are read in one piece, and replaced in one piece.

use std::{fs, io, path::Path};

use crate::Stamp;

/// The file of a table or an index, as it was read.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    /// Empty if it could not be read.
    pub(crate) bytes: Vec<u8>,
    pub(crate) version: Version,
}

/// How a file looked before it was read; `None` if it could not be.
#[derive(Debug, Default)]
pub(crate) struct Version(Option<Stamp>);

impl Whole {
    pub(crate) fn read(path: &Path) -> Self {
        let version = Version(Stamp::of_file(path).ok());
        let bytes = fs::read(path).unwrap_or_default();
        Self { bytes, version }
    }
}

impl Version {
    /// Whether there is no need to read the file again.
    pub(crate) fn is_still(&self, path: &Path) -> bool {
        // One that was replaced in the moment it was read may look the same.
        let then = self.0.as_ref().filter(|then| !then.is_racy());
        then.is_some_and(|then| Stamp::of_file(path).is_ok_and(|now| now.looks_like(then)))
    }
}

/// Writes a file under another name first, so that it is never half written.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension(std::process::id().to_string());
    let renamed = fs::write(&draft, bytes).and_then(|()| fs::rename(&draft, path));
    if renamed.is_err() {
        // What is left of the draft is of no use.
        let _ = fs::remove_file(&draft);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_file_that_was_replaced_is_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        assert!(!Whole::read(&path).version.is_still(&path));
        write(&path, b"one").unwrap();
        let read = Whole::read(&path);
        assert!(
            read.bytes == b"one" && !read.version.is_still(&path),
            "too new"
        );
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(hour_ago).unwrap();
        let read = Whole::read(&path);
        assert!(read.bytes == b"one" && read.version.is_still(&path));
        write(&path, b"two").unwrap();
        assert!(!read.version.is_still(&path));
    }
}
