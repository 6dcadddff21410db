//! The file of a table: a header, records of one size, a digest.

use crate::Key;

const MAGIC: &[u8; 8] = b"ATCTAB01";
const DIGEST_BYTES: usize = 16;
/// How far from where it is looked for first a record is looked for next.
const NEAR: usize = 4;
/// Magic, bytes of a value, generation.
const HEADER: usize = 8 + 4 + 4;
pub(super) const KEY_BYTES: usize = 32;
pub(super) const GENERATION_BYTES: usize = 4;

/// Records as they lie in the file, ascending by key.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) bytes: Vec<u8>,
    pub(super) generation: u32,
}

impl Records {
    /// What is in the bytes of a file.
    pub(super) fn decode(mut bytes: Vec<u8>, width: usize) -> Option<Self> {
        let content = bytes.len().checked_sub(DIGEST_BYTES)?;
        if blake3::hash(&bytes[..content]).as_bytes()[..DIGEST_BYTES] != bytes[content..] {
            return None;
        }
        let header = bytes.get(..HEADER)?;
        let number = |at: usize| Some(u32::from_le_bytes(*header[at..].first_chunk()?));
        if header[..8] != *MAGIC || number(8)? as usize != width {
            return None;
        }
        let generation = number(12)?;
        bytes.truncate(content);
        bytes.drain(..HEADER);
        let fits = bytes.len().is_multiple_of(record_bytes(width));
        fits.then_some(Self { bytes, generation })
    }

    pub(super) fn encode(&self, width: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.bytes.len() + DIGEST_BYTES);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(width as u32).to_le_bytes());
        bytes.extend_from_slice(&self.generation.to_le_bytes());
        bytes.extend_from_slice(&self.bytes);
        let digest = blake3::hash(&bytes);
        bytes.extend_from_slice(&digest.as_bytes()[..DIGEST_BYTES]);
        bytes
    }

    pub(super) fn len(&self, width: usize) -> usize {
        self.bytes.len() / record_bytes(width)
    }

    /// Key and value.
    pub(super) fn record(&self, at: usize, width: usize) -> &[u8] {
        &self.bytes[at * record_bytes(width)..][..KEY_BYTES + width]
    }

    pub(super) fn value(&self, at: usize, width: usize) -> &[u8] {
        &self.record(at, width)[KEY_BYTES..]
    }

    pub(super) fn generation_of(&self, at: usize, width: usize) -> u32 {
        let end = (at + 1) * record_bytes(width);
        let bytes = self.bytes[end - GENERATION_BYTES..].first_chunk();
        bytes.map_or(0, |bytes| u32::from_le_bytes(*bytes))
    }

    pub(super) fn find(&self, key: &Key, width: usize) -> Option<usize> {
        let (mut from, mut to) = (0, self.len(width));
        // Keys are digests, spread evenly: each is near its share of the way. From there the first steps are short.
        let mut middle = ((u128::from(leading(key.as_bytes())) * to as u128) >> 64) as usize;
        let mut step = NEAR;
        while from < to {
            middle = middle.clamp(from, to - 1);
            match self.record(middle, width)[..KEY_BYTES].cmp(key.as_bytes()) {
                std::cmp::Ordering::Less => {
                    from = middle + 1;
                    middle = (from + step).min(from.midpoint(to));
                }
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => {
                    to = middle;
                    middle = to.saturating_sub(step).max(from.midpoint(to));
                }
            }
            step = step.saturating_mul(4);
        }
        None
    }
}

/// The number that a key begins with: keys are in the order of these.
fn leading(key: &[u8; KEY_BYTES]) -> u64 {
    key.first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

pub(super) fn record_bytes(width: usize) -> usize {
    KEY_BYTES + width + GENERATION_BYTES
}
