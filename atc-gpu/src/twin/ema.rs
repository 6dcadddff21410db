//! Twin of `kernels/ema.wgsl`.

use super::exponential::exponential;
use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn seed_ema(&mut self, x: T, bar: u32) {
        for k in 0..9 {
            if bar == self.shape.lines[k].first {
                let length = T::of(self.numbers.lines[k].length);
                self.recursive[k] = (self.recursive[k] + x) / length;
            }
        }
    }

    pub(super) fn ema(&mut self, bar: u32, x: T) {
        for k in 0..9 {
            let factor = self.numbers.lines[k].factor;
            let first = self.shape.lines[k].first;
            self.recursive[k] = exponential(self.recursive[k], x, factor, bar, first);
            self.averages[k] = self.recursive[k];
        }
    }
}
