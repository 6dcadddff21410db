//! Twin of `kernels/dema.wgsl`.

use super::exponential::{Seed, exponential};
use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn dema(&mut self, bar: u32) {
        let x = self.source_at(bar, 0);
        for k in 0..9 {
            let factor = self.numbers.factor[k];
            let length = self.numbers.length[k];
            let begin = self.shape.lengths[k] - 1;
            let seed = Seed {
                first: begin,
                n: length,
            };
            let e = exponential(self.recursive[k], x, factor, bar, seed);
            self.recursive[k] = e;
            if bar >= begin {
                let n = if self.shape.variant == 1 { length } else { 1.0 };
                let first = self.shape.first[k];
                self.second[k] = exponential(self.second[k], e, factor, bar, Seed { first, n });
            }
            self.averages[k] = (e + e) - self.second[k];
        }
    }
}
