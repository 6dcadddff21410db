//! Twin of `kernels/lsma.wgsl`.

use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn lsma(&mut self, bar: u32, x: T) {
        self.window(bar, x);
        for k in 0..9 {
            let (length, numbers) = (self.shape.lines[k].length, self.numbers.lines[k]);
            let weighted = self.weighted_sum(length, numbers.length);
            let sum = self.plain_sum(length);
            self.averages[k] = weighted * T::of(numbers.of_weighted) + sum * T::of(numbers.of_sum);
        }
    }
}
