//! The digests of a series, block by block.

use crate::Fingerprint;

/// Values in a block of a [`Chain`]: 8 KiB, what blake3 hashes at full width.
pub const BLOCK_VALUES: usize = 1024;

/// Where every chain begins; names the block length, because links depend on it.
const CONTEXT: &str = "atc-cache 2026-11-23 chain of blocks of 1024 values";

/// The digests of a series, one per block of [`BLOCK_VALUES`] values, each keyed by the one before.
///
/// ```text
/// link[0] = H(start, values[0..1024])
/// link[b] = H(link[b-1], values[1024·b..1024·(b+1)])      the last block may be shorter
/// ```
///
/// Equal links mean equal values from the start of the series to the end of that block. So a series
/// with appended values shares all whole blocks with the shorter one, and an old value that changed
/// breaks the chain in its block and all that follow.
///
/// ```
/// use atc_cache::{BLOCK_VALUES, Chain};
///
/// let mut close = vec![1.0; 2500];
/// let yesterday = Chain::of(&close);
/// close.push(2.0);
/// let today = Chain::of(&close);
/// assert_eq!(today.common_values(&yesterday), 2 * BLOCK_VALUES);
/// assert_eq!(today.prefix(2), Chain::of(&close[..2 * BLOCK_VALUES]).fingerprint());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    links: Vec<Fingerprint>,
    n_values: usize,
}

impl Chain {
    /// The chain of `values`, oldest first.
    pub fn of(values: &[f64]) -> Self {
        let mut builder = ChainBuilder::with_capacity(values.len());
        builder.update(values);
        builder.finish()
    }

    /// How many values it covers.
    pub fn n_values(&self) -> usize {
        self.n_values
    }

    /// How many blocks are complete.
    pub fn whole_blocks(&self) -> usize {
        self.n_values / BLOCK_VALUES
    }

    /// The fingerprint of the whole series: its last link.
    pub fn fingerprint(&self) -> Fingerprint {
        self.links.last().copied().unwrap_or_else(start)
    }

    /// The fingerprint of the first `blocks` blocks, which is what the series had when it ended
    /// there.
    ///
    /// # Panics
    ///
    /// If there are fewer than `blocks` whole blocks.
    pub fn prefix(&self, blocks: usize) -> Fingerprint {
        let whole = self.whole_blocks();
        assert!(blocks <= whole, "{blocks} blocks of {whole}");
        blocks
            .checked_sub(1)
            .map_or_else(start, |last| self.links[last])
    }

    /// How many values, from the first on, the two series are known to share: a number of whole
    /// blocks, or all values if the series are equal.
    pub fn common_values(&self, other: &Self) -> usize {
        let pairs = self.links.iter().zip(&other.links);
        let links = pairs.take_while(|(ours, theirs)| ours == theirs).count();
        (links * BLOCK_VALUES).min(self.n_values)
    }

    /// The chain as bytes, for keeping: number of values, then the links.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + 32 * self.links.len());
        bytes.extend((self.n_values as u64).to_le_bytes());
        bytes.extend(self.links.iter().flat_map(Fingerprint::as_bytes));
        bytes
    }

    /// The chain [`to_bytes`](Self::to_bytes) wrote; `None` if the number of links does not fit
    /// the number of values.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (n_values, links) = bytes.split_first_chunk()?;
        let n_values = usize::try_from(u64::from_le_bytes(*n_values)).ok()?;
        let (links, rest) = links.as_chunks();
        let fits = rest.is_empty() && links.len() == n_values.div_ceil(BLOCK_VALUES);
        fits.then(|| Self {
            links: links.iter().copied().map(Fingerprint::from_bytes).collect(),
            n_values,
        })
    }
}

