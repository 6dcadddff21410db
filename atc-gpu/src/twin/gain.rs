//! Twin of `kernels/gain.wgsl`.

use crate::real::Real;

/// What each bar gains on the one before, times the growth factor of the bar.
pub(super) fn gains<T: Real>(growth: &[f64], close: &[f64]) -> Vec<T> {
    let mut gains = Vec::with_capacity(close.len());
    for bar in 0..close.len() {
        let now = T::of(close[bar]);
        let mut gained = T::of(0.0);
        if bar > 0 {
            let before = T::of(close[bar - 1]);
            gained = ((now - before) / before) * T::of(growth[bar]);
        }
        gains.push(gained);
    }
    gains
}
