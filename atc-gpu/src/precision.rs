//! The numbers a device computes with.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The numbers a device computes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// IEEE double precision: the same bits as the processor.
    #[default]
    F64,
    /// IEEE single precision, for devices without double: other bits, and now
    /// and then another decision.
    F32,
}

impl Precision {
    /// Every precision.
    pub const ALL: &'static [Self] = &[Self::F64, Self::F32];

    /// Their names, in the same order.
    pub const NAMES: &'static [&'static str] = &["f64", "f32"];

    /// The canonical spelling.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The narrowest tie band, relative to the price: a program that asks for a
    /// narrower one gets this. It must be wider than the rounding errors of an
    /// average, or they would decide.
    pub const fn least_tie(self) -> f64 {
        match self {
            Self::F64 => 0.0,
            Self::F32 => 1e-5,
        }
    }

    /// The least positive normal number.
    pub(crate) const fn least_positive(self) -> f64 {
        match self {
            Self::F64 => f64::MIN_POSITIVE,
            Self::F32 => f32::MIN_POSITIVE as f64,
        }
    }

    /// Bytes of one number.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Precision {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|precision| precision.name() == text);
        found.copied().ok_or_else(|| Error::UnknownName {
            what: "precision",
            got: text.to_owned(),
            known: Self::NAMES,
        })
    }
}
