//! The directory: one process at a time, one format at a time.
//!
//! ```text
//! lock         held by the process that uses the directory
//! format       what wrote the rest, in words
//! recent       newest entries, one batch after the other
//! blocks/      foyer's block files
//! set-aside/   the last directory of another format
//! ```

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{Warning, batch::LOG, config::Geometry, entry::ENVELOPE};

/// The release line of foyer whose blocks we can read.
const FOYER: &str = "0.22";

/// How often, and how far apart, a lock is tried: one that is held for a moment is not in use.
const TRIES: (u32, Duration) = (10, Duration::from_millis(10));

/// A directory this process holds. The lock goes when it is dropped.
#[derive(Debug)]
pub(super) struct Directory {
    root: PathBuf,
    lock: File,
}

impl Drop for Directory {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that was forked just now still has it open.
        let _ = self.lock.unlock();
    }
}

impl Directory {
    /// Takes the directory, and makes it fit `geometry`.
    ///
    /// A warning beside it says what was set aside; one instead of it, why this process must do
    /// without a directory.
    pub(super) fn take(
        root: &Path,
        geometry: Geometry,
    ) -> Result<(Self, Option<Warning>), Warning> {
        let unusable = |error| unusable(root, &error);
        fs::create_dir_all(root).map_err(unusable)?;
        let directory = Self::lock(root)?;
        let set_aside = directory.ensure_format(geometry).map_err(unusable)?;
        fs::create_dir_all(directory.blocks()).map_err(unusable)?;
        Ok((directory, set_aside.map(|to| Warning::SetAside { to })))
    }

    /// Removes all that was ever kept in `root`. The lock file stays, others may be waiting at it.
    pub(super) fn clear(root: &Path) -> Result<(), Warning> {
        if !root.exists() {
            return Ok(());
        }
        let directory = Self::lock(root)?;
        let remove = || {
            let aside = directory.set_aside()?;
            fs::remove_dir_all(aside)
        };
        remove().map_err(|error| unusable(root, &error))
    }

    fn lock(root: &Path) -> Result<Self, Warning> {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join("lock"))
            .map_err(|error| unusable(root, &error))?;
        let (tries, pause) = TRIES;
        for _ in 0..tries {
            match lock.try_lock() {
                Ok(()) => {
                    return Ok(Self {
                        root: root.to_owned(),
                        lock,
                    });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(pause),
                Err(TryLockError::Error(error)) => return Err(unusable(root, &error)),
            }
        }
        Err(Warning::InUse {
            directory: root.to_owned(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn blocks(&self) -> PathBuf {
        self.root.join("blocks")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("recent")
    }

    /// Sets aside what another format wrote; says where it is now.
    fn ensure_format(&self, geometry: Geometry) -> io::Result<Option<PathBuf>> {
        let ours = format!(
            "atc-cache envelope {ENVELOPE}, log {LOG}\nfoyer {FOYER}\nschema {}\nblock {}\nblocks {}\n",
            geometry.schema, geometry.block_bytes, geometry.n_blocks
        );
        let marker = self.root.join("format");
        let found = fs::read(&marker).ok();
        if found.as_deref() == Some(ours.as_bytes()) {
            return Ok(None);
        }
        let set_aside = if found.is_some() || self.blocks().exists() || self.log().exists() {
            Some(self.set_aside()?)
        } else {
            None
        };
        // Under another name first, so that a marker is never half written.
        let draft = self.root.join("format.new");
        fs::write(&draft, ours)?;
        fs::rename(draft, marker)?;
        Ok(set_aside)
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        let aside = self.root.join("set-aside");
        if aside.exists() {
            fs::remove_dir_all(&aside)?;
        }
        fs::create_dir(&aside)?;
        // The marker goes first: a crash after it leaves a directory without one, to be set aside.
        for name in ["format", "recent", "blocks"] {
            let from = self.root.join(name);
            if from.exists() {
                fs::rename(from, aside.join(name))?;
            }
        }
        Ok(aside)
    }
}

fn unusable(root: &Path, error: &io::Error) -> Warning {
    Warning::Unusable {
        directory: root.to_owned(),
        reason: error.to_string(),
    }
}
