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

/// The most lanes that anything here has.
pub(crate) const MAX_LANES: usize = 16;

/// A fixed number of `f64` lanes.
pub(crate) trait Lanes:
    Copy
    + std::fmt::Debug
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

    /// Whether loops of a length known at compile time pay for the time it takes
    /// to compile them.
    const UNROLL: bool = false;

    /// One truth value per lane.
    type Mask: Copy;

    /// The same value in every lane.
    fn splat(value: f64) -> Self;

    /// The value of one lane.
    fn lane(&self, lane: usize) -> f64;

    /// Replaces the value of one lane.
    fn set_lane(&mut self, lane: usize, value: f64);

    /// Fills the lanes of `out` from one series per lane, each as long as `out`.
    #[inline(always)]
    fn gather(series: &[&[f64]], out: &mut [Self]) {
        for (lane, series) in series.iter().enumerate() {
            for (slot, value) in out.iter_mut().zip(*series) {
                slot.set_lane(lane, *value);
            }
        }
    }

    /// The reverse of [`gather`](Self::gather): the values of a lane go to its row, which is as long as `values`.
    #[inline(always)]
    fn scatter(values: &[Self], rows: &mut [&mut [f64]]) {
        for (lane, row) in rows.iter_mut().enumerate() {
            for (slot, value) in row.iter_mut().zip(values) {
                *slot = value.lane(lane);
            }
        }
    }

    /// As [`scatter`](Self::scatter), to the beginnings of the equal parts of `room`.
    #[inline(always)]
    fn scatter_apart(values: &[Self], room: &mut [f64]) {
        let stride = room.len() / Self::N;
        let mut rows: [&mut [f64]; MAX_LANES] = Default::default();
        for (row, part) in rows.iter_mut().zip(room.chunks_exact_mut(stride)) {
            *row = &mut part[..values.len()];
        }
        Self::scatter(values, &mut rows[..Self::N]);
    }

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

    /// `self + more` where the mask holds, else `self + 0`.
    #[inline(always)]
    fn plus(self, mask: Self::Mask, more: Self) -> Self {
        self + more.keep(mask)
    }

    /// Whether the mask holds in every lane.
    fn all(mask: Self::Mask) -> bool;
}
