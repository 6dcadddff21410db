//! The identity of a series of numbers.

use std::fmt;

use crate::{ChainBuilder, key};

/// Who a series is: a digest of its values in their order, 256 bits.
///
/// Equal values give equal fingerprints wherever they came from; the name of a series is no part
/// of it. It is the last link of the series' [`Chain`](crate::Chain), so a series cut after whole
/// blocks has the fingerprint that the longer one had there.
///
/// Values are taken as bits: `0.0` and `-0.0` differ, and so do two `NaN` of unlike payload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of `values`, oldest first, without keeping their chain; allocates nothing.
    ///
    /// ```
    /// use atc_cache::{Chain, Fingerprint};
    ///
    /// let close = [1.0, 1.5, 1.25];
    /// assert_eq!(Fingerprint::of(&close), Chain::of(&close).fingerprint());
    /// assert_ne!(Fingerprint::of(&close), Fingerprint::of(&close[..2]));
    /// ```
    pub fn of(values: &[f64]) -> Self {
        let mut last = ChainBuilder::default();
        last.links_of(values, |_| ());
        last.fingerprint()
    }

    /// The fingerprint whose digest is `bytes`.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        key::write_hex(f, &self.0)
    }
}

/// The first eight digits: enough to tell series apart in a log.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        key::write_short(f, "Fingerprint", &self.0)
    }
}
