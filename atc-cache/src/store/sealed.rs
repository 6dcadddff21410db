//! What the log held when it was opened: read and checked when it is asked for.

use std::{fs::File, io, sync::Arc};

use super::{
    batch,
    entry::{HEADER_BYTES, Value},
};
use crate::Key;

/// Bytes that are read at once to find entries.
const WINDOW: usize = 16 << 10;

/// Where an entry of an earlier process lies in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) at: u64,
    /// Of its envelope.
    pub(super) bytes: usize,
}

/// The log as an earlier process left it.
#[derive(Clone, Debug)]
pub(super) enum Content {
    /// Its file: the system says whether it has what is asked for in memory.
    File(Arc<File>),
    /// All of it, where the system cannot say.
    Memory(Arc<[u8]>),
}

/// Only the disk has it, and who asked is not to wait for a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OnDisk;

/// Whether a read may wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    Wait,
    Never,
}

impl Content {
    /// The content of a file that is at its beginning. May wait for the disk.
    pub(super) fn of(file: &Arc<File>) -> io::Result<Self> {
        if positioned::says_what_it_has(file) {
            return Ok(Self::File(Arc::clone(file)));
        }
        let mut content = Vec::new();
        io::Read::read_to_end(&mut &**file, &mut content)?;
        Ok(Self::Memory(content.into()))
    }

    /// What its first `length` bytes hold, up to the first batch that is not whole. May wait for the disk.
    pub(super) fn measure(&self, length: u64) -> Measured {
        let mut measured = Measured::default();
        let mut window = Window {
            content: self,
            length,
            begin: 0,
            bytes: Vec::new(),
        };
        while let Some((entries, end)) = window.batch(measured.bytes) {
            measured.last = (measured.bytes, measured.entries.len());
            measured.entries.extend(entries);
            measured.bytes = end;
        }
        measured
    }

    /// The entry of `key`; `None` if it is damaged.
    pub(super) fn unseal(
        &self,
        key: &Key,
        sealed: Sealed,
        patience: Patience,
    ) -> Result<Option<Value>, OnDisk> {
        let mut header = [0; HEADER_BYTES];
        let Some(length) = sealed.bytes.checked_sub(HEADER_BYTES) else {
            return Ok(None);
        };
        let mut payload: Arc<[u8]> = std::iter::repeat_n(0, length).collect();
        let fresh = Arc::get_mut(&mut payload).expect("nobody else has it yet");
        match self.read(sealed.at, [&mut header, fresh], patience) {
            Ok(()) => {
                let value = Value::checked(&header, payload);
                Ok(value.filter(|value| value.key == *key))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(OnDisk),
            Err(_) => Ok(None),
        }
    }

    /// Fills two buffers with what lies at `at`.
    fn read(&self, at: u64, parts: [&mut [u8]; 2], patience: Patience) -> io::Result<()> {
        match self {
            Self::File(file) => positioned::read(file, at, parts, patience),
            Self::Memory(content) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let mut rest = content.get(at..).unwrap_or_default();
                for part in parts {
                    io::Read::read_exact(&mut rest, part)?;
                }
                Ok(())
            }
        }
    }
}

/// What a log holds.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// Oldest first.
    pub(super) entries: Vec<(Key, Sealed)>,
    /// Of whole batches.
    pub(super) bytes: u64,
    /// Where the last batch begins, and which of the entries is its first.
    pub(super) last: (u64, usize),
}

/// A piece of a log: one read finds the lists of many small batches.
struct Window<'a> {
    content: &'a Content,
    /// Of the log.
    length: u64,
    begin: u64,
    bytes: Vec<u8>,
}

impl Window<'_> {
    /// What the batch at `at` holds, and where it ends; `None` if there is no whole one.
    fn batch(&mut self, at: u64) -> Option<(Vec<(Key, Sealed)>, u64)> {
        let list_end = batch::list_end(self.get(at, batch::HEAD_BYTES)?.first_chunk()?)?;
        let batch = batch::decode(self.get(at, list_end)?, at);
        batch.filter(|(_, end)| *end <= self.length)
    }

    /// `n_bytes` from `at` on, if they are there.
    fn get(&mut self, at: u64, n_bytes: usize) -> Option<&[u8]> {
        let room = self.length.checked_sub(at)?;
        if room < n_bytes as u64 {
            return None;
        }
        let held = self.begin..self.begin + self.bytes.len() as u64;
        if !held.contains(&at) || held.end < at + n_bytes as u64 {
            self.begin = at;
            let n_read = (WINDOW.max(n_bytes) as u64).min(room) as usize;
            self.bytes.resize(n_read, 0);
            let parts = [&mut self.bytes[..], &mut []];
            self.content.read(at, parts, Patience::Wait).ok()?;
        }
        let from = (at - self.begin) as usize;
        self.bytes.get(from..from + n_bytes)
    }
}

#[cfg(target_os = "linux")]
mod positioned {
    use std::{
        fs::File,
        io::{self, IoSliceMut},
        os::unix::fs::FileExt as _,
        sync::Arc,
    };

    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    use super::{super::ahead, Patience};

