//! A universe as bytes, and back.
//!
//! ```text
//! magic "ATCU" | version u32 | arithmetic u32 | plan digest u64 | next id u64 | n u64
//! | n times: id u64, state as in a snapshot of a classifier | crc32 u32
//! ```
//!
//! Little-endian throughout.

use std::sync::Arc;

use super::{Member, SymbolId, Universe};
use crate::snapshot::{begin, contradiction, misfit, open, seal, state_len};
use crate::{Classifier, Error, Plan};

const MAGIC: &[u8; 4] = b"ATCU";

/// Version of the layout; [`ARITHMETIC`](crate::ARITHMETIC) stands beside it.
const VERSION: u32 = 2;

impl Universe {
    /// The state of all series as bytes: versioned, checksummed, a few KB a series.
    pub fn snapshot(&self) -> Vec<u8> {
        let each = 8 + state_len(&self.plan);
        let mut bytes = Vec::with_capacity(44 + self.len() * each);
        begin(&mut bytes, (MAGIC, VERSION), &self.plan);
        bytes.extend_from_slice(&self.next.to_le_bytes());
        bytes.extend_from_slice(&(self.len() as u64).to_le_bytes());
        let mut room = Vec::new();
        for member in &self.members {
            bytes.extend_from_slice(&member.id.0.to_le_bytes());
            member.classifier.write_state(&mut bytes, &mut room);
        }
        seal(&mut bytes);
        bytes
    }

    /// A universe that goes on from a snapshot's bytes, with the same ids.
    ///
    /// As with a [`Snapshot`](crate::Snapshot), the checksum finds damage, not forgery.
    ///
    /// # Errors
    ///
    /// [`Error::Snapshot`] if the bytes are damaged, of another version, contradict
    /// themselves, or were taken under a plan that computes something else.
    pub fn restore(plan: impl Into<Arc<Plan>>, bytes: &[u8]) -> Result<Self, Error> {
        let plan = plan.into();
        let mut reader = open(bytes, (MAGIC, VERSION), &plan)?;
        let each = 8 + state_len(&plan);
        if reader.0.len() < 16 || !(reader.0.len() - 16).is_multiple_of(each) {
            return Err(misfit());
        }
        let (next, n) = (reader.count()? as u64, reader.count()?);
        if reader.0.len() / each != n {
            return Err(misfit());
        }
        let mut room = Vec::new();
        let mut members = Vec::<Member>::with_capacity(n);
        for _ in 0..n {
            let id = SymbolId(reader.u64());
            // Ids rise and are never used again: `add` and `place` count on it.
            if next <= id.0 || members.last().is_some_and(|before| id <= before.id) {
                return Err(contradiction());
            }
            let classifier = Classifier::read_state(&plan, &mut reader, &mut room)?;
            members.push(Member { id, classifier });
        }
        Ok(Self {
            plan,
            members,
            next,
        })
    }
}
