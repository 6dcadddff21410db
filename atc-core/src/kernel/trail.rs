//! The most recent rows of something, in one contiguous slice.

/// Keeps at least the last `keep` rows, with room for a block of new ones.
///
/// New rows are appended behind the old; only when the buffer is full do the
/// last `keep` move to its front, so that a row costs constant time and every
/// window is a plain slice.
#[derive(Clone, Debug)]
pub(crate) struct Trail<T> {
    keep: usize,
    head: usize,
    rows: Vec<T>,
}

impl<T: Copy> Trail<T> {
    /// A trail that remembers `keep` rows, all `blank` at first, and takes
    /// blocks of up to `block` rows.
    pub(crate) fn new(keep: usize, block: usize, blank: T) -> Self {
        // Moving costs a copy of one row in four, or of one in a block of bars.
        let room = block.max((4 * keep).min(4 * block));
        Self {
            keep,
            head: keep,
            rows: vec![blank; keep + room],
        }
    }

    /// Forgets everything: all rows are `blank` again.
    pub(crate) fn reset(&mut self, blank: T) {
        self.head = self.keep;
        self.kept_mut().fill(blank);
    }

    /// Makes room for `n` rows and returns the index at which they go.
    #[inline(always)]
    pub(crate) fn reserve(&mut self, n: usize) -> usize {
        if self.head + n > self.rows.len() {
            self.rows.copy_within(self.head - self.keep..self.head, 0);
            self.head = self.keep;
        }
        let start = self.head;
        self.head += n;
        start
    }

    /// All rows; those before the index that `reserve` gave are the past.
    #[inline(always)]
    pub(crate) fn rows(&self) -> &[T] {
        &self.rows[..self.head]
    }

    /// As [`rows`](Self::rows), to write the reserved ones.
    #[inline(always)]
    pub(crate) fn rows_mut(&mut self) -> &mut [T] {
        &mut self.rows[..self.head]
    }

    /// As [`kept`](Self::kept), to replace them.
    pub(crate) fn kept_mut(&mut self) -> &mut [T] {
        &mut self.rows[self.head - self.keep..self.head]
    }

    /// The last `keep` rows, oldest first.
    pub(crate) fn kept(&self) -> &[T] {
        &self.rows[self.head - self.keep..self.head]
    }
}