    /// Whether a read of the file that would wait can be refused.
    pub(super) fn says_what_it_has(file: &File) -> bool {
        let mut byte = [0];
        let mut parts = [IoSliceMut::new(&mut byte)];
        let read = preadv2(file, &mut parts, 0, ReadWriteFlags::NOWAIT);
        matches!(read, Ok(_) | Err(Errno::AGAIN))
    }

    pub(super) fn read(
        file: &Arc<File>,
        at: u64,
        parts: [&mut [u8]; 2],
        patience: Patience,
    ) -> io::Result<()> {
        if patience == Patience::Never {
            return ahead::read_at_once(file, at, parts);
        }
        let [first, second] = parts;
        file.read_exact_at(first, at)?;
        file.read_exact_at(second, at + first.len() as u64)
    }
}

#[cfg(not(target_os = "linux"))]
mod positioned {
    use std::{fs::File, io, sync::Arc};

    use super::Patience;

    /// Other systems do not say.
    pub(super) fn says_what_it_has(_: &File) -> bool {
        false
    }

    pub(super) fn read(_: &Arc<File>, _: u64, _: [&mut [u8]; 2], _: Patience) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, time::Duration};

    use super::*;

    fn value(number: u8, length: usize) -> Value {
        Value {
            key: Key::from_bytes([number; 32]),
            cost: Duration::ZERO,
            payload: vec![number; length].into(),
        }
    }

    #[test]
    fn a_file_and_its_bytes_in_memory_hold_the_same() {
        let mut batches = vec![vec![value(1, 5_000), value(2, 0)], vec![value(3, 70)]];
        batches.push((4..60).map(|number| value(number, 5_000)).collect());
        batches.push(vec![value(60, 200_000)]);
        batches.push((61..=255).map(|number| value(number, 9)).collect());
        batches.extend((61..=255).map(|number| vec![value(number, 400)]));
        batches.push(vec![value(0, WINDOW)]);
        let mut bytes: Vec<u8> = batches.iter().flat_map(|all| batch::encode(all)).collect();
        let length = bytes.len() as u64;
        bytes.extend(&batch::encode(&[value(9, 9)])[..30]);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let of_file = Content::of(&Arc::new(file)).unwrap();
        assert_eq!(
            matches!(of_file, Content::File(_)),
            cfg!(target_os = "linux")
        );
        // No value has it: theirs are of one byte again and again.
        let stranger = Key::from_bytes(std::array::from_fn(|at| at as u8));
        for content in [of_file, Content::Memory(bytes.into())] {
            let measured = content.measure(length + 30);
            assert_eq!(measured.bytes, length);
            let expected: Vec<&Value> = batches.iter().flatten().collect();
            assert_eq!(measured.entries.len(), expected.len());
            for ((key, sealed), expected) in measured.entries.into_iter().zip(expected) {
                assert_eq!(key, expected.key);
                let unseal = |key| content.unseal(key, sealed, Patience::Never).unwrap();
                assert_eq!(unseal(&key).unwrap().payload, expected.payload);
                assert!(unseal(&stranger).is_none());
            }
            let (mut end, mut n_before) = (0, 0);
            for batch in &batches {
                let begin = end;
                end += batch::len(batch) as u64;
                let cut = content.measure(end - 1);
                assert_eq!((cut.bytes, cut.entries.len()), (begin, n_before));
                n_before += batch.len();
                let whole = content.measure(end);
                assert_eq!((whole.bytes, whole.entries.len()), (end, n_before));
                assert_eq!(whole.last, (begin, n_before - batch.len()));
            }
        }
    }

    #[test]
    fn a_log_whose_lists_are_damaged_ends_there() {
        let batches = [vec![value(1, 50), value(2, 60)], vec![value(3, 70)]];
        let bytes: Vec<u8> = batches.iter().flat_map(|all| batch::encode(all)).collect();
        let second = batch::len(&batches[0]);
        for (begin, list) in [(0, 2 * 40), (second, 40)] {
            for at in begin..begin + batch::HEAD_BYTES + list {
                for bit in [1, 128] {
                    let mut damaged = bytes.clone();
                    damaged[at] ^= bit;
                    let measured = Content::Memory(damaged.into()).measure(bytes.len() as u64);
                    assert_eq!(measured.bytes, begin as u64, "{at}");
                }
            }
        }
    }

    #[test]
    fn an_entry_that_was_cut_off_meanwhile_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recent");
        let bytes = batch::encode(&[value(1, 100)]);
        fs::write(&path, &bytes).unwrap();
        let file = Arc::new(File::options().read(true).write(true).open(&path).unwrap());
        let content = Content::of(&file).unwrap();
        let (key, sealed) = content.measure(bytes.len() as u64).entries[0];
        file.set_len(50).unwrap();
        if let Content::File(_) = content {
            assert_eq!(
                content.unseal(&key, sealed, Patience::Never).unwrap_err(),
                OnDisk
            );
            assert!(
                content
                    .unseal(&key, sealed, Patience::Wait)
                    .unwrap()
                    .is_none()
            );
        }
    }
}
