//! Twin of `kernels/dema.wgsl`.

use super::exponential::exponential;
use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn seed_dema(&mut self, x: T, bar: u32) {
        for k in 0..9 {
            let (shape, numbers) = (self.shape.lines[k], self.numbers.lines[k]);
            let first = shape.length - 1;
            if bar == first {
                self.recursive[k] = (self.recursive[k] + x) / T::of(numbers.length);
            }
            if bar == shape.first {
                let e = exponential(self.recursive[k], x, numbers.factor, bar, first);
                let from_mean = self.shape.variant == 1;
                let n = if from_mean { numbers.length } else { 1.0 };
                self.second[k] = (self.second[k] + e) / T::of(n);
            }
        }
    }

    pub(super) fn dema(&mut self, bar: u32, x: T) {
        for k in 0..9 {
            let factor = self.numbers.lines[k].factor;
            let first = self.shape.lines[k].length - 1;
            let e = exponential(self.recursive[k], x, factor, bar, first);
            if bar >= first {
                let first = self.shape.lines[k].first;
                self.second[k] = exponential(self.second[k], e, factor, bar, first);
            }
            self.recursive[k] = e;
            self.averages[k] = (e + e) - self.second[k];
        }
    }
}
