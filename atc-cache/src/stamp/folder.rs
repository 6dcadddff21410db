//! A folder whose files are looked at by name.
//!
//! From the root, the system walks each folder on the way for each file: twice the time of a name in a folder that is
//! open. Should the folder be moved meanwhile, its files are those that were at the path a moment ago.

use std::{os::fd::OwnedFd, path::Path, time::Duration};

use rustix::fs::{self, AtFlags, CWD, Mode, OFlags};

use super::{Identity, Stamp, now};

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    /// As it was named, with the slash at its end.
    path: Vec<u8>,
    place: OwnedFd,
}

impl Folder {
    /// The folder of `path`, which takes the place of `last` if that is another one, and the name in it.
    pub(super) fn of<'a>(
        last: &'a mut Option<Self>,
        path: &'a Path,
    ) -> Option<(&'a Self, &'a [u8])> {
        let path = path.as_os_str().as_encoded_bytes();
        let end = path.iter().rposition(|byte| *byte == b'/')? + 1;
        let (folder, name) = path.split_at(end);
        if name.is_empty() {
            return None;
        }
        if last.as_ref().is_none_or(|last| last.path != folder) {
            *last = Self::open(folder);
        }
        Some((last.as_ref()?, name))
    }

    fn open(path: &[u8]) -> Option<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let place = fs::openat(CWD, path, flags, Mode::empty()).ok()?;
        let path = path.to_vec();
        Some(Self { path, place })
    }

    /// How the file of this name looks, following links; `None` if that cannot be told.
    pub(super) fn look(&self, name: &[u8]) -> Option<Stamp> {
        let taken = now();
        let looks = fs::statat(&self.place, name, AtFlags::empty()).ok()?;
        Some(Stamp {
            length: u64::try_from(looks.st_size).ok()?,
            modified: since_epoch(looks.st_mtime, u32::try_from(looks.st_mtime_nsec).ok()?),
            identity: Identity::File(looks.st_dev, looks.st_ino),
            taken,
        })
    }
}

pub(super) fn since_epoch(seconds: i64, nanos: u32) -> Duration {
    let seconds = u64::try_from(seconds);
    seconds.map_or(Duration::ZERO, |seconds| Duration::new(seconds, nanos))
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix, path::PathBuf};

    use super::super::Looker;
    use super::*;

    #[test]
    fn a_file_looks_the_same_from_its_folder_and_from_the_root() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let file = |at: usize, name: &str| folders[at].path().join(name);
        fs::write(file(0, "a.csv"), "close\n1\n").unwrap();
        fs::write(file(1, "a.csv"), "close\n12\n").unwrap();
        unix::fs::symlink(file(1, "a.csv"), file(0, "link.csv")).unwrap();
        let mut looker = Looker::default();
        let mut paths: Vec<PathBuf> = vec!["/proc/self/stat".into(), "Cargo.toml".into()];
        paths.extend([file(0, "a.csv"), file(1, "a.csv"), file(0, "link.csv")]);
        for path in &paths {
            let (near, far) = (looker.file(path).unwrap(), Stamp::of_file(path).unwrap());
            assert!(near.looks_like(&far), "{}", path.display());
        }
        for missing in [file(0, "b.csv"), file(1, "c/a.csv"), file(0, "a.csv/")] {
            assert!(looker.file(&missing).is_err(), "{}", missing.display());
        }
    }

    #[test]
    fn a_time_before_the_epoch_is_the_epoch() {
        assert_eq!(since_epoch(-1, 5), Duration::ZERO);
        assert_eq!(since_epoch(2, 5), Duration::new(2, 5));
    }
}
