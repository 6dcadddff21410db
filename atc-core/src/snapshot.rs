//! A classifier as bytes, and back.
//!
//! ```text
//! magic "ATCS" | version u32 | plan digest u64 | bars u64
//! | flags u32 | last flip bar u64 | last average f64 | n u64 | n values f64 | crc32 u32
//! ```
//!
//! Little-endian throughout.

use std::sync::Arc;

use crate::state::State;
use crate::{Classifier, Error, Flip, Plan, Trend, TrendTracker};

const MAGIC: &[u8; 4] = b"ATCS";

/// Version of the layout and of the arithmetic behind it.
const VERSION: u32 = 1;

/// Bytes before the values, and after them.
const HEADER: usize = 4 + 4 + 8 + 8 + 4 + 8 + 8 + 8;
const TRAILER: usize = 4;

const HAS_VALUE: u32 = 1;
const FLIPPED_LONG: u32 = 2;
const FLIPPED_SHORT: u32 = 4;
const FLIP_IS_LAST: u32 = 8;

/// The state of a [`Classifier`] as bytes: versioned, checksummed, a few KB.
///
/// Restoring gives a classifier that goes on with the same bits. Bytes of
/// another version, of another plan, or damaged ones are refused.
///
/// ```
/// use atc_core::{Bar, Classifier, Params, Plan};
///
/// let plan = Plan::new(Params::default())?;
/// let mut original = Classifier::new(plan.clone());
/// original.update(Bar::new(100.0)?);
/// let bytes = original.snapshot().into_bytes();
/// let mut restored = Classifier::restore(plan, &bytes)?;
/// assert_eq!(restored.update(Bar::new(101.0)?), original.update(Bar::new(101.0)?));
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(Vec<u8>);

impl Snapshot {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, taken out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

impl AsRef<[u8]> for Snapshot {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Classifier {
    /// The state as bytes.
    pub fn snapshot(&self) -> Snapshot {
        let mut values = Vec::with_capacity(State::record_len(&self.plan));
        self.state.record(&self.plan, &mut values);
        let flip = self.trend.last_flip();
        let last = self.trend.last_value();
        let mut flags = if last.is_some() { HAS_VALUE } else { 0 };
        flags |= match flip.map(|flip| flip.trend) {
            Some(Trend::Long) => FLIPPED_LONG,
            Some(Trend::Short) => FLIPPED_SHORT,
            _ => 0,
        };
        if self.reading.is_some_and(|reading| reading.flip) {
            flags |= FLIP_IS_LAST;
        }
        let mut bytes = Vec::with_capacity(HEADER + 8 * values.len() + TRAILER);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.plan.digest().to_le_bytes());
        bytes.extend_from_slice(&(self.state.bars() as u64).to_le_bytes());
        bytes.extend_from_slice(&flags.to_le_bytes());
        bytes.extend_from_slice(&flip.map_or(0, |flip| flip.bar as u64).to_le_bytes());
        bytes.extend_from_slice(&last.unwrap_or(f64::NAN).to_le_bytes());
        bytes.extend_from_slice(&(values.len() as u64).to_le_bytes());
        for value in values {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        let checksum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        Snapshot(bytes)
    }

    /// A classifier that goes on from a snapshot's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Snapshot`] if the bytes are damaged, of another version, or were
    /// taken under a plan that computes something else.
    pub fn restore(plan: impl Into<Arc<Plan>>, bytes: &[u8]) -> Result<Self, Error> {
        let plan = plan.into();
        let refused = |reason| Error::Snapshot { reason };
        let body = checked_body(bytes)?;
        let mut reader = Reader(&body[8..]);
        if reader.u64() != plan.digest() {
            return Err(refused("it was taken under other parameters"));
        }
        let bars = reader.u64() as usize;
        let flags = reader.u32();
        let flip_bar = reader.u64() as usize;
        let last = reader.f64();
        let n = reader.u64() as usize;
        if n != State::record_len(&plan) || reader.0.len() != 8 * n {
            return Err(refused("its length does not fit its plan"));
        }
        let values: Vec<f64> = (0..n).map(|_| reader.f64()).collect();
        let state = State::resume(&plan, bars, &values);
        let flip = match flags & (FLIPPED_LONG | FLIPPED_SHORT) {
            FLIPPED_LONG => Some(Flip {
                bar: flip_bar,
                trend: Trend::Long,
            }),
            FLIPPED_SHORT => Some(Flip {
                bar: flip_bar,
                trend: Trend::Short,
            }),
            _ => None,
        };
        let last = (flags & HAS_VALUE != 0).then_some(last);
        let trend = TrendTracker::resumed(bars, last, flip);
        let last = last.unwrap_or(f64::NAN);
        let reading = state.reading(&plan, (last, flags & FLIP_IS_LAST != 0));
        Ok(Self {
            plan,
            state,
            trend,
            reading,
        })
    }
}

/// Everything between the ends, after magic, version and checksum held.
fn checked_body(bytes: &[u8]) -> Result<&[u8], Error> {
    let refused = |reason| Err(Error::Snapshot { reason });
    if bytes.len() < HEADER + TRAILER || bytes[..4] != *MAGIC {
        return refused("these are not the bytes of a snapshot");
    }
    if bytes[4..8] != VERSION.to_le_bytes() {
        return refused("it is of another version");
    }
    let (body, checksum) = bytes.split_at(bytes.len() - TRAILER);
    if crc32fast::hash(body).to_le_bytes() != *checksum {
        return refused("its checksum does not hold, the bytes are damaged");
    }
    Ok(body)
}

/// Takes numbers off the front of a slice whose length was checked.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_first_chunk().expect("the length was checked");
        self.0 = rest;
        *head
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.take())
    }
}
