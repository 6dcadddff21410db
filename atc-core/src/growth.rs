//! The growth factor of a bar.

use crate::Plan;
use crate::lanes::Lanes;

/// Bars that share one exponential; see [`Plan::growth`].
pub(crate) const GROWTH_BLOCK: usize = 64;

impl Plan {
    /// The growth factor `exp(lambda * (bar - cutout))` of a bar.
    ///
    /// Evaluated as `exp(lambda * (b - cutout)) * exp(lambda * (bar - b))` with
    /// `b` the last multiple of 64, on every path, so that a million bars need
    /// sixteen thousand exponentials and not a million.
    pub fn growth(&self, bar: usize) -> f64 {
        self.growth_base(bar) * self.growth[bar % GROWTH_BLOCK]
    }

    /// The factor that the bars of one growth block share.
    #[inline]
    pub(crate) fn growth_base(&self, bar: usize) -> f64 {
        let base = (bar - bar % GROWTH_BLOCK) as f64 - self.params().cutout as f64;
        libm::exp(self.lambda * base)
    }

    /// Fills `out` with the growth factors of the bars from `first_bar`.
    pub(crate) fn growths(&self, first_bar: usize, cache: &mut GrowthCache, out: &mut [f64]) {
        for (j, slot) in out.iter_mut().enumerate() {
            let bar = first_bar + j;
            let block = bar / GROWTH_BLOCK;
            if cache.block != Some(block) {
                *cache = GrowthCache {
                    block: Some(block),
                    base: self.growth_base(bar),
                };
            }
            *slot = cache.base * self.growth[bar % GROWTH_BLOCK];
        }
    }
}

impl Plan {
    /// The growth factors of the bars from `first_bar`, and of those that the lanes behind the first are `ahead`, a
    /// multiple of the growth block.
    #[inline(always)]
    pub(crate) fn lane_growths<V: Lanes>(
        &self,
        first_bar: usize,
        ahead: usize,
    ) -> impl Iterator<Item = V> {
        let mut base = V::splat(0.0);
        (first_bar..).map(move |bar| {
            if bar == first_bar || bar % GROWTH_BLOCK == 0 {
                for lane in 0..V::N {
                    base.set_lane(lane, self.growth_base(bar + lane * ahead));
                }
            }
            base * V::splat(self.growth[bar % GROWTH_BLOCK])
        })
    }
}

/// The last exponential of a growth block, kept because it is the slow part.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GrowthCache {
    block: Option<usize>,
    base: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Params;

    #[test]
    fn growth_is_the_exponential() {
        let plan = Plan::new(Params {
            lambda: 3.0,
            cutout: 100,
            ..Params::default()
        })
        .unwrap();
        for bar in [0, 1, 63, 64, 100, 1000, 12_345] {
            let exact = (0.003 * (bar as f64 - 100.0)).exp();
            assert!((plan.growth(bar) / exact - 1.0).abs() < 1e-13, "bar {bar}");
        }
    }
}
