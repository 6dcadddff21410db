//! Looking for inputs with settings.

use std::io;
use std::path::Path;

use super::discover::{Discovered, found};
use super::folder::{self, Kind};
use super::folders::Folders;
#[cfg(feature = "remote")]
use super::remote::Remote;

/// As [`discover`](super::discover), with what it needs to know to find more, or sooner.
#[derive(Clone, Debug, Default)]
pub struct Finder<'a> {
    folders: Option<&'a Folders>,
    #[cfg(feature = "remote")]
    pub(super) remote: Remote,
}

impl<'a> Finder<'a> {
    /// What is remembered of folders.
    #[must_use]
    pub fn folders(mut self, folders: &'a Folders) -> Self {
        self.folders = Some(folders);
        self
    }

    /// The settings of object stores.
    #[cfg(feature = "remote")]
    #[must_use]
    pub fn remote(mut self, remote: &Remote) -> Self {
        self.remote = remote.clone();
        self
    }

    /// Turns paths into sources.
    pub fn find(&self, paths: &[String]) -> Discovered {
        found(self, paths)
    }

    /// Calls `each` with the name and the kind of everything in a folder.
    pub(super) fn list(&self, folder: &Path, each: impl FnMut(&str, Kind)) -> io::Result<()> {
        match self.folders {
            Some(folders) => folders.list(folder, each),
            None => folder::list(folder, each),
        }
    }
}
