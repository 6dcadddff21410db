//! Twin of `kernels/wma.wgsl`.

use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn wma(&mut self, bar: u32, x: T) {
        self.window(bar, x);
        for k in 0..9 {
            let numbers = self.numbers.lines[k];
            let weighted = self.weighted_sum(self.shape.lines[k].length, numbers.length);
            self.averages[k] = weighted * T::of(numbers.scale);
        }
    }
}
