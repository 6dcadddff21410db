//! Twin of `kernels/exponential.wgsl`.

use std::cmp::Ordering;

use super::family::Family;
use crate::constants::BLOCK;
use crate::program::Kind;
use crate::real::Real;

/// One step of exponential smoothing.
pub(super) fn exponential<T: Real>(before: T, x: T, factor: f64, bar: u32, first: u32) -> T {
    match bar.cmp(&first) {
        Ordering::Less => before + x,
        Ordering::Equal => before,
        Ordering::Greater => before + T::of(factor) * (x - before),
    }
}

impl<T: Real> Family<T> {
    /// Bars from a bar to the next one that seeds a line, or to the end of the block.
    pub(super) fn begin_exponential(&mut self, bar: u32) -> u32 {
        let x = self.newest(bar);
        if self.kind == Kind::Dema {
            self.seed_dema(x, bar);
        } else {
            self.seed_ema(x, bar);
        }
        let mut left = BLOCK - bar % BLOCK;
        for line in self.shape.lines {
            left = left.min(bars_to(line.length - 1, bar));
            left = left.min(bars_to(line.first, bar));
        }
        left
    }
}

fn bars_to(first: u32, bar: u32) -> u32 {
    if first > bar { first - bar } else { BLOCK }
}
