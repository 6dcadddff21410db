//! Numbers and parts as bytes, and back.

/// Somewhere to write bytes to.
pub(super) trait Bytes {
    fn put(&mut self, bytes: &[u8]);

    /// As [`put`](Self::put), with their number before them.
    fn put_part(&mut self, part: &[u8]) {
        self.put(&(part.len() as u32).to_le_bytes());
        self.put(part);
    }
}

impl Bytes for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// Fills it from the beginning; it has to have room.
impl Bytes for &mut [u8] {
    fn put(&mut self, bytes: &[u8]) {
        let (here, rest) = std::mem::take(self).split_at_mut(bytes.len());
        here.copy_from_slice(bytes);
        *self = rest;
    }
}

pub(super) fn put_values(out: &mut Vec<u8>, values: &[f64]) {
    out.put(&(8 * values.len() as u32).to_le_bytes());
    for value in values {
        out.put(&value.to_le_bytes());
    }
}

pub(super) fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (head, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*head)
}

pub(super) fn take_part<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = u32::from_le_bytes(take(rest)?);
    let (part, after) = rest.split_at_checked(length as usize)?;
    *rest = after;
    Some(part)
}

pub(super) fn take_values(rest: &mut &[u8]) -> Option<Vec<f64>> {
    let (values, more) = take_part(rest)?.as_chunks();
    let values = values.iter().map(|bytes| f64::from_le_bytes(*bytes));
    more.is_empty().then(|| values.collect())
}
