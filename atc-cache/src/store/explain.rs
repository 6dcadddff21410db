//! Why a key hits or misses, in words.

use std::{fmt, time::Duration};

use super::{Entry, MissReason, Tier};

/// Where an entry is, or why it is nowhere; see [`Store::explain`](super::Store::explain).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Explanation {
    /// It would be found.
    Hit {
        /// Where.
        tier: Tier,
        /// Length of the payload.
        bytes: usize,
        /// What it took to compute.
        cost: Duration,
    },
    /// It would be missed.
    Miss(MissReason),
}

impl Explanation {
    pub(super) fn new(found: Result<Entry, MissReason>) -> Self {
        match found {
            Ok(entry) => Self::Hit {
                tier: entry.tier(),
                bytes: entry.len(),
                cost: entry.cost(),
            },
            Err(reason) => Self::Miss(reason),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hit { tier, bytes, cost } => {
                write!(
                    f,
                    "hit: {tier}, {bytes} bytes that took {cost:?} to compute"
                )
            }
            Self::Miss(reason) => write!(f, "miss: {reason}"),
        }
    }
}
