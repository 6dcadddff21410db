//! What the log held when it was opened: read and checked when it is asked for.

use std::{fs::File, io, sync::Arc};

use super::entry::{HEADER_BYTES, Value};
use crate::Key;

/// Bytes that are read at once to find entries.
const WINDOW: usize = 64 << 10;

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

    /// The keys and the places of the envelopes it begins with, of `length` bytes, up to the first
    /// that is not whole. May wait for the disk.
    pub(super) fn measure(&self, length: u64) -> Vec<(Key, Sealed)> {
        let (mut found, mut end) = (Vec::new(), 0);
        // Most entries are smaller than a window: one read finds the headers of many.
        let (mut window, mut begin) = (Vec::new(), 0);
        while end + HEADER_BYTES as u64 <= length {
            let mut at = (end - begin) as usize;
            if window.len() < at + HEADER_BYTES {
                (begin, at) = (end, 0);
                window.resize(WINDOW.min((length - begin) as usize), 0);
                if self
                    .read(begin, [&mut window, &mut []], Patience::Wait)
                    .is_err()
                {
                    break;
                }
            }
            let header = window[at..].first_chunk();
            let Some((key, bytes)) = header.and_then(Value::measure) else {
                break;
            };
            let sealed = Sealed { at: end, bytes };
            match end.checked_add(bytes as u64) {
                Some(next) if next <= length => end = next,
                _ => break,
            }
            found.push((key, sealed));
        }
        found
    }

    /// The entry of `key`; `None` if it is damaged.
    pub(super) fn unseal(
        &self,
        key: &Key,
        sealed: Sealed,
        patience: Patience,
    ) -> Result<Option<Value>, OnDisk> {
        let mut header = [0; HEADER_BYTES];
        let length = sealed.bytes - HEADER_BYTES;
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
        let mut file = tempfile::tempfile().unwrap();
        let mut values = vec![value(1, 5_000), value(2, 0), value(3, 70)];
        values.extend((4..60).map(|number| value(number, 5_000)));
        values.extend([
            value(60, 200_000),
            value(61, WINDOW - HEADER_BYTES - 10),
            value(62, 9),
        ]);
        for value in &values {
            file.write_all(&value.header()).unwrap();
            file.write_all(&value.payload).unwrap();
        }
        file.write_all(&values[0].header()[..70]).unwrap();
        let length = file.metadata().unwrap().len();
        io::Seek::rewind(&mut file).unwrap();
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let of_file = Content::of(&Arc::new(file)).unwrap();
        assert_eq!(
            matches!(of_file, Content::File(_)),
            cfg!(target_os = "linux")
        );
        for content in [of_file, Content::Memory(bytes.into())] {
            let found = content.measure(length);
            assert_eq!(found.len(), values.len());
            for ((key, sealed), expected) in found.into_iter().zip(&values) {
                assert_eq!(key, expected.key);
                let unseal = |key| content.unseal(key, sealed, Patience::Never).unwrap();
                assert_eq!(unseal(&key).unwrap().payload, expected.payload);
                assert!(unseal(&Key::from_bytes([99; 32])).is_none());
                let n_before = content.measure(sealed.at + sealed.bytes as u64 - 1).len();
                assert_eq!(
                    n_before + 1,
                    content.measure(sealed.at + sealed.bytes as u64).len()
                );
            }
        }
    }

    #[test]
    fn an_entry_that_was_cut_off_meanwhile_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recent");
        let value = value(1, 100);
        fs::write(&path, [&value.header()[..], &value.payload].concat()).unwrap();
        let file = Arc::new(File::options().read(true).write(true).open(&path).unwrap());
        let content = Content::of(&file).unwrap();
        let (key, sealed) = content.measure(172)[0];
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
