//! A classifier as bytes, and back.
//!
//! ```text
//! magic "ATCS" | version u32 | arithmetic u32 | plan digest u64 | bars u64
//! | flags u32 | last flip bar u64 | last average f64 | n u64 | n values f64 | crc32 u32
//! ```
//!
//! Little-endian throughout.

use std::sync::Arc;

use crate::state::State;
use crate::{Classifier, Error, Flip, Plan, Trend, TrendTracker};

const MAGIC: &[u8; 4] = b"ATCS";

/// Version of the arithmetic: results of equal versions have equal bits.
///
/// It rises with every change of a bit of any result, and nothing else. Snapshots of another version
/// are refused; whoever keeps results makes it part of their key.
pub const ARITHMETIC: u32 = 2;

/// Version of the layout; [`ARITHMETIC`] stands beside it.
const VERSION: u32 = 2;

/// Bytes before the state, and after it.
const HEADER: usize = 4 + 4 + 4 + 8;
const TRAILER: usize = 4;

/// Counts in a snapshot stay below this, where `f64` knows every whole number.
const COUNTS: u64 = 1 << 53;

const HAS_VALUE: u32 = 1;
const FLIPPED_LONG: u32 = 2;
const FLIPPED_SHORT: u32 = 4;
const FLIP_IS_LAST: u32 = 8;
const KNOWN: u32 = HAS_VALUE | FLIPPED_LONG | FLIPPED_SHORT | FLIP_IS_LAST;

/// The state of a [`Classifier`] as bytes: versioned, checksummed, a few KB.
///
/// Restoring gives a classifier that goes on with the same bits. Bytes of
/// another version, of another [`ARITHMETIC`](crate::ARITHMETIC), of another
/// plan, or damaged ones are refused.
///
/// The checksum finds damage, not forgery: bytes made up with a right checksum
/// restore if their counts and flags make sense, and the numbers in them are
/// taken as they are. Restore only what you would trust as a result, too.
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
        let mut bytes = Vec::with_capacity(HEADER + state_len(&self.plan) + TRAILER);
        begin(&mut bytes, (MAGIC, VERSION), &self.plan);
        self.write_state(&mut bytes, &mut Vec::new());
        seal(&mut bytes);
        Snapshot(bytes)
    }

    /// A classifier that goes on from a snapshot's bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Snapshot`] if the bytes are damaged, of another version, contradict
    /// themselves, or were taken under a plan that computes something else.
    pub fn restore(plan: impl Into<Arc<Plan>>, bytes: &[u8]) -> Result<Self, Error> {
        let plan = plan.into();
        let mut reader = open(bytes, (MAGIC, VERSION), &plan)?;
        if reader.0.len() != state_len(&plan) {
            return Err(misfit());
        }
        Self::read_state(&plan, &mut reader, &mut Vec::new())
    }

    /// Appends the state: `state_len` bytes. `room` is overwritten.
    pub(crate) fn write_state(&self, bytes: &mut Vec<u8>, room: &mut Vec<f64>) {
        room.clear();
        self.state.record(&self.plan, room);
        let flip = self.trend.last_flip();
        let last = self.trend.last_value();
        let mut flags = if last.is_some() { HAS_VALUE } else { 0 };
        flags |= match flip.map(|flip| flip.trend) {
            Some(Trend::Long) => FLIPPED_LONG,
            Some(Trend::Short) => FLIPPED_SHORT,
            _ => 0,
        };
        if self.flip {
            flags |= FLIP_IS_LAST;
        }
        bytes.extend_from_slice(&(self.state.bars() as u64).to_le_bytes());
        bytes.extend_from_slice(&flags.to_le_bytes());
        bytes.extend_from_slice(&flip.map_or(0, |flip| flip.bar as u64).to_le_bytes());
        bytes.extend_from_slice(&last.unwrap_or(f64::NAN).to_le_bytes());
        bytes.extend_from_slice(&(room.len() as u64).to_le_bytes());
        for value in room {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
    }

    /// The reverse of [`write_state`](Self::write_state); the reader must have `state_len` bytes.
    pub(crate) fn read_state(
        plan: &Arc<Plan>,
        reader: &mut Reader<'_>,
        room: &mut Vec<f64>,
    ) -> Result<Self, Error> {
        let bars = reader.count()?;
        let flags = reader.u32();
        let bar = reader.count()?;
        let last = reader.f64();
        let n = State::record_len(plan);
        if reader.u64() != n as u64 {
            return Err(misfit());
        }
        room.clear();
        room.extend((0..n).map(|_| reader.f64()));
        let trend = match flags & (FLIPPED_LONG | FLIPPED_SHORT) {
            0 => None,
            FLIPPED_LONG => Some(Trend::Long),
            FLIPPED_SHORT => Some(Trend::Short),
            _ => return Err(contradiction()),
        };
        let flip = trend.map(|trend| Flip { bar, trend });
        let is_last = flip.is_some_and(|flip| flip.bar + 1 == bars);
        if flags & !KNOWN != 0
            || flip.is_some_and(|flip| bars <= flip.bar)
            || is_last != (flags & FLIP_IS_LAST != 0)
        {
            return Err(contradiction());
        }
        let last = (flags & HAS_VALUE != 0).then_some(last);
        Ok(Self {
            plan: Arc::clone(plan),
            state: State::resume(plan, bars, room),
            trend: TrendTracker::resumed(bars, last, flip),
            flip: is_last,
        })
    }
}

