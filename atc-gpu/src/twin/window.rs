//! Twin of `kernels/window.wgsl`.

use super::family::Family;
use crate::program::Kind;
use crate::real::Real;

impl<T: Real> Family<T> {
    /// What the windows of the family sum.
    fn input_at(&self, bar: u32, back: u32) -> T {
        if self.kind == Kind::Kama {
            (self.source_at(bar, back) - self.source_at(bar, back + 1)).abs()
        } else {
            self.source_at(bar, back)
        }
    }

    /// Takes the input of a bar and returns q.
    pub(super) fn window(&mut self, bar: u32, weighted: bool) -> u32 {
        let since = bar % self.shape.spacing;
        if since == 0 {
            self.window_cut(bar, weighted);
        }
        self.ramp = self.ramp + self.prefix;
        self.prefix = self.prefix + self.input_at(bar, 0);
        since + 1
    }

    fn window_cut(&mut self, bar: u32, weighted: bool) {
        let mut sum = T::of(0.0);
        let mut weight = sum;
        for m in 0..self.shape.rows {
            *self.table(m) = sum;
            sum = sum + self.input_at(bar, m + 1);
            if weighted {
                *self.table(self.shape.rows + m) = weight;
                weight = weight + sum;
            }
        }
        self.prefix = T::of(0.0);
        self.ramp = T::of(0.0);
    }

    /// S of a length, q bars after the cut.
    pub(super) fn plain_sum(&mut self, length: u32, q: u32) -> T {
        *self.table(length - q) + self.prefix
    }

    /// W of a length, which is also given as a number.
    pub(super) fn weighted_sum(&mut self, length: u32, number: f64, q: u32) -> T {
        let old = *self.table(self.shape.rows + length - q);
        old + (T::of(number) * self.prefix - self.ramp)
    }
}
