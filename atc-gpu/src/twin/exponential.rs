//! Twin of `kernels/exponential.wgsl`.

use crate::real::Real;

/// The bar at which smoothing takes on its seed, and of how many values that is
/// the mean.
#[derive(Clone, Copy)]
pub(super) struct Seed {
    pub(super) first: u32,
    pub(super) n: f64,
}

/// One step of exponential smoothing.
pub(super) fn exponential<T: Real>(before: T, x: T, factor: f64, bar: u32, seed: Seed) -> T {
    if bar < seed.first {
        return before + x;
    }
    if bar == seed.first {
        return (before + x) / T::of(seed.n);
    }
    before + T::of(factor) * (x - before)
}
