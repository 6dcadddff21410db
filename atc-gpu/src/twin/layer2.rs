//! Twin of `kernels/layer2.wgsl`.

use super::family::{FLOOR, Family};
use super::follow::{Bar, Totals};
use crate::real::Real;

/// Layer 1 and layer 2 of a family.
pub(super) struct Layer2<T> {
    /// Layer-1 signal in hundredths.
    pub(super) signal: T,
    pub(super) equity: T,
    pub(super) factor: T,
}

impl<T: Real> Family<T> {
    pub(super) fn layer2(&mut self, bar: u32, at: &Bar<T>, totals: &Totals<T>) {
        let again = self.shape.again == 1;
        let layer = &mut self.layer;
        let zero = T::of(0.0);
        let flat = if again { layer.factor } else { at.flat };
        let held = if layer.signal < zero { at.down } else { flat };
        layer.factor = if layer.signal > zero { at.up } else { held };
        layer.equity = (layer.equity * layer.factor).at_least(T::of(FLOOR));
        if bar == self.shape.cutout {
            // The first live bar earns nothing; the step to repeat is 0 at first.
            layer.factor = T::of(self.numbers.retain);
        }
        let decided = totals.total - totals.unset;
        let value = (decided - T::of(2.0) * totals.short) / totals.total;
        layer.signal = (value * T::of(100.0) + T::of(0.5)).floor();
    }
}
