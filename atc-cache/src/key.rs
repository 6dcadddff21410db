//! What an entry is called: a digest of everything its value depends on.

use std::{fmt, str::FromStr};

use crate::{
    Fingerprint,
    hex::{self, ParseDigestError},
};

/// Separates our digests from every other use of blake3.
const CONTEXT: &str = "atc-cache 2026-11-23 key of an entry";

/// The name of an entry: 256 bits that stand for everything its value depends on.
///
/// Made by [`KeyBuilder`]. Displayed, parsed and serialised as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Key(#[cfg_attr(feature = "serde", serde(with = "hex::serde"))] [u8; 32]);

impl Key {
    /// The key whose digest is `bytes`.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The digest.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of what this one stands for, asked of the series with these fingerprints: a fraction
    /// of a microsecond, where a [`KeyBuilder`] of its own would take several.
    ///
    /// ```
    /// use atc_cache::{Fingerprint, KeyBuilder};
    ///
    /// let question = KeyBuilder::new("mean", 1).uint("length", 28).finish();
    /// let key = |close: &[f64]| question.about(&[Fingerprint::of(close)]);
    /// assert_eq!(key(&[1.0, 2.0]), key(&[1.0, 2.0]));
    /// assert_ne!(key(&[1.0, 2.0]), key(&[1.0, 2.5]));
    /// ```
    #[must_use]
    pub fn about(&self, series: &[Fingerprint]) -> Self {
        // Nearly always: what is hashed at once takes half of the time.
        if let [one] = series {
            return Self(*blake3::keyed_hash(&self.0, one.as_bytes()).as_bytes());
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        for one in series {
            hasher.update(one.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// 64 lower-case hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, &self.0)
    }
}

/// The first eight digits: enough to tell keys apart in a log.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write_short(f, "Key", &self.0)
    }
}

impl FromStr for Key {
    type Err = ParseDigestError;

    fn from_str(text: &str) -> Result<Self, ParseDigestError> {
        hex::parse(text).map(Self)
    }
}

/// Collects what a value depends on and digests it into a [`Key`].
///
/// Begins with a domain (what kind of value), its schema version and the version of what computes
/// it; then parameters and contents, each with a name, in an order the caller keeps to. Every field
/// is hashed as kind, length, name, length, value, so that no two different sequences of fields
/// look alike; numbers as little-endian bits, so that a key is the same on every platform.
///
/// Parameters that many keys share are hashed once: clone the builder after them.
///
/// ```
/// use atc_cache::{Fingerprint, KeyBuilder};
///
/// let shared = KeyBuilder::new("average", 1)
///     .evaluator("mean", 3)
///     .uint("length", 28)
///     .float("weight", 0.5);
/// let key = |close: &[f64]| shared.clone().content("close", Fingerprint::of(close)).finish();
///
/// assert_eq!(key(&[1.0, 2.0]), key(&[1.0, 2.0]));
/// assert_ne!(key(&[1.0, 2.0]), key(&[1.0, 2.5]));
/// ```
#[derive(Clone, Debug)]
pub struct KeyBuilder(blake3::Hasher);

impl KeyBuilder {
    /// A key of the kind `domain`, whose values are encoded as version `schema` says.
    pub fn new(domain: &str, schema: u32) -> Self {
        Self(blake3::Hasher::new_derive_key(CONTEXT))
            .text("domain", domain)
            .uint("schema", schema.into())
    }

    /// Who computes the value, and which version of its arithmetic.
    #[must_use]
    pub fn evaluator(self, name: &str, version: u32) -> Self {
        self.text("evaluator", name)
            .uint("evaluator version", version.into())
    }

    /// A text, such as the name of an option.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.field(b't', name, value.as_bytes())
    }

    /// A count.
    #[must_use]
    pub fn uint(self, name: &str, value: u64) -> Self {
        self.field(b'u', name, &value.to_le_bytes())
    }

    /// A number that may be negative. The same number as [`uint`](Self::uint) gives another key.
    #[must_use]
    pub fn signed(self, name: &str, value: i64) -> Self {
        self.field(b'i', name, &value.to_le_bytes())
    }

    /// A switch.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> Self {
        self.field(b'b', name, &[value.into()])
    }

    /// A number, by its bits: `0.0` and `-0.0` give different keys.
    #[must_use]
    pub fn float(self, name: &str, value: f64) -> Self {
        self.field(b'f', name, &value.to_bits().to_le_bytes())
    }

    /// Bytes that are canonical already.
    #[must_use]
    pub fn bytes(self, name: &str, value: &[u8]) -> Self {
        self.field(b'r', name, value)
    }

    /// The series the value is computed from.
    #[must_use]
    pub fn content(self, name: &str, series: Fingerprint) -> Self {
        self.field(b'c', name, series.as_bytes())
    }

    /// The key of everything collected so far.
    pub fn finish(&self) -> Key {
        Key(*self.0.finalize().as_bytes())
    }

    fn field(mut self, kind: u8, name: &str, value: &[u8]) -> Self {
        self.0.update(&[kind]);
        for part in [name.as_bytes(), value] {
            self.0.update(&(part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
        self
    }
}
