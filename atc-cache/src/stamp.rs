//! How a source looks from outside.

#[cfg(target_os = "linux")]
mod folder;
#[cfg(target_os = "linux")]
mod names;

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

/// How a source looked from outside, at one moment.
///
/// Taken *before* the source is read: a change while it is read then shows as a change.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bars.csv");
/// std::fs::write(&path, "close\n1.5\n")?;
/// let stamp = atc_cache::Stamp::of_file(&path)?;
/// assert_eq!(stamp.length(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    pub(crate) length: u64,
    /// Since the epoch.
    pub(crate) modified: Duration,
    pub(crate) identity: Identity,
    /// When this was looked up, since the epoch.
    pub(crate) taken: Duration,
}

/// What stays the same while a source is only appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// Device and number of a file; zeros where the system has none.
    File(u64, u64),
    /// What an object store calls this version of an object.
    Tag(String),
    /// A digest of how each of several files looks.
    Files(String),
}

impl Stamp {
    /// Looks at a file, following links.
    ///
    /// # Errors
    ///
    /// If the file is not there or may not be looked at.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        let taken = now();
        let metadata = fs::metadata(path)?;
        Ok(Self {
            length: metadata.len(),
            modified: since_epoch(metadata.modified()?),
            identity: file_identity(&metadata),
            taken,
        })
    }

    /// Looks at the files that one source is made of, following links.
    ///
    /// # Errors
    ///
    /// If one of them is not there or may not be looked at.
    pub fn of_files<'a>(paths: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        Looker::default().files(paths)
    }

    /// Looks at the names in a folder: it looks the same as long as nothing in it was added, removed or renamed. What the
    /// files hold, and what lies deeper, is not part of it. Its time is that of the last change, which nobody can set.
    ///
    /// # Errors
    ///
    /// If the folder is not there or may not be looked at, and with [`Unsupported`](io::ErrorKind::Unsupported) if such
    /// looks cannot be relied on: on other systems than Linux, and on file systems that are not known for it.
    pub fn of_folder(path: &Path) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        return names::look(path);
        #[cfg(not(target_os = "linux"))]
        Err(path
            .metadata()
            .err()
            .unwrap_or_else(|| io::ErrorKind::Unsupported.into()))
    }

    /// An object of a store that names versions: `tag` differs whenever the content does.
    pub fn of_object(length: u64, tag: impl Into<String>) -> Self {
        Self {
            length,
            modified: Duration::ZERO,
            identity: Identity::Tag(tag.into()),
            taken: now(),
        }
    }

    /// Bytes of the source.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Whether the source looks as it did for `other`, whenever that was.
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        (self.length, self.modified, &self.identity)
            == (other.length, other.modified, &other.identity)
    }

    /// Whether the source may have changed after this stamp without looking different: it was
    /// modified so shortly before that its clock may not have ticked since.
    pub(crate) fn is_racy(&self) -> bool {
        // File systems that keep whole seconds keep even ones; the others tick at least this often.
        let tick = if self.modified.subsec_nanos() == 0 {
            Duration::from_secs(2)
        } else {
            Duration::from_millis(20)
        };
        !matches!(self.identity, Identity::Tag(_)) && self.taken < self.modified + tick
    }
}

/// Looks at many files, and for files of one folder finds the way there once.
///
/// ```
/// use atc_cache::{Looker, Stamp};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("bars.csv");
/// std::fs::write(&path, "close\n1.5\n")?;
/// let mut looker = Looker::default();
/// assert_eq!(looker.files([&*path])?.length(), 10);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Looker {
    #[cfg(target_os = "linux")]
    folder: Option<folder::Folder>,
}

impl Looker {
    /// As [`Stamp::of_files`].
    ///
    /// # Errors
    ///
    /// If one of the files is not there or may not be looked at.
    pub fn files<'a>(&mut self, paths: impl IntoIterator<Item = &'a Path>) -> io::Result<Stamp> {
        let mut paths = paths.into_iter().peekable();
        let first = paths.next().unwrap_or(Path::new(""));
        let mut all = self.file(first)?;
        if paths.peek().is_none() {
            return Ok(all);
        }
        let mut looks = blake3::Hasher::new();
        let mut look = |path: &Path, stamp: &Stamp| {
            let name = path.as_os_str().as_encoded_bytes();
            looks.update(&(name.len() as u64).to_le_bytes());
            looks.update(name);
            let number = match stamp.identity {
                Identity::File(device, number) => [device, number],
                _ => [0; 2],
            };
            for part in [stamp.length, number[0], number[1]] {
                looks.update(&part.to_le_bytes());
            }
            looks.update(&stamp.modified.as_nanos().to_le_bytes());
        };
        look(first, &all);
        for path in paths {
            let stamp = self.file(path)?;
            look(path, &stamp);
            all.length += stamp.length;
            all.modified = all.modified.max(stamp.modified);
        }
        all.identity = Identity::Files(looks.finalize().to_hex().to_string());
        Ok(all)
    }

    #[cfg(target_os = "linux")]
    fn file(&mut self, path: &Path) -> io::Result<Stamp> {
        let near = folder::Folder::of(&mut self.folder, path);
        // What cannot be looked at from its folder is looked at as everywhere, which says why.
        match near.and_then(|(folder, name)| folder.look(name)) {
            Some(stamp) => Ok(stamp),
            None => Stamp::of_file(path),
        }
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unused_self, reason = "there is nothing to remember here")]
    fn file(&mut self, path: &Path) -> io::Result<Stamp> {
        Stamp::of_file(path)
    }
}

#[cfg(unix)]
fn file_identity(metadata: &fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity::File(metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn file_identity(_: &fs::Metadata) -> Identity {
    Identity::File(0, 0)
}

/// Asked before a file is looked at: a change between the two must not look older than the stamp.
fn now() -> Duration {
    since_epoch(SystemTime::now())
}

fn since_epoch(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
}
