//! Small files that are read in one piece, and replaced in one piece. A digest of all the rest ends them: XXH3 with
//! 128 bits, which tells damage.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::Stamp;

const DIGEST_BYTES: usize = 128 / 8;
/// Bytes that are written at once.
const PIECE: usize = 32 << 10;

/// The file of a table or an index, as it was read.
#[derive(Debug, Default)]
pub(crate) struct Whole {
    /// Without the digest; empty if it could not be read, or is damaged.
    pub(crate) bytes: Vec<u8>,
    pub(crate) version: Version,
}

/// How a file looked before it was read; `None` if it could not be.
#[derive(Debug, Default)]
pub(crate) struct Version(Option<Stamp>);

impl Whole {
    pub(crate) fn read(path: &Path) -> Self {
        let version = Version(Stamp::of_file(path).ok());
        let mut bytes = fs::read(path).unwrap_or_default();
        let n_bytes = match bytes.split_last_chunk::<DIGEST_BYTES>() {
            Some((content, end)) if xxh3_128(content).to_le_bytes() == *end => content.len(),
            _ => 0,
        };
        bytes.truncate(n_bytes);
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

/// A file that is being written: in pieces, so that large ones take no memory.
pub(crate) struct Draft {
    file: File,
    hasher: Xxh3,
    piece: Vec<u8>,
}

/// Writes what `fill` puts into a file, under another name first, so that it is never half written.
pub(crate) fn write(
    path: &Path,
    fill: impl FnOnce(&mut Draft) -> io::Result<()>,
) -> io::Result<()> {
    let (name, created) = create_beside(path)?;
    let mut draft = Draft::new(created);
    let written = fill(&mut draft).and_then(|()| draft.end());
    let renamed = written.and_then(|()| fs::rename(&name, path));
    if renamed.is_err() {
        // What is left of the draft is of no use.
        let _ = fs::remove_file(&name);
    }
    renamed
}

/// Makes a file beside `path`, of a name that no file has: that of `path`, the process and a number.
fn create_beside(path: &Path) -> io::Result<(PathBuf, File)> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    loop {
        let mut name = path.as_os_str().to_owned();
        let number = NEXT.fetch_add(1, Relaxed);
        name.push(format!(".{}.{number}.tmp", std::process::id()));
        match File::create_new(&name) {
            Ok(file) => return Ok((name.into(), file)),
            // Left by a process of the same number that was killed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => (),
            Err(error) => return Err(error),
        }
    }
}

impl Draft {
    fn new(file: File) -> Self {
        Self {
            file,
            hasher: Xxh3::new(),
            piece: Vec::with_capacity(PIECE),
        }
    }

    /// Appends bytes.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        if PIECE < self.piece.len() + bytes.len() {
            self.flush()?;
        }
        if PIECE < bytes.len() {
            self.hasher.update(bytes);
            return self.file.write_all(bytes);
        }
        self.piece.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hasher.update(&self.piece);
        self.file.write_all(&self.piece)?;
        self.piece.clear();
        Ok(())
    }

    fn end(mut self) -> io::Result<()> {
        self.hasher.update(&self.piece);
        self.piece.extend(self.hasher.digest128().to_le_bytes());
        self.file.write_all(&self.piece)
    }
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
        let write = |text: &[u8]| write(&path, |file| file.put(text)).unwrap();
        write(b"one");
        let read = Whole::read(&path);
        assert!(
            read.bytes == b"one" && !read.version.is_still(&path),
            "too new"
        );
        let hour_ago = SystemTime::now() - Duration::from_hours(1);
        let file = File::options().append(true).open(&path).unwrap();
        file.set_modified(hour_ago).unwrap();
        let read = Whole::read(&path);
        assert!(read.bytes == b"one" && read.version.is_still(&path));
        write(b"two");
        assert!(!read.version.is_still(&path));
    }

    #[test]
    fn files_that_differ_in_their_ending_have_drafts_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let of_somebody = folder.path().join(format!("x.{}", std::process::id()));
        fs::write(&of_somebody, "kept").unwrap();
        let (a, b) = (folder.path().join("x.a"), folder.path().join("x.b"));
        write(&a, |file| {
            write(&b, |file| file.put(b"b"))?;
            file.put(b"a")
        })
        .unwrap();
        assert_eq!(Whole::read(&a).bytes, b"a");
        assert_eq!(Whole::read(&b).bytes, b"b");
        assert_eq!(fs::read(&of_somebody).unwrap(), b"kept");
        let failed = write(&a, |_| Err(io::ErrorKind::StorageFull.into()));
        assert_eq!(failed.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(write(&folder.path().join("no/x"), |_| Ok(())).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_draft_takes_a_name_that_no_file_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        let (first, _) = create_beside(&path).unwrap();
        let name = first.file_name().unwrap().to_str().unwrap();
        let number = name.strip_prefix(&format!("table.{}.", std::process::id()));
        let number = number.and_then(|rest| rest.strip_suffix(".tmp")).unwrap();
        let number: usize = number.parse().unwrap();
        // Other tests take numbers as well: some of the next ones are free.
        let taken: Vec<PathBuf> = (1..20)
            .map(|step| {
                let name = format!("table.{}.{}.tmp", std::process::id(), number + step);
                folder.path().join(name)
            })
            .collect();
        for path in &taken {
            fs::write(path, "left").unwrap();
        }
        write(&path, |file| file.put(b"new")).unwrap();
        assert_eq!(Whole::read(&path).bytes, b"new");
        assert!(taken.iter().all(|path| fs::read(path).unwrap() == b"left"));
    }

    #[test]
    fn pieces_of_any_size_are_what_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        for sizes in [
            vec![],
            vec![0, 1],
            vec![PIECE, 1, PIECE - 1, 1],
            vec![9, PIECE + 1, 9],
            vec![3; 30_000],
        ] {
            let parts = sizes.iter().enumerate();
            let parts: Vec<Vec<u8>> = parts.map(|(at, size)| vec![at as u8; *size]).collect();
            write(&path, |file| {
                parts.iter().try_for_each(|part| file.put(part))
            })
            .unwrap();
            assert_eq!(Whole::read(&path).bytes, parts.concat());
        }
    }

    #[test]
    fn a_damaged_file_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        write(&path, |file| file.put(b"content")).unwrap();
        let bytes = fs::read(&path).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            fs::write(&path, damaged).unwrap();
            assert!(Whole::read(&path).bytes.is_empty());
            fs::write(&path, &bytes[..at]).unwrap();
            assert!(Whole::read(&path).bytes.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table");
        write(&path, |file| file.put(b"content")).unwrap();
        let failed = write(&path, |file| {
            file.put(&vec![1; 2 * PIECE])?;
            Err(io::ErrorKind::Other.into())
        });
        assert!(failed.is_err());
        assert_eq!(Whole::read(&path).bytes, b"content");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
