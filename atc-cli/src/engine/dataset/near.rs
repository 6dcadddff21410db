//! Where a byte is in a text, if it is never far.
//!
//! Cells of candles have six or so bytes. A search made for long ways, as that of `memchr`, takes longer to begin than
//! such a cell is long; here eight bytes are looked at as one number.

const LOW: u64 = u64::from_ne_bytes([0x7f; 8]);

/// The places of `byte` in `text`, ascending.
pub(super) fn places(byte: u8, text: &[u8]) -> Places<'_> {
    Places {
        text,
        wanted: u64::from_ne_bytes([byte; 8]),
        begin: 0,
        found: 0,
        next: 0,
    }
}

/// [`places`].
#[derive(Clone, Debug)]
pub(super) struct Places<'a> {
    text: &'a [u8],
    wanted: u64,
    /// Where the eight bytes begin that were looked at last.
    begin: usize,
    /// The highest bit of each of them that is the one, and was not told yet.
    found: u64,
    /// Where the next eight begin.
    next: usize,
}

impl Iterator for Places<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.found == 0 {
            let rest = self.text.get(self.next..)?;
            self.begin = self.next;
            self.next += 8;
            self.found = match rest.first_chunk() {
                Some(eight) => zeros(u64::from_le_bytes(*eight) ^ self.wanted),
                None => self.few(rest)?,
            };
        }
        let at = self.found.trailing_zeros() as usize / 8;
        self.found &= self.found - 1;
        Some(self.begin + at)
    }
}

impl Places<'_> {
    /// As for eight bytes, for fewer; `None` if there are none.
    fn few(&self, rest: &[u8]) -> Option<u64> {
        let mut eight = (!self.wanted).to_le_bytes();
        eight[..rest.len()].copy_from_slice(rest);
        let found = zeros(u64::from_le_bytes(eight) ^ self.wanted);
        (!rest.is_empty()).then_some(found)
    }
}

/// The highest bit of each byte that is zero, and no other.
fn zeros(eight: u64) -> u64 {
    // The sum has the highest bit where a lower one is set, and carries nothing into the next byte.
    !(((eight & LOW) + LOW) | eight | LOW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_and_no_other() {
        let bytes = [b',', b'-', b'+', b',' ^ 0x80, 0, 0xff, b',', b'7'];
        let mut seed = 1_u64;
        for length in 0..40 {
            for _ in 0..200 {
                let mut random = || {
                    seed ^= seed << 13;
                    seed ^= seed >> 7;
                    seed ^= seed << 17;
                    bytes[(seed % 8) as usize]
                };
                let text: Vec<u8> = (0..length).map(|_| random()).collect();
                for byte in bytes {
                    let expected = (0..length).filter(|at| text[*at] == byte);
                    assert!(places(byte, &text).eq(expected), "{byte} in {text:?}");
                }
            }
        }
    }
}
