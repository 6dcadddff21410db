//! Instruction sets: which lanes carry the series.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// An instruction set to compute with. All of them give the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isa {
    /// What the program was compiled for, with this many lanes: 1 or 4, and with
    /// the feature `all-lanes` also 2, 8 or 16.
    Portable(usize),
    /// AVX2 on x86-64: four lanes.
    Avx2,
    /// AVX-512F on x86-64: eight lanes.
    Avx512,
}

impl Isa {
    /// The fastest instruction set of this processor.
    pub fn detect() -> Self {
        [Self::Avx512, Self::Avx2]
            .into_iter()
            .find(|isa| isa.is_available())
            .unwrap_or(Self::Portable(4))
    }

    /// Whether this processor has it.
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable(1 | 4) => true,
            Self::Portable(lanes) => cfg!(feature = "all-lanes") && matches!(lanes, 2 | 8 | 16),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx2")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Every instruction set and lane count of this processor.
    pub fn available() -> Vec<Self> {
        let portable = [1, 2, 4, 8, 16].map(Self::Portable);
        let all = portable.into_iter().chain([Self::Avx2, Self::Avx512]);
        all.filter(|isa| isa.is_available()).collect()
    }

    /// Series that go side by side.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Portable(lanes) => lanes,
            Self::Avx2 => 4,
            Self::Avx512 => 8,
        }
    }
}

impl fmt::Display for Isa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Portable(lanes) => write!(f, "portable{lanes}"),
            Self::Avx2 => f.write_str("avx2"),
            Self::Avx512 => f.write_str("avx512"),
        }
    }
}

impl FromStr for Isa {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        const KNOWN: &[&str] = &[
            "portable1",
            "portable2",
            "portable4",
            "portable8",
            "portable16",
            "avx2",
            "avx512",
        ];
        let all = [1, 2, 4, 8, 16].map(Self::Portable);
        let found = all
            .into_iter()
            .chain([Self::Avx2, Self::Avx512])
            .find(|isa| isa.to_string() == text);
        found.ok_or_else(|| Error::UnknownName {
            what: "instruction set",
            got: text.to_owned(),
            known: KNOWN,
        })
    }
}