/// Builds a [`Chain`] from values that come in pieces; where the pieces end makes no difference.
///
/// Values are hashed in place: nothing is copied on little-endian machines, and nothing allocated
/// but one link per block.
///
/// ```
/// use atc_cache::{Chain, ChainBuilder};
///
/// let mut builder = ChainBuilder::default();
/// builder.update(&[1.0, 1.5]);
/// builder.update(&[1.25]);
/// assert_eq!(builder.finish(), Chain::of(&[1.0, 1.5, 1.25]));
/// ```
#[derive(Clone, Debug)]
pub struct ChainBuilder {
    links: Vec<Fingerprint>,
    /// Hashes the current block, keyed by the link before it.
    block: blake3::Hasher,
    /// The link before the current block.
    before: Fingerprint,
    n_values: usize,
}

impl ChainBuilder {
    /// A chain of no values yet, with room for `n_values`.
    pub fn with_capacity(n_values: usize) -> Self {
        Self {
            links: Vec::with_capacity(n_values.div_ceil(BLOCK_VALUES)),
            ..Self::default()
        }
    }

    /// Goes on after the whole blocks of `chain`: the next value given is number
    /// `chain.whole_blocks() * BLOCK_VALUES`. What a source that has grown needs read again is its
    /// last, incomplete block.
    pub fn resume(chain: &Chain) -> Self {
        Self::resume_after(chain, chain.whole_blocks())
    }

    /// Goes on after the first `blocks` blocks of `chain`.
    ///
    /// # Panics
    ///
    /// If there are fewer than `blocks` whole blocks.
    pub fn resume_after(chain: &Chain, blocks: usize) -> Self {
        let before = chain.prefix(blocks);
        Self {
            links: chain.links[..blocks].to_vec(),
            block: blake3::Hasher::new_keyed(before.as_bytes()),
            before,
            n_values: blocks * BLOCK_VALUES,
        }
    }

    /// Appends `values`.
    pub fn update(&mut self, values: &[f64]) {
        let mut links = std::mem::take(&mut self.links);
        self.links_of(values, |link| links.push(link));
        self.links = links;
    }

    /// The chain of all values given.
    pub fn finish(mut self) -> Chain {
        if !self.n_values.is_multiple_of(BLOCK_VALUES) {
            self.links.push(self.fingerprint());
        }
        Chain {
            links: self.links,
            n_values: self.n_values,
        }
    }

    /// The fingerprint of the values given so far.
    pub fn fingerprint(&self) -> Fingerprint {
        if self.n_values.is_multiple_of(BLOCK_VALUES) {
            self.before
        } else {
            link(&self.block)
        }
    }

    /// Hashes `values`, and hands over each link that a whole block completes.
    pub(crate) fn links_of(&mut self, mut values: &[f64], mut completed: impl FnMut(Fingerprint)) {
        while !values.is_empty() {
            let room = BLOCK_VALUES - self.n_values % BLOCK_VALUES;
            let (head, rest) = values.split_at(room.min(values.len()));
            hash_values(&mut self.block, head);
            self.n_values += head.len();
            if head.len() == room {
                self.before = link(&self.block);
                self.block = blake3::Hasher::new_keyed(self.before.as_bytes());
                completed(self.before);
            }
            values = rest;
        }
    }
}

impl Default for ChainBuilder {
    fn default() -> Self {
        let before = start();
        Self {
            links: Vec::new(),
            block: blake3::Hasher::new_keyed(before.as_bytes()),
            before,
            n_values: 0,
        }
    }
}

/// The fingerprint of no values.
fn start() -> Fingerprint {
    Fingerprint::from_bytes(blake3::derive_key(CONTEXT, &[]))
}

fn link(block: &blake3::Hasher) -> Fingerprint {
    Fingerprint::from_bytes(*block.finalize().as_bytes())
}

/// Hashes values as little-endian bytes, on every platform.
pub(crate) fn hash_values(hasher: &mut blake3::Hasher, values: &[f64]) {
    if cfg!(target_endian = "little") {
        hasher.update(bytemuck::cast_slice(values));
    } else {
        for value in values {
            hasher.update(&value.to_le_bytes());
        }
    }
}
