//! The newest entries, in a file of their own until they are worth a block.
//!
//! Each process that writes to the blocks begins a new one, and what it leaves of it is lost. So a
//! process that only adds a few entries appends them here, and the log is moved into blocks when it
//! would fill two of them. What it held when it was opened is read and checked when it is asked for.

use std::{
    fs::{File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::Path,
    sync::Arc,
};

use super::{
    entry::Value,
    sealed::{Content, Patience, Sealed},
};
use crate::Key;

/// A file of envelopes, one after the other, and what is in them.
#[derive(Debug)]
pub(super) struct Log {
    file: Arc<File>,
    content: Content,
    /// What it held when it was opened.
    sealed: Vec<(Key, Sealed)>,
    appended: Vec<Value>,
    bytes: u64,
}

impl Log {
    /// Opens the log, and looks for the entries up to the first that is not whole: what follows was
    /// being written when its process died, and is cut off.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let file = Arc::new(options.open(path)?);
        let length = file.metadata()?.len();
        let content = Content::of(&file)?;
        let mut sealed = content.measure(length);
        let mut bytes = sealed
            .last()
            .map_or(0, |(_, last)| last.at + last.bytes as u64);
        let is_right = |(key, one): &(Key, Sealed)| {
            matches!(content.unseal(key, *one, Patience::Wait), Ok(Some(_)))
        };
        // Its last bytes may never have reached the disk.
        if let Some((_, last)) = sealed.pop_if(|last| !is_right(last)) {
            bytes = last.at;
        }
        let mut log = Self {
            file,
            content,
            sealed,
            appended: Vec::new(),
            bytes,
        };
        log.cut()?;
        Ok(log)
    }

    /// The bytes that [`sealed`](Self::sealed) is about.
    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// What it held when it was opened, oldest first.
    pub(super) fn sealed(&self) -> &[(Key, Sealed)] {
        &self.sealed
    }

    /// The entries it holds, oldest first, without those that are damaged. May wait for the disk.
    pub(super) fn values(&self) -> Vec<Value> {
        let unseal = |(key, one): &(Key, Sealed)| {
            let value = self.content.unseal(key, *one, Patience::Wait);
            value.ok().flatten()
        };
        let sealed = self.sealed.iter().filter_map(unseal);
        sealed.chain(self.appended.iter().cloned()).collect()
    }

    /// Bytes of whole entries.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Appends `values`, all or none.
    pub(super) fn append(&mut self, values: &[Value]) -> io::Result<()> {
        let bytes = values.iter().map(Value::sealed_bytes).sum();
        let mut frames = Vec::with_capacity(bytes);
        for value in values {
            frames.extend_from_slice(&value.header());
            frames.extend_from_slice(&value.payload);
        }
        if let Err(error) = (&*self.file).write_all(&frames) {
            self.cut()?;
            return Err(error);
        }
        self.bytes += bytes as u64;
        self.appended.extend_from_slice(values);
        Ok(())
    }

    /// Forgets all entries.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        self.bytes = 0;
        self.sealed.clear();
        self.appended.clear();
        self.cut()
    }

    /// Ends the file after the last whole entry.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.bytes)?;
        (&*self.file).seek(SeekFrom::Start(self.bytes))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Key;
    use std::{fs, time::Duration};

    fn value(number: u8) -> Value {
        Value {
            key: Key::from_bytes([number; 32]),
            cost: Duration::ZERO,
            payload: vec![number; 100].into(),
        }
    }

    #[test]
    fn a_torn_end_costs_only_the_entry_it_tore() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recent");
        let mut log = Log::open(&path).unwrap();
        assert!(log.values().is_empty());
        log.append(&[value(1), value(2)]).unwrap();
        log.append(&[value(3)]).unwrap();
        drop(log);
        let whole = fs::read(&path).unwrap();
        let entry = whole.len() / 3;
        for length in [whole.len(), whole.len() - 1, 2 * entry + 1, 2 * entry, 5, 0] {
            fs::write(&path, &whole[..length]).unwrap();
            let mut log = Log::open(&path).unwrap();
            assert_eq!(log.values().len(), length / entry, "cut to {length}");
            log.append(&[value(4)]).unwrap();
            let log = Log::open(&path).unwrap();
            assert_eq!(log.values().last().unwrap().key, value(4).key);
        }
    }
}
