//! The identity of a series of numbers.

use std::{fmt, str::FromStr};

use crate::{
    ChainBuilder,
    chain::hash_values,
    hex::{self, ParseDigestError},
};

/// Who a series is: a digest of its values in their order, 256 bits.
///
/// Equal values give equal fingerprints wherever they came from; the name of a series is no part
/// of it. It is the last link of the series' [`Chain`](crate::Chain), so a series cut after whole
/// blocks has the fingerprint that the longer one had there.
///
/// Values are taken as bits: `0.0` and `-0.0` differ, and so do two `NaN` of unlike payload.
///
/// Displayed, parsed and serialised as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Fingerprint(#[cfg_attr(feature = "serde", serde(with = "hex::serde"))] [u8; 32]);

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

    /// Names the series that is this one followed by `values`, for who has only the new ones at hand.
    ///
    /// Equal names mean equal values from the start. But it is the name of this way to the series: it is that of
    /// its [`Chain`](crate::Chain) only if this one is a number of whole blocks, and `values` at most one.
    ///
    /// ```
    /// use atc_cache::{BLOCK_VALUES, Fingerprint};
    ///
    /// let close = vec![1.5; BLOCK_VALUES + 2];
    /// let whole = Fingerprint::of(&close[..BLOCK_VALUES]);
    /// assert_eq!(whole.followed_by(&close[BLOCK_VALUES..]), Fingerprint::of(&close));
    /// assert_eq!(whole.followed_by(&[]), whole);
    /// ```
    #[must_use]
    pub fn followed_by(&self, values: &[f64]) -> Self {
        if values.is_empty() {
            return *self;
        }
        let mut next = blake3::Hasher::new_keyed(&self.0);
        hash_values(&mut next, values);
        Self(*next.finalize().as_bytes())
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
        hex::write(f, &self.0)
    }
}

/// The first eight digits: enough to tell series apart in a log.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write_short(f, "Fingerprint", &self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        hex::parse(text).map(Self)
    }
}
