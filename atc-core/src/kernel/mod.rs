//! The step: the one place where the indicator is computed.
//!
//! A [`Tile`] is the state of some series side by side, one per lane; a
//! [`Block`] is workspace for a run of bars. Whether a tile has one lane or
//! eight, and whether bars come one at a time or in blocks, each lane goes
//! through the same operations in the same order: that is what makes stream,
//! batch and restored runs equal bit for bit. Nothing depends on where a block
//! begins; only the absolute bar number decides where window sums are cut.
//!
//! One block runs through: bar constants, window sums, then family by family
//! averages → crossovers and equities → layer 2, and last the average.

#![expect(
    clippy::needless_range_loop,
    reason = "one index runs through several arrays of lines, as in the formulas"
)]

pub(crate) mod averages;
pub(crate) mod constants;
pub(crate) mod family;
pub(crate) mod follow;
pub(crate) mod fresh;
pub(crate) mod layers;
pub(crate) mod record;
pub(crate) mod sharing;
pub(crate) mod tile;
pub(crate) mod trail;
pub(crate) mod window;

pub(crate) use tile::{Block, Feed, Tile};