/// Bytes of one series' state: bars, flags, last flip, last average, count, values.
pub(crate) fn state_len(plan: &Plan) -> usize {
    8 + 4 + 8 + 8 + 8 + 8 * State::record_len(plan)
}

/// Starts a file: magic, versions and the digest of the plan.
pub(crate) fn begin(bytes: &mut Vec<u8>, (magic, version): (&[u8; 4], u32), plan: &Plan) {
    bytes.extend_from_slice(magic);
    bytes.extend_from_slice(&version.to_le_bytes());
    bytes.extend_from_slice(&ARITHMETIC.to_le_bytes());
    bytes.extend_from_slice(&plan.digest().to_le_bytes());
}

/// Ends a file with its checksum.
pub(crate) fn seal(bytes: &mut Vec<u8>) {
    let checksum = crc32fast::hash(bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
}

/// What lies between the ends, after magic, versions, checksum and plan held.
pub(crate) fn open<'a>(
    bytes: &'a [u8],
    (magic, version): (&[u8; 4], u32),
    plan: &Plan,
) -> Result<Reader<'a>, Error> {
    let refused = |reason| Err(Error::Snapshot { reason });
    if bytes.len() < HEADER + TRAILER || bytes[..4] != *magic {
        return refused("these are not the bytes of a snapshot");
    }
    if bytes[4..8] != version.to_le_bytes() {
        return refused("it is of another version");
    }
    if bytes[8..12] != ARITHMETIC.to_le_bytes() {
        return refused("it is of another version of the arithmetic");
    }
    let (body, checksum) = bytes.split_at(bytes.len() - TRAILER);
    if crc32fast::hash(body).to_le_bytes() != *checksum {
        return refused("its checksum does not hold, the bytes are damaged");
    }
    let mut reader = Reader(&body[12..]);
    if reader.u64() != plan.digest() {
        return refused("it was taken under other parameters");
    }
    Ok(reader)
}

/// The refusal of bytes that another plan must have left.
pub(crate) const fn misfit() -> Error {
    Error::Snapshot {
        reason: "its length does not fit its plan",
    }
}

/// The refusal of bytes that no series can have left, though their checksum holds.
pub(crate) const fn contradiction() -> Error {
    Error::Snapshot {
        reason: "its contents contradict each other",
    }
}

/// Takes numbers off the front of a slice whose length was checked.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_first_chunk().expect("the length was checked");
        self.0 = rest;
        *head
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    pub(crate) fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    /// A number of bars or of series.
    pub(crate) fn count(&mut self) -> Result<usize, Error> {
        let count = self.u64();
        match usize::try_from(count) {
            Ok(n) if count < COUNTS => Ok(n),
            _ => Err(contradiction()),
        }
    }

    fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.take())
    }
}
