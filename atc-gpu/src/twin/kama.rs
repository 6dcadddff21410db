//! Twin of `kernels/kama.wgsl`.

use super::family::Family;
use crate::constants::Numbers;
use crate::real::Real;

impl<T: Real> Family<T> {
    pub(super) fn kama(&mut self, bar: u32, x: T) {
        self.window(bar, x);
        for k in 0..9 {
            let length = self.shape.lines[k].length;
            let before = self.recursive[k];
            if bar >= length {
                let noise = self.plain_sum(length);
                let change = x - self.behind(bar, length);
                self.recursive[k] = adapt(&self.numbers, before, x, change, noise);
            } else if self.shape.variant == 1 {
                self.recursive[k] = before + T::of(self.numbers.slow_squared) * (x - before);
            } else if bar == 0 {
                self.recursive[k] = x;
            }
            self.averages[k] = self.recursive[k];
        }
    }
}

fn adapt<T: Real>(numbers: &Numbers, before: T, x: T, change: T, noise: T) -> T {
    // Where noise is 0 so is the change: a bound above 0 gives the ratio 0.
    let ratio = change.abs() / noise.at_least(T::of(numbers.tiny));
    let speed = ratio * T::of(numbers.fast_less_slow) + T::of(numbers.slow);
    before + (speed * speed) * (x - before)
}
