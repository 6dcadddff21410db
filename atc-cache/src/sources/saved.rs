//! The file of a source index: records ascending by location.
//!
//! It is read in one piece and left as it is: an index of thousands of sources costs no thousands of allocations.

use std::{
    io,
    path::Path,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use super::{Record, Touched};
use crate::{
    Stamp,
    stamp::Identity,
    whole::{self, Version, Whole},
};

const MAGIC: &[u8; 8] = b"ATCSRC03";

/// Records as they lie in the file.
#[derive(Debug, Default)]
pub(super) struct Saved {
    bytes: Vec<u8>,
    /// Where each record begins, and after the last one where it ends.
    starts: Vec<u32>,
    /// The record after the one that was asked for last: sources are mostly asked for in their order.
    next: AtomicUsize,
    version: Version,
}

impl Saved {
    /// What is in a file; nothing if it is missing, damaged or of another version.
    pub(super) fn read(path: &Path) -> Self {
        let Whole { bytes, version } = Whole::read(path);
        Self {
            version,
            ..Self::decode(bytes).unwrap_or_default()
        }
    }

    /// Whether there is no need to read the file again.
    pub(super) fn is_still_in(&self, path: &Path) -> bool {
        self.version.is_still(path)
    }

    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn get(&self, location: &str) -> Option<(Stamp, &[u8])> {
        Record::decode(self.rest(self.find(location)?))
    }

    pub(super) fn contains(&self, location: &str) -> bool {
        self.find(location).is_some()
    }

    /// The locations that begin with `prefix`, ascending.
    pub(super) fn locations(&self, prefix: &str) -> impl Iterator<Item = &str> {
        let all = (self.first_from(prefix)..self.len()).map(|at| self.location(at));
        all.take_while(move |location| location.starts_with(prefix.as_bytes()))
            .filter_map(|location| str::from_utf8(location).ok())
    }

    /// `n` locations from the one at `start` on, which is counted round and round.
    pub(super) fn some_locations(&self, start: usize, n: usize) -> Vec<&str> {
        let start = start.checked_rem(self.len()).unwrap_or(0);
        let all = (start..self.len()).chain(0..start).take(n);
        all.filter_map(|at| str::from_utf8(self.location(at)).ok())
            .collect()
    }

    /// The first and the last location that begins with `prefix`.
    pub(super) fn ends(&self, prefix: &str) -> Option<(&str, &str)> {
        let prefix = prefix.as_bytes();
        let from = self.first_that(|location| prefix <= location);
        let to = self.first_that(|location| prefix <= location && !location.starts_with(prefix));
        let text = |at: usize| str::from_utf8(self.location(at)).ok();
        (from < to).then(|| Some((text(from)?, text(to - 1)?)))?
    }

    /// Writes the file with `touched` in place of what it holds.
    pub(super) fn write_with(&self, touched: &Touched, path: &Path) -> io::Result<()> {
        whole::write(path, |file| {
            file.put(MAGIC)?;
            let mut bytes = Vec::with_capacity(512);
            let mut old = (0..self.len()).peekable();
            for (location, record) in touched {
                while let Some(at) = old.next_if(|at| self.location(*at) < location.as_bytes()) {
                    file.put(self.record(at))?;
                }
                let _replaced = old.next_if(|at| self.location(*at) == location.as_bytes());
                if let Some(record) = record {
                    bytes.clear();
                    put_part(&mut bytes, location.as_bytes());
                    record.encode(&mut bytes);
                    file.put(&bytes)?;
                }
            }
            old.try_for_each(|at| file.put(self.record(at)))
        })
    }

    fn decode(bytes: Vec<u8>) -> Option<Self> {
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let mut starts = Vec::new();
        let mut before: Option<&[u8]> = None;
        while !rest.is_empty() {
            starts.push(u32::try_from(bytes.len() - rest.len()).ok()?);
            let location = take_part(&mut rest)?;
            if before.is_some_and(|before| location <= before) || str::from_utf8(location).is_err()
            {
                return None;
            }
            before = Some(location);
            Record::skip(&mut rest)?;
        }
        starts.push(u32::try_from(bytes.len()).ok()?);
        let next = AtomicUsize::new(0);
        Some(Self {
            bytes,
            starts,
            next,
            version: Version::default(),
        })
    }

    fn find(&self, location: &str) -> Option<usize> {
        let is_at = |at: usize| at < self.len() && self.location(at) == location.as_bytes();
        let next = self.next.load(Relaxed);
        let at = if is_at(next) {
            next
        } else {
            Some(self.first_from(location)).filter(|at| is_at(*at))?
        };
        self.next.store(at + 1, Relaxed);
        Some(at)
    }

    /// The first record whose location is not before this one.
    fn first_from(&self, location: &str) -> usize {
        self.first_that(|other| location.as_bytes() <= other)
    }

    /// The first record of which `is_there` holds; it holds of all that follow.
    fn first_that(&self, is_there: impl Fn(&[u8]) -> bool) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            if is_there(self.location(middle)) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        from
    }

    fn record(&self, at: usize) -> &[u8] {
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }

    fn location(&self, at: usize) -> &[u8] {
        take_part(&mut self.record(at)).unwrap_or_default()
    }

    /// A record after its location.
    fn rest(&self, at: usize) -> &[u8] {
        let mut rest = self.record(at);
        let _location = take_part(&mut rest);
        rest
    }
}

