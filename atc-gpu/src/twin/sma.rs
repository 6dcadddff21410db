//! Twin of `kernels/sma.wgsl`.

use super::family::Family;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn sma(&mut self, bar: u32, x: T) {
        self.window(bar, x);
        for k in 0..9 {
            let inverse = T::of(self.numbers.lines[k].inverse);
            self.averages[k] = self.plain_sum(self.shape.lines[k].length) * inverse;
        }
    }
}
