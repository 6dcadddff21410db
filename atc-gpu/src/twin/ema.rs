//! Twin of `kernels/ema.wgsl`.

use super::exponential::{Seed, exponential};
use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn ema(&mut self, bar: u32) {
        let x = self.source_at(bar, 0);
        for k in 0..9 {
            let seed = Seed {
                first: self.shape.lengths[k] - 1,
                n: self.numbers.length[k],
            };
            self.recursive[k] =
                exponential(self.recursive[k], x, self.numbers.factor[k], bar, seed);
            self.averages[k] = self.recursive[k];
        }
    }
}
