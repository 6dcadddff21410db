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
    batch,
    disk::{Newest, Recent},
    entry::Value,
    sealed::{Content, Measured, Patience, Sealed},
};
use crate::Key;

/// A file of batches, one after the other, and what is in them.
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
    /// Opens the log, and looks for the entries up to the first batch that is not whole: that was being written
    /// when its process died, which had told nobody that it was there, and is cut off.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).read(true).write(true);
        let file = Arc::new(options.open(path)?);
        let length = file.metadata()?.len();
        let content = Content::of(&file)?;
        let Measured {
            entries: mut sealed,
            mut bytes,
            last: (begin, first),
        } = content.measure(length);
        // After a power cut, its last bytes may never have reached the disk.
        if let Some((key, last)) = sealed.last()
            && !matches!(content.unseal(key, *last, Patience::Wait), Ok(Some(_)))
        {
            sealed.truncate(first);
            bytes = begin;
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

    /// The bytes that [`newest`](Self::newest) is about.
    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// What it held when it was opened.
    pub(super) fn newest(&self) -> Newest {
        let sealed = self.sealed.iter();
        sealed
            .map(|(key, one)| (*key, Recent::Sealed(*one)))
            .collect()
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

    /// How many bytes it has with another batch.
    pub(super) fn bytes_with(&self, values: &[Value]) -> u64 {
        self.bytes + batch::len(values) as u64
    }

    /// Appends `values`, all or none.
    pub(super) fn append(&mut self, values: &[Value]) -> io::Result<()> {
        let batch = batch::encode(values);
        if let Err(error) = (&*self.file).write_all(&batch) {
            self.cut()?;
            return Err(error);
        }
        self.bytes += batch.len() as u64;
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

    /// Ends the file after the last whole batch.
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
    fn a_torn_end_costs_only_the_batch_it_tore() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recent");
        let mut log = Log::open(&path).unwrap();
        assert!(log.values().is_empty());
        let batches = [vec![value(1), value(2)], vec![value(3)]];
        for batch in &batches {
            log.append(batch).unwrap();
        }
        drop(log);
        let whole = fs::read(&path).unwrap();
        let first = batch::len(&batches[0]);
        for length in (0..=whole.len()).rev() {
            fs::write(&path, &whole[..length]).unwrap();
            let mut log = Log::open(&path).unwrap();
            let n_values = if length == whole.len() {
                3
            } else if first <= length {
                2
            } else {
                0
            };
            assert_eq!(log.values().len(), n_values, "cut to {length}");
            log.append(&[value(4)]).unwrap();
            let log = Log::open(&path).unwrap();
            assert_eq!(log.values().len(), n_values + 1);
            assert_eq!(log.values().last().unwrap().key, value(4).key);
        }
        // As after a power cut: its place is there, its bytes are not.
        let mut lost = whole.clone();
        lost[first + 100..].fill(0);
        fs::write(&path, lost).unwrap();
        assert_eq!(Log::open(&path).unwrap().values().len(), 2);
    }
}
