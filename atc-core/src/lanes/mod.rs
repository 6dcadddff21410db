//! Lanes: several series side by side, one arithmetic for all of them.
//!
//! The kernel is written once over [`Lanes`]; a lane is a series. Every
//! operation here works lane by lane and rounds as IEEE 754 prescribes, so a
//! lane's bits do not depend on how many neighbours it has or on the
//! instruction set that carries them. There is no fused multiply-add, and no
//! operation across lanes that touches a value.

pub(crate) mod portable;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use std::ops::{Add, Div, Mul, Sub};

pub(crate) use portable::Wide;

/// A fixed number of `f64` lanes.
pub(crate) trait Lanes:
    Copy
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
{
    /// The number of lanes.
    const N: usize;

    /// One truth value per lane.
    type Mask: Copy;

    /// The same value in every lane.
    fn splat(value: f64) -> Self;

    /// The value of one lane.
    fn lane(&self, lane: usize) -> f64;

    /// Replaces the value of one lane.
    fn set_lane(&mut self, lane: usize, value: f64);

    /// Magnitudes.
    fn abs(self) -> Self;

    /// Largest integers not above.
    fn floor(self) -> Self;

    /// The larger of `self` and `bound`; a NaN in `self` stays a NaN.
    fn at_least(self, bound: Self) -> Self;

    /// `self > other`; false where either is NaN.
    fn gt(self, other: Self) -> Self::Mask;

    /// `self <= other`; false where either is NaN.
    fn le(self, other: Self) -> Self::Mask;

    /// `yes` where the mask holds, else `no`.
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// `self` where the mask holds, else +0.
    fn keep(self, mask: Self::Mask) -> Self;

    /// Whether the mask holds in every lane.
    fn all(mask: Self::Mask) -> bool;
}
