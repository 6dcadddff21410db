//! The file of a table: a header, records of one size.

use crate::Key;

const MAGIC: &[u8; 8] = b"ATCTAB02";
/// How far from where it is looked for first a record is looked for next.
const NEAR: usize = 4;
/// Magic, bytes of a value, generation.
const HEADER: usize = 8 + 4 + 4;
pub(super) const KEY_BYTES: usize = 32;
const GENERATION_BYTES: usize = 4;

/// Records as they lie in the file, ascending by key.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// All of the file; nothing if there is none.
    bytes: Vec<u8>,
    pub(super) generation: u32,
}

impl Records {
    /// What is in the bytes of a file.
    pub(super) fn decode(bytes: Vec<u8>, width: usize) -> Option<Self> {
        let header = bytes.get(..HEADER)?;
        let number = |at: usize| Some(u32::from_le_bytes(*header[at..].first_chunk()?));
        if header[..8] != *MAGIC || number(8)? as usize != width {
            return None;
        }
        let generation = number(12)?;
        let fits = (bytes.len() - HEADER).is_multiple_of(record_bytes(width));
        fits.then_some(Self { bytes, generation })
    }

    /// No records yet, and room for some.
    pub(super) fn with_room(n_records: usize, width: usize, generation: u32) -> Self {
        let mut bytes = Vec::with_capacity(HEADER + n_records * record_bytes(width));
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&(width as u32).to_le_bytes());
        bytes.extend_from_slice(&generation.to_le_bytes());
        Self { bytes, generation }
    }

    /// Appends key and value, in parts, and the generation that used them last.
    pub(super) fn push(&mut self, parts: [&[u8]; 2], generation: u32) {
        for part in parts {
            self.bytes.extend_from_slice(part);
        }
        self.bytes.extend_from_slice(&generation.to_le_bytes());
    }

    /// All of the file.
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self, width: usize) -> usize {
        self.bytes.len().saturating_sub(HEADER) / record_bytes(width)
    }

    /// Key and value.
    pub(super) fn record(&self, at: usize, width: usize) -> &[u8] {
        &self.bytes[HEADER + at * record_bytes(width)..][..KEY_BYTES + width]
    }

    pub(super) fn value(&self, at: usize, width: usize) -> &[u8] {
        &self.record(at, width)[KEY_BYTES..]
    }

    pub(super) fn generation_of(&self, at: usize, width: usize) -> u32 {
        let end = HEADER + (at + 1) * record_bytes(width);
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

fn record_bytes(width: usize) -> usize {
    // No file has records of such a width, but it may be asked for.
    width.saturating_add(KEY_BYTES + GENERATION_BYTES)
}
