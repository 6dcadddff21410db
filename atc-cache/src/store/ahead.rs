//! Reads of a file that go on from one another: what lies ahead is read with them.
//!
//! Who scans a market asks for the entries of the log about in their order, and each call of the system costs more
//! than the bytes of ten entries. One file and one piece of it per thread are remembered.

use std::{
    cell::RefCell,
    fs::File,
    io::{self, IoSliceMut},
    sync::{Arc, Weak},
};

use rustix::io::{ReadWriteFlags, preadv2};

/// Bytes that are read at once, and how far ahead of the last ones a read still goes on from them.
const WINDOW: usize = 32 << 10;

thread_local! {
    static LAST: RefCell<Window> = const { RefCell::new(Window::new()) };
}

/// Fills two buffers with what lies at `at` in a file that is only written elsewhere.
///
/// # Errors
///
/// [`WouldBlock`](io::ErrorKind::WouldBlock) if only the disk can tell what is there.
pub(super) fn read_at_once(file: &Arc<File>, at: u64, parts: [&mut [u8]; 2]) -> io::Result<()> {
    LAST.with_borrow_mut(|last| last.read(file, at, parts))
}

/// The bytes of a file that were read last.
#[derive(Debug)]
struct Window {
    file: Weak<File>,
    begin: u64,
    bytes: Vec<u8>,
}

impl Window {
    const fn new() -> Self {
        Self {
            file: Weak::new(),
            begin: 0,
            bytes: Vec::new(),
        }
    }

    fn read(&mut self, file: &Arc<File>, at: u64, parts: [&mut [u8]; 2]) -> io::Result<()> {
        let n_bytes = parts[0].len() + parts[1].len();
        if self.held(file, at, n_bytes).is_none() && self.leads_to(file, at) {
            self.fill(file, at);
        }
        let [first, second] = parts;
        if let Some(held) = self.held(file, at, n_bytes) {
            let (head, rest) = held.split_at(first.len());
            first.copy_from_slice(head);
            second.copy_from_slice(rest);
            return Ok(());
        }
        self.file = Arc::downgrade(file);
        self.begin = at + n_bytes as u64;
        self.bytes.clear();
        let mut parts = [IoSliceMut::new(first), IoSliceMut::new(second)];
        let n_read = preadv2(file, &mut parts, at, ReadWriteFlags::NOWAIT)?;
        if n_read < n_bytes {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(())
    }

    /// `n_bytes` from `at` on, if they are here.
    fn held(&self, file: &Arc<File>, at: u64, n_bytes: usize) -> Option<&[u8]> {
        if !self.is_of(file) {
            return None;
        }
        let from = usize::try_from(at.checked_sub(self.begin)?).ok()?;
        self.bytes.get(from..from.checked_add(n_bytes)?)
    }

    /// Whether a read at `at` goes on from the last one.
    fn leads_to(&self, file: &Arc<File>, at: u64) -> bool {
        let end = self.begin + self.bytes.len() as u64;
        self.is_of(file) && (end..end + WINDOW as u64).contains(&at)
    }

    fn is_of(&self, file: &Arc<File>) -> bool {
        // As long as this is here, no other file can have its address.
        self.file.as_ptr() == Arc::as_ptr(file)
    }

    /// Reads what lies at `at` and ahead, as far as the system has it in memory.
    fn fill(&mut self, file: &File, at: u64) {
        self.begin = at;
        self.bytes.resize(WINDOW, 0);
        let mut parts = [IoSliceMut::new(&mut self.bytes)];
        let n_read = preadv2(file, &mut parts, at, ReadWriteFlags::NOWAIT).unwrap_or(0);
        self.bytes.truncate(n_read);
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    fn file(bytes: &[u8]) -> Arc<File> {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(bytes, 0).unwrap();
        Arc::new(file)
    }

    fn read(file: &Arc<File>, at: usize, n_bytes: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; n_bytes];
        let (first, second) = bytes.split_at_mut(n_bytes / 3);
        let read = read_at_once(file, at as u64, [first, second]);
        read.ok().map(|()| bytes)
    }

    #[test]
    fn reads_in_any_order_give_what_is_there() {
        let content: Vec<u8> = (0..3 * WINDOW).map(|at| (at % 251) as u8).collect();
        let files = [file(&content), file(&content[7..])];
        let steps = [0, 100, 5_000, 5_001, WINDOW - 1, WINDOW, 2 * WINDOW, 17];
        for (turn, from) in (0..steps.len()).cycle().take(400).enumerate() {
            let at = (steps[from] + 611 * turn) % content.len();
            for (of, skipped) in [(&files[0], 0), (&files[1], 7), (&files[0], 0)] {
                for n_bytes in [0, 3, 2_700, WINDOW + 9] {
                    let expected = content[skipped..].get(at..at + n_bytes);
                    assert_eq!(read(of, at, n_bytes).as_deref(), expected, "{at}");
                }
            }
        }
    }

    #[test]
    fn what_lies_ahead_was_read_with_the_second_of_two_that_follow_each_other() {
        let file = file(&[1; 1_000]);
        let change = |to: u8| file.write_all_at(&[to; 1_000], 0).unwrap();
        assert_eq!(read(&file, 0, 100).unwrap(), [1; 100]);
        change(2);
        assert_eq!(read(&file, 150, 100).unwrap(), [2; 100]);
        change(3);
        assert_eq!(read(&file, 300, 100).unwrap(), [2; 100]);
        // Back, and on from there.
        assert_eq!(read(&file, 0, 100).unwrap(), [3; 100]);
        change(4);
        assert_eq!(read(&file, 100, 100).unwrap(), [4; 100]);
    }
}
