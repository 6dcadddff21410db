//! A batch of entries as it lies in the log: a list of what it holds, then the envelopes.
//!
//! ```text
//! magic "ATCL" | entries u32 | digest of the list, 16 bytes | list | envelopes
//! list: for each entry its key, 32 bytes | bytes of its envelope u64
//! ```
//!
//! Who opens the log reads the lists, whatever the entries weigh.

use xxhash_rust::xxh3::xxh3_128;

use super::{entry::Value, sealed::Sealed};
use crate::Key;

/// Version of this layout.
pub(super) const LOG: u32 = 2;

const MAGIC: [u8; 4] = *b"ATCL";
/// Bytes before the list.
pub(super) const HEAD_BYTES: usize = 4 + 4 + 16;
const ITEM_BYTES: usize = 32 + 8;

/// The bytes of a batch.
pub(super) fn encode(values: &[Value]) -> Vec<u8> {
    let n_values = u32::try_from(values.len()).expect("a batch is as small as a queue");
    let mut list = Vec::with_capacity(ITEM_BYTES * values.len());
    for value in values {
        list.extend_from_slice(value.key.as_bytes());
        list.extend_from_slice(&(value.sealed_bytes() as u64).to_le_bytes());
    }
    let mut bytes = Vec::with_capacity(len(values));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&n_values.to_le_bytes());
    bytes.extend_from_slice(&xxh3_128(&list).to_le_bytes());
    bytes.extend_from_slice(&list);
    for value in values {
        bytes.extend_from_slice(&value.header());
        bytes.extend_from_slice(&value.payload);
    }
    bytes
}

/// How many bytes [`encode`] makes.
pub(super) fn len(values: &[Value]) -> usize {
    let envelopes: usize = values.iter().map(Value::sealed_bytes).sum();
    HEAD_BYTES + ITEM_BYTES * values.len() + envelopes
}

/// How many bytes a batch that begins like this has before its envelopes; `None` if none does.
pub(super) fn list_end(head: &[u8; HEAD_BYTES]) -> Option<usize> {
    if head[..4] != MAGIC {
        return None;
    }
    let n_entries = u32::from_le_bytes(*head[4..].first_chunk()?);
    let list = usize::try_from(n_entries).ok()?.checked_mul(ITEM_BYTES)?;
    list.checked_add(HEAD_BYTES)
}

/// What a batch that begins at `at` holds, told by its bytes up to [`list_end`], and where it ends; `None` if they
/// are damaged.
pub(super) fn decode(bytes: &[u8], at: u64) -> Option<(Vec<(Key, Sealed)>, u64)> {
    let (head, list) = bytes.split_at_checked(HEAD_BYTES)?;
    if xxh3_128(list).to_le_bytes() != head[8..] {
        return None;
    }
    let mut end = at.checked_add(bytes.len() as u64)?;
    let mut entries = Vec::with_capacity(list.len() / ITEM_BYTES);
    for item in list.chunks_exact(ITEM_BYTES) {
        let key = Key::from_bytes(*item.first_chunk()?);
        let n_bytes = u64::from_le_bytes(*item.last_chunk()?);
        let bytes = usize::try_from(n_bytes).ok()?;
        entries.push((key, Sealed { at: end, bytes }));
        end = end.checked_add(n_bytes)?;
    }
    Some((entries, end))
}
