//! Digests of a text that may grow: they tell whether it was only appended to.
//!
//! ```text
//! whole = chain over blocks of 2 KiB:  c = XXH3(c, XXH3(block))
//! rest  = XXH3 of what follows the blocks, 1 to 3 KiB
//! head  = XXH3 of the first 1 KiB
//! ```
//!
//! XXH3 tells whether bytes were changed, several times as fast as a digest that also tells whether
//! somebody meant it to go unnoticed.

use xxhash_rust::xxh3::xxh3_128;

/// Bytes of a block.
const BLOCK: usize = 2 << 10;
/// Bytes at the end that no block takes in, if there are as many.
const MARGIN: usize = 1 << 10;
/// Bytes of the head.
pub(super) const HEAD: usize = 1 << 10;

/// Digests of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Bytes it has.
    pub(crate) length: u64,
    /// The chain of its blocks.
    pub(crate) whole: u128,
    /// Digest of what follows them.
    pub(crate) rest: u128,
    /// Digest of its first [`HEAD`] bytes.
    pub(crate) head: u128,
}

impl Seal {
    pub(super) fn of(text: &[u8]) -> Self {
        let nothing = Self {
            length: 0,
            whole: 0,
            rest: 0,
            head: 0,
        };
        nothing.lengthened(text)
    }

    /// Bytes in blocks, if the text is as long as `length`.
    pub(super) fn n_whole(self) -> usize {
        n_whole(self.length as usize)
    }

    /// Whether this is the seal of `text`.
    pub(super) fn fits(self, text: &[u8]) -> bool {
        self.length == text.len() as u64 && self == Self::of(text)
    }

    /// Whether `rest` is what follows the blocks of the sealed text.
    pub(super) fn ends_with(self, rest: &[u8]) -> bool {
        self.n_whole() + rest.len() == self.length as usize && self.rest == xxh3_128(rest)
    }

    /// Whether the sealed text began as `text` does.
    pub(super) fn begins_with(self, text: &[u8]) -> bool {
        self.head == head(&text[..text.len().min(self.length as usize)])
    }

    /// The seal of a longer text, of which `rest` is what follows the blocks of this one.
    pub(super) fn lengthened(self, rest: &[u8]) -> Self {
        let from = self.n_whole();
        let length = from + rest.len();
        let head = if from == 0 { head(rest) } else { self.head };
        let (blocks, rest) = rest.split_at(n_whole(length) - from);
        let link = |chain: u128, block: &[u8]| {
            let mut both = [0; 32];
            both[..16].copy_from_slice(&chain.to_le_bytes());
            both[16..].copy_from_slice(&xxh3_128(block).to_le_bytes());
            xxh3_128(&both)
        };
        Self {
            length: length as u64,
            whole: blocks.chunks_exact(BLOCK).fold(self.whole, link),
            rest: xxh3_128(rest),
            head,
        }
    }
}

fn n_whole(length: usize) -> usize {
    length.saturating_sub(MARGIN) / BLOCK * BLOCK
}

fn head(text: &[u8]) -> u128 {
    xxh3_128(&text[..text.len().min(HEAD)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(n: usize) -> Vec<u8> {
        (0..n).map(|i| (i * i / 7 % 251) as u8).collect()
    }

    #[test]
    fn a_seal_that_grows_is_that_of_the_longer_text() {
        let all = text(100_000);
        for from in [0, 1, 4095, 4096, 8191, 8192, 8193, 20_480, 36_864, 99_999] {
            let seal = Seal::of(&all[..from]);
            let lengths = [from, from + 1, 20_480, 53_248, 100_000];
            for to in lengths.into_iter().filter(|to| from <= *to) {
                let longer = seal.lengthened(&all[seal.n_whole()..to]);
                assert_eq!(longer, Seal::of(&all[..to]), "{from} {to}");
            }
        }
    }

    #[test]
    fn any_changed_byte_breaks_it() {
        let mut all = text(50_000);
        let seal = Seal::of(&all);
        assert!(seal.fits(&all) && seal.begins_with(&all) && !seal.fits(&all[1..]));
        for at in [0, 4095, 4096, 16_383, 16_384, 32_768, 49_999] {
            all[at] ^= 1;
            assert!(!seal.fits(&all), "{at}");
            assert_eq!(seal.begins_with(&all), HEAD <= at);
            assert_eq!(seal.ends_with(&all[seal.n_whole()..]), at < seal.n_whole());
            all[at] ^= 1;
        }
    }
}
