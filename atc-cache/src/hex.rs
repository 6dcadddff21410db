//! Digests as text: 64 hexadecimal digits.

use std::fmt;

/// Why a text is not a [`Key`](crate::Key) or [`Fingerprint`](crate::Fingerprint).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseDigestError {
    /// Not the length of a digest.
    #[error("a digest is 64 hexadecimal digits, got {got} bytes")]
    Length {
        /// Length of the text, in bytes.
        got: usize,
    },
    /// A character that is no hexadecimal digit.
    #[error("a digest is 64 hexadecimal digits, got {digit:?} at byte {index}")]
    Digit {
        /// Where it stands, in bytes from 0.
        index: usize,
        /// What stands there.
        digit: char,
    },
}

/// Takes upper-case digits as well.
pub(crate) fn parse(text: &str) -> Result<[u8; 32], ParseDigestError> {
    if text.len() != 64 {
        return Err(ParseDigestError::Length { got: text.len() });
    }
    let mut bytes = [0; 32];
    for (index, digit) in text.char_indices() {
        let value = digit
            .to_digit(16)
            .ok_or(ParseDigestError::Digit { index, digit })?;
        bytes[index / 2] = bytes[index / 2] << 4 | value as u8;
    }
    Ok(bytes)
}

pub(crate) fn write(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

pub(crate) fn write_short(f: &mut fmt::Formatter<'_>, name: &str, bytes: &[u8]) -> fmt::Result {
    write!(f, "{name}(")?;
    write(f, &bytes[..4])?;
    f.write_str("…)")
}

/// For `serde(with)`.
#[cfg(feature = "serde")]
pub(crate) mod serde {
    use std::fmt;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    struct Text<'a>(&'a [u8; 32]);

    impl fmt::Display for Text<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            super::write(f, self.0)
        }
    }

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&Text(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(from)?;
        super::parse(&text).map_err(D::Error::custom)
    }
}
