//! An entry, and the envelope it travels in to the disk and back.

use std::{
    io::{Read, Write},
    ops::Deref,
    sync::Arc,
    time::Duration,
};

use foyer::{Code, Error, ErrorKind};
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use super::Tier;
use crate::Key;

/// Version of the envelope. Another one is no envelope of ours.
pub(super) const ENVELOPE: u32 = 2;

const MAGIC: [u8; 4] = *b"ATCV";
/// Magic, version, key, cost, length, digest of all of these and the payload.
pub(super) const HEADER_BYTES: usize = 4 + 4 + 32 + 8 + 8 + DIGEST_BYTES;
const DIGEST_BYTES: usize = 16;

/// A value that was found, with where it came from.
///
/// ```
/// use atc_cache::{Config, KeyBuilder, Store, Tier};
///
/// let store = Store::open(&Config::memory_only())?;
/// let key = KeyBuilder::new("greeting", 1).finish();
/// store.insert(key, *b"hello", std::time::Duration::ZERO);
/// let entry = store.get(&key).expect("it was just inserted");
/// assert_eq!((&*entry, entry.tier()), (b"hello".as_slice(), Tier::Memory));
/// # Ok::<(), atc_cache::CacheError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Entry {
    value: Value,
    tier: Tier,
}

impl Entry {
    pub(super) fn new(value: Value, tier: Tier) -> Self {
        Self { value, tier }
    }

    pub(super) fn into_shared(self) -> Self {
        Self::new(self.value, Tier::Shared)
    }

    /// What it is called.
    pub fn key(&self) -> Key {
        self.value.key
    }

    /// Where it came from.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// What it took to compute, as told when it was inserted.
    pub fn cost(&self) -> Duration {
        self.value.cost
    }

    /// The value, shared with the store.
    pub fn into_payload(self) -> Arc<[u8]> {
        self.value.payload
    }
}

impl Deref for Entry {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.value.payload
    }
}

/// What foyer stores: the payload and everything that proves it is the right one.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) key: Key,
    pub(super) cost: Duration,
    pub(super) payload: Arc<[u8]>,
}

impl Value {
    /// Bytes in its envelope.
    pub(super) fn sealed_bytes(&self) -> usize {
        HEADER_BYTES + self.payload.len()
    }

    /// Bytes it takes in a block: foyer adds a header and its key, and pads to pages.
    pub(super) fn block_bytes(&self) -> usize {
        (self.sealed_bytes() + 256).next_multiple_of(4096)
    }

    /// What stands before the payload.
    pub(super) fn header(&self) -> [u8; HEADER_BYTES] {
        let cost = u64::try_from(self.cost.as_nanos()).unwrap_or(u64::MAX);
        let mut header = [0; HEADER_BYTES];
        header[..4].copy_from_slice(&MAGIC);
        header[4..8].copy_from_slice(&ENVELOPE.to_le_bytes());
        header[8..40].copy_from_slice(self.key.as_bytes());
        header[40..48].copy_from_slice(&cost.to_le_bytes());
        header[48..56].copy_from_slice(&(self.payload.len() as u64).to_le_bytes());
        let digest = digest(&header[..56], &self.payload);
        header[56..].copy_from_slice(&digest);
        header
    }

    /// Reads an envelope; `None` if it is of another version, cut or damaged in any way.
    pub(super) fn unseal(reader: &mut impl Read) -> Option<Self> {
        let mut header = [0; HEADER_BYTES];
        reader.read_exact(&mut header).ok()?;
        let length = length_in(&header)?;
        // A length that lies must not make us allocate: read what there is, then compare.
        let mut payload = Vec::new();
        reader.take(length).read_to_end(&mut payload).ok()?;
        Self::checked(&header, payload)
    }

    /// The value of an envelope in two parts; `None` if it is of another version, cut or damaged.
    pub(super) fn checked<P: AsRef<[u8]> + Into<Arc<[u8]>>>(
        header: &[u8; HEADER_BYTES],
        payload: P,
    ) -> Option<Self> {
        let (fields, expected) = header.split_last_chunk::<DIGEST_BYTES>()?;
        let key = *fields[8..].first_chunk()?;
        let cost = *fields[40..].first_chunk()?;
        let is_whole = length_in(header)? == payload.as_ref().len() as u64;
        let is_right = is_whole && digest(fields, payload.as_ref()) == *expected;
        is_right.then(|| Self {
            key: Key::from_bytes(key),
            cost: Duration::from_nanos(u64::from_le_bytes(cost)),
            payload: payload.into(),
        })
    }
}

/// The length of the payload, if the header is of this version.
fn length_in(header: &[u8; HEADER_BYTES]) -> Option<u64> {
    let is_ours = header[..4] == MAGIC && header[4..8] == ENVELOPE.to_le_bytes();
    let length = header[48..].first_chunk()?;
    is_ours.then(|| u64::from_le_bytes(*length))
}

/// Has to tell damage, not forgery: XXH3 does so in a tenth of the time of a digest that tells both.
fn digest(header: &[u8], payload: &[u8]) -> [u8; DIGEST_BYTES] {
    let mut hasher = Xxh3::new();
    hasher.update(header);
    hasher.update(&xxh3_128(payload).to_le_bytes());
    hasher.digest128().to_le_bytes()
}

impl Code for Value {
    fn encode(&self, writer: &mut impl Write) -> foyer::Result<()> {
        writer
            .write_all(&self.header())
            .and_then(|()| writer.write_all(&self.payload))
            .map_err(Error::io_error)
    }

    /// Whatever is wrong is called a checksum mismatch, because foyer makes that a miss.
    fn decode(reader: &mut impl Read) -> foyer::Result<Self> {
        Self::unseal(reader).ok_or_else(|| {
            Error::new(
                ErrorKind::ChecksumMismatch,
                "not an envelope of this version",
            )
        })
    }

    fn estimated_size(&self) -> usize {
        self.sealed_bytes()
    }
}

/// A [`Key`] as foyer wants it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntryKey(pub(super) Key);

impl Code for EntryKey {
    fn encode(&self, writer: &mut impl Write) -> foyer::Result<()> {
        writer.write_all(self.0.as_bytes()).map_err(Error::io_error)
    }

    fn decode(reader: &mut impl Read) -> foyer::Result<Self> {
        let mut bytes = [0; 32];
        reader.read_exact(&mut bytes).map_err(Error::io_error)?;
        Ok(Self(Key::from_bytes(bytes)))
    }

    fn estimated_size(&self) -> usize {
        32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Vec<u8> {
        let value = Value {
            key: Key::from_bytes([7; 32]),
            cost: Duration::from_micros(3),
            payload: (*b"payload").into(),
        };
        [&value.header()[..], &value.payload].concat()
    }

    #[test]
    fn an_envelope_is_read_back_whole() {
        let value = Value::unseal(&mut &sealed()[..]).unwrap();
        assert_eq!(value.key, Key::from_bytes([7; 32]));
        assert_eq!(value.cost, Duration::from_micros(3));
        assert_eq!(&*value.payload, b"payload");
    }

    #[test]
    fn no_flipped_bit_and_no_cut_is_read() {
        let sealed = sealed();
        for bit in 0..sealed.len() * 8 {
            let mut flipped = sealed.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Value::unseal(&mut &flipped[..]).is_none(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(
                Value::unseal(&mut &sealed[..length]).is_none(),
                "cut to {length}"
            );
        }
    }
}
