//! Files that are there whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempPath};

/// A file that takes its place only when it is complete.
///
/// What is written goes to a temporary file in the same folder, which [`commit`](Self::commit)
/// renames; dropped before that, it leaves no trace and the file that was there stays as it was. On
/// Linux the temporary file has no name until then, so that not even a process that is killed leaves one behind.
/// A path that names a device or a pipe is written directly, a link is followed.
#[derive(Debug)]
pub struct AtomicFile {
    writer: BufWriter<File>,
    target: PathBuf,
    draft: Draft,
}

/// Where the bytes are until a file is complete.
#[derive(Debug)]
enum Draft {
    /// Where they belong: a device or a pipe.
    InPlace,
    Named(TempPath),
    #[cfg(target_os = "linux")]
    Unnamed,
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
                draft: Draft::InPlace,
            });
        }
        let (file, draft) = Draft::begin(folder_of(&target), known.as_ref())?;
        Ok(Self {
            writer: BufWriter::new(file),
            target,
            draft,
        })
    }

    /// Puts the complete file in its place.
    ///
    /// # Errors
    ///
    /// If the rest cannot be written or the file not be renamed; then nothing has changed.
    pub fn commit(mut self) -> io::Result<()> {
        self.writer.flush()?;
        match self.draft {
            Draft::InPlace => Ok(()),
            Draft::Named(temporary) => Ok(temporary.persist(&self.target)?),
            #[cfg(target_os = "linux")]
            Draft::Unnamed => {
                let folder = folder_of(&self.target);
                let name = |path: &Path| unnamed::name(self.writer.get_ref(), path);
                let temporary = builder().make_in(folder, name)?.into_temp_path();
                Ok(temporary.persist(&self.target)?)
            }
        }
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn builder() -> Builder<'static, 'static> {
    let mut builder = Builder::new();
    builder.prefix(".atc-").suffix(".part");
    builder
}

impl Draft {
    /// A file for what is to replace `known`.
    #[cfg(unix)]
    fn begin(folder: &Path, known: Option<&fs::Metadata>) -> io::Result<(File, Self)> {
        use std::os::unix::fs::PermissionsExt;
        // What a plainly created file would have; the umask applies.
        let permissions =
            known.map_or(fs::Permissions::from_mode(0o666), fs::Metadata::permissions);
        #[cfg(target_os = "linux")]
        if let Some(file) = unnamed::create(folder, permissions.mode()) {
            return Ok((file, Self::Unnamed));
        }
        let mut builder = builder();
        let (file, path) = builder
            .permissions(permissions)
            .tempfile_in(folder)?
            .into_parts();
        Ok((file, Self::Named(path)))
    }

    /// A file for what is to come.
    #[cfg(not(unix))]
    fn begin(folder: &Path, _: Option<&fs::Metadata>) -> io::Result<(File, Self)> {
        let (file, path) = builder().tempfile_in(folder)?.into_parts();
        Ok((file, Self::Named(path)))
    }
}

/// Files without a name, which end with the process that has them open.
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::path::{Path, PathBuf};

    use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, open};

    /// A file in `folder`; `None` if its file system has no such files, or they could not be named later.
    pub(super) fn create(folder: &Path, mode: u32) -> Option<File> {
        let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC;
        let file = File::from(open(folder, flags, Mode::from_raw_mode(mode)).ok()?);
        place(&file).exists().then_some(file)
    }

    /// Gives a file a name.
    pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
        Ok(linkat(
            CWD,
            place(file),
            CWD,
            path,
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }

    fn place(file: &File) -> PathBuf {
        format!("/proc/self/fd/{}", file.as_raw_fd()).into()
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
        let is_unnamed = !matches!(file.draft, Draft::Named(_));
        let n_files = if is_unnamed { 1 } else { 2 };
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), n_files);
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_those_of_the_file_before_or_of_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, new) = (folder.path().join("plain"), folder.path().join("new"));
        fs::write(&plain, "").unwrap();
        AtomicFile::create(&new).unwrap().commit().unwrap();
        assert_eq!(mode(&new), mode(&plain));
        fs::set_permissions(&new, fs::Permissions::from_mode(0o600)).unwrap();
        AtomicFile::create(&new).unwrap().commit().unwrap();
        assert_eq!(mode(&new), 0o600);
    }
}
