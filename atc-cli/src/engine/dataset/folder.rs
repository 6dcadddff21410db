//! What is in a folder.

use std::io;
use std::path::Path;

/// What kind of thing an entry of a folder is, as far as the listing says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    /// A link, or something on a file system that does not say: looking at it tells. So it does of a pipe.
    Unclear,
}

/// Calls `each` with the name and the kind of everything in a folder, in no order.
///
/// What was listed before an error was handed over.
#[cfg(target_os = "linux")]
pub(super) fn list(folder: &Path, mut each: impl FnMut(&str, Kind)) -> io::Result<()> {
    use rustix::fs::{FileType, Mode, OFlags, RawDir, open};

    // Names are used where the system puts them; a folder of thousands of files costs no allocation for each.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let place = open(folder, flags, Mode::empty())?;
    let mut names = Vec::with_capacity(1 << 15);
    let mut entries = RawDir::new(place, names.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let kind = match entry.file_type() {
            FileType::Directory => Kind::Folder,
            FileType::RegularFile => Kind::File,
            _ => Kind::Unclear,
        };
        let name = entry.file_name().to_string_lossy();
        // The folder itself and the one around it, which the standard library leaves out too.
        if !matches!(&*name, "." | "..") {
            each(&name, kind);
        }
    }
    Ok(())
}

/// Calls `each` with the name and the kind of everything in a folder, in no order.
///
/// What was listed before an error was handed over.
#[cfg(not(target_os = "linux"))]
pub(super) fn list(folder: &Path, mut each: impl FnMut(&str, Kind)) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = match entry.file_type() {
            Ok(kind) if kind.is_dir() => Kind::Folder,
            Ok(kind) if kind.is_file() => Kind::File,
            _ => Kind::Unclear,
        };
        each(&entry.file_name().to_string_lossy(), kind);
    }
    Ok(())
}

/// What [`list`] hands over, in the order of names.
pub(super) fn in_order(folder: &Path) -> (Vec<(String, Kind)>, io::Result<()>) {
    let mut entries = Vec::new();
    let listed = list(folder, |name, kind| entries.push((name.to_owned(), kind)));
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    (entries, listed)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_entry_is_named_once_with_its_kind() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let mut expected = vec![("sub".to_owned(), Kind::Folder)];
        fs::create_dir(place.join("sub")).unwrap();
        // More names than one answer of the system holds.
        for number in 0..2_000 {
            let name = format!("{}{number}.csv", "long-".repeat(8));
            fs::write(place.join(&name), "").unwrap();
            expected.push((name, Kind::File));
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(place.join("sub"), place.join("link")).unwrap();
            expected.push(("link".to_owned(), Kind::Unclear));
        }
        let mut found = Vec::new();
        list(place, |name, kind| found.push((name.to_owned(), kind))).unwrap();
        found.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        expected.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(found, expected);
        assert!(list(&place.join("none"), |_, _| ()).is_err());
    }
}
