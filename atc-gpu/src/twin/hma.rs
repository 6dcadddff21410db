//! Twin of `kernels/hma.wgsl`, and of `hull_near.wgsl` and `hull_far.wgsl`.

use super::family::Family;
use crate::constants::DIRECT;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn hma(&mut self, bar: u32, x: T) {
        self.window(bar, x);
        for k in 0..9 {
            let (shape, numbers) = (self.shape.lines[k], self.numbers.lines[k]);
            let fast = self.weighted_sum(shape.half, numbers.half_length);
            let slow = self.weighted_sum(shape.length, numbers.length);
            let newest = fast * T::of(numbers.half_scale) - slow * T::of(numbers.scale);
            self.averages[k] = self.hull(k, bar, newest) * T::of(numbers.outer_scale);
        }
    }

    fn hull(&mut self, k: usize, bar: u32, newest: T) -> T {
        let s = self.shape.lines[k].outer;
        let ring = self.shape.lines[k].ring;
        let slot = bar % s;
        let mut weighted = newest;
        if s > DIRECT {
            weighted = self.hull_window(k, newest, slot as usize);
        } else {
            let mut sum = newest;
            for back in 1..s {
                let wrapped = if back > slot { s } else { 0 };
                sum = sum + self.state[(ring + slot + wrapped - back) as usize];
                weighted = weighted + sum;
            }
        }
        self.state[(ring + slot) as usize] = newest;
        weighted
    }

    /// W of the s newest differences, s above DIRECT.
    fn hull_window(&mut self, k: usize, newest: T, since: usize) -> T {
        let s = self.shape.lines[k].outer as usize;
        let ring = self.shape.lines[k].ring as usize;
        let table = ring + s;
        let running = table + s;
        if since == 0 {
            let mut sum = T::of(0.0);
            let mut weight = sum;
            for m in 0..s {
                self.state[table + m] = weight;
                sum = sum + self.state[ring + s - 1 - m];
                weight = weight + sum;
            }
            self.state[running] = T::of(0.0);
            self.state[running + 1] = T::of(0.0);
        }
        let up = self.state[running + 1] + self.state[running];
        let total = self.state[running] + newest;
        self.state[running] = total;
        self.state[running + 1] = up;
        self.state[table + s - 1 - since] + (T::of(self.numbers.lines[k].outer_length) * total - up)
    }
}
