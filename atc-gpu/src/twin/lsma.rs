//! Twin of `kernels/lsma.wgsl`.

use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn lsma(&mut self, bar: u32) {
        let q = self.window(bar, true);
        for k in 0..9 {
            let weighted = self.weighted_sum(self.shape.lengths[k], self.numbers.length[k], q);
            let sum = self.plain_sum(self.shape.lengths[k], q);
            self.averages[k] =
                weighted * T::of(self.numbers.of_weighted[k]) + sum * T::of(self.numbers.of_sum[k]);
        }
    }
}
