//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

/// A file that takes its place only when it is complete.
///
/// What is written goes to a temporary file in the same folder, which [`commit`](Self::commit)
/// renames; dropped before that, it leaves no trace and the file that was there stays as it was.
/// A path that names a device or a pipe is written directly, a link is followed.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    target: PathBuf,
    /// Where the bytes are until then; a device has no such place.
    temporary: Option<TempPath>,
}

impl AtomicFile {
    /// Begins a file.
    ///
    /// # Errors
    ///
    /// If `path` is a folder, or its folder is missing or cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        // A link stays a link: what it points to is replaced.
        let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let known = fs::metadata(&target).ok();
        if known.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if known.as_ref().is_some_and(|known| !known.is_file()) {
            return Ok(Self {
                writer: BufWriter::new(File::options().write(true).open(&target)?),
                target,
                temporary: None,
            });
        }
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(".atc-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What a plainly created file would have; the umask applies.
            let usual = fs::Permissions::from_mode(0o666);
            builder.permissions(known.map_or(usual, |known| known.permissions()));
        }
        let (file, temporary) = builder.tempfile_in(folder)?.into_parts();
        Ok(Self {
            writer: BufWriter::new(file),
            target,
            temporary: Some(temporary),
        })
    }

    /// Puts the complete file in its place.
    ///
    /// # Errors
    ///
    /// If the rest cannot be written or the file not be renamed; then nothing has changed.
    pub fn commit(mut self) -> io::Result<()> {
        self.writer.flush()?;
        match self.temporary {
            Some(temporary) => Ok(temporary.persist(&self.target)?),
            None => Ok(()),
        }
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uncommitted_file_leaves_the_old_one_and_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