impl Record {
    /// Length, modified, taken, kind of identity, identity, facts.
    fn encode(&self, bytes: &mut Vec<u8>) {
        let Self { stamp, facts } = self;
        bytes.extend_from_slice(&stamp.length.to_le_bytes());
        for time in [stamp.modified, stamp.taken] {
            bytes.extend_from_slice(&time.as_secs().to_le_bytes());
            bytes.extend_from_slice(&time.subsec_nanos().to_le_bytes());
        }
        match &stamp.identity {
            Identity::File(device, inode) => {
                bytes.push(0);
                put_part(
                    bytes,
                    [device.to_le_bytes(), inode.to_le_bytes()].as_flattened(),
                );
            }
            Identity::Tag(tag) => {
                bytes.push(1);
                put_part(bytes, tag.as_bytes());
            }
            Identity::Files(digest) => {
                bytes.push(2);
                put_part(bytes, digest.as_bytes());
            }
        }
        put_part(bytes, facts);
    }

    /// Stamp and facts of what [`encode`](Self::encode) wrote.
    fn decode(mut rest: &[u8]) -> Option<(Stamp, &[u8])> {
        let rest = &mut rest;
        let length = u64::from_le_bytes(take(rest)?);
        let modified = take_time(rest)?;
        let taken = take_time(rest)?;
        let [kind] = take(rest)?;
        let mut identity = take_part(rest)?;
        let text = |bytes: &[u8]| str::from_utf8(bytes).map(str::to_owned).ok();
        let identity = match kind {
            0 => Identity::File(
                u64::from_le_bytes(take(&mut identity)?),
                u64::from_le_bytes(take(&mut identity)?),
            ),
            1 => Identity::Tag(text(identity)?),
            2 => Identity::Files(text(identity)?),
            _ => return None,
        };
        let stamp = Stamp {
            length,
            modified,
            identity,
            taken,
        };
        Some((stamp, take_part(rest)?))
    }

    /// Moves behind a record, if there is a whole one.
    fn skip(rest: &mut &[u8]) -> Option<()> {
        take::<{ 8 + 2 * 12 + 1 }>(rest)?;
        take_part(rest)?;
        take_part(rest)?;
        Some(())
    }
}

fn put_part(bytes: &mut Vec<u8>, part: &[u8]) {
    bytes.extend_from_slice(&(part.len() as u32).to_le_bytes());
    bytes.extend_from_slice(part);
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*head)
}

fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(rest)?);
    let (part, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(part)
}

fn take_time(rest: &mut &[u8]) -> Option<Duration> {
    let seconds = u64::from_le_bytes(take(rest)?);
    let nanos = u32::from_le_bytes(take(rest)?);
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}
