//! Twin of `kernels/window.wgsl`, and of `near.wgsl` and `far.wgsl`.

use super::family::Family;
use crate::program::Kind;
use crate::real::Real;

impl<T: Real> Family<T> {
    /// What the windows of the family sum.
    fn input(&self, x: T, before: T) -> T {
        if self.kind == Kind::Kama {
            (x - before).abs()
        } else {
            x
        }
    }

    /// Whether they sum it with weights, too.
    fn is_weighted(&self) -> bool {
        self.kind != Kind::Kama && !self.is_plain
    }

    /// Bars from a bar to the next cut.
    pub(super) fn begin_window(&mut self, bar: u32) -> u32 {
        self.q = bar % self.shape.spacing;
        if self.q == 0 {
            self.cut(bar);
        }
        self.shape.spacing - self.q
    }

    fn cut(&mut self, bar: u32) {
        let mut sum = T::of(0.0);
        let mut weight = sum;
        let mut newer = self.behind(bar, 1);
        for m in 0..self.shape.rows {
            *self.table(m) = sum;
            let older = self.behind(bar, m + 2);
            sum = sum + self.input(newer, older);
            if self.is_weighted() {
                *self.table(self.shape.rows + m) = weight;
                weight = weight + sum;
            }
            newer = older;
        }
        self.prefix = T::of(0.0);
        self.ramp = T::of(0.0);
    }

    /// Takes the source of a bar.
    pub(super) fn window(&mut self, bar: u32, x: T) {
        self.q += 1;
        self.ramp = self.ramp + self.prefix;
        self.prefix = self.prefix + self.input(x, self.behind(bar, 1));
    }

    /// S of a length.
    pub(super) fn plain_sum(&mut self, length: u32) -> T {
        let old = *self.table(length - self.q);
        old + self.prefix
    }

    /// W of a length, which is also given as a number.
    pub(super) fn weighted_sum(&mut self, length: u32, number: f64) -> T {
        let old = *self.table(self.shape.rows + length - self.q);
        old + (T::of(number) * self.prefix - self.ramp)
    }
}
