//! Twin of `kernels/hma.wgsl`.

use super::family::Family;
use crate::constants::DIRECT;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn hma(&mut self, bar: u32) {
        let q = self.window(bar, true);
        for k in 0..9 {
            self.averages[k] = if self.shape.variant == 1 {
                self.plain_sum(self.shape.lengths[k], q) * T::of(self.numbers.inverse[k])
            } else {
                let newest = self.difference(k, q);
                self.hull(k, newest, bar)
            };
        }
    }

    fn difference(&mut self, k: usize, q: u32) -> T {
        let fast = self.weighted_sum(self.shape.half[k], self.numbers.half_length[k], q);
        let slow = self.weighted_sum(self.shape.lengths[k], self.numbers.length[k], q);
        fast * T::of(self.numbers.half_scale[k]) - slow * T::of(self.numbers.scale[k])
    }

    fn hull(&mut self, k: usize, newest: T, bar: u32) -> T {
        let s = self.shape.outer[k];
        let ring = self.shape.ring[k];
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
        weighted * T::of(self.numbers.outer_scale[k])
    }

    /// W of the s newest differences, s above DIRECT.
    fn hull_window(&mut self, k: usize, newest: T, since: usize) -> T {
        let s = self.shape.outer[k] as usize;
        let ring = self.shape.ring[k] as usize;
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
        self.state[table + s - 1 - since] + (T::of(self.numbers.outer_length[k]) * total - up)
    }
}
