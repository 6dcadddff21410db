//! What lies where in the numbers of a strand.

use crate::kernel::sharing::WindowPlan;
use crate::kernel::window::Shape;
use crate::plan::smoothing_length;
use crate::{Family, Hma, PerFamily, Switches};

/// Longest outer Hull average that is summed afresh; as in the tile.
use crate::kernel::averages::hull::DIRECT;

/// A ring of the newest values: the value of bar `b` lies at `at + b % len`, and
/// the length is a power of two.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ring {
    pub(super) at: usize,
    mask: usize,
}

impl Ring {
    /// Where the value of a bar lies, if it was not overwritten yet.
    #[inline(always)]
    pub(super) fn of(self, bar: usize) -> usize {
        self.at + (bar & self.mask)
    }

    const fn len(self) -> usize {
        self.mask + 1
    }
}

/// Remainders of bar numbers by two multiplications: a division takes a tenth of the
/// time of a whole step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Period {
    length: u64,
    /// `2^64 / length`, rounded up.
    inverse: u64,
}

impl Period {
    const fn new(length: usize) -> Self {
        let length = length as u64;
        // Wraps to 0 for a length of 1, of which every remainder is 0.
        let inverse = (u64::MAX / length).wrapping_add(1);
        Self { length, inverse }
    }

    /// `bar % length`.
    #[inline(always)]
    pub(super) fn phase(self, bar: usize) -> usize {
        let bar = bar as u64;
        if bar > u64::from(u32::MAX) {
            return (bar % self.length) as usize;
        }
        let fraction = self.inverse.wrapping_mul(bar);
        ((u128::from(fraction) * u128::from(self.length)) >> 64) as usize
    }
}

/// The sums of one window set: prefix, ramp, then `S_old` and `W_old`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Set {
    pub(super) shape: Shape,
    pub(super) spacing: Period,
    at: usize,
    /// Whether `W_old` is kept.
    pub(super) weights: bool,
}

impl Set {
    fn len(self) -> usize {
        2 + self.shape.longest * if self.weights { 2 } else { 1 }
    }

    /// Everything of this set.
    #[inline(always)]
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.at..self.at + self.len()
    }
}

/// What one outer Hull average sums.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outer {
    /// Its differences, beyond [`DIRECT`] bars.
    pub(super) ring: Ring,
    pub(super) set: Set,
    /// The line it belongs to.
    pub(super) k: usize,
}

/// What lies where.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The first bar that a strand can take: nothing is in warm-up any more.
    pub(crate) from: usize,
    /// Numbers in all.
    pub(crate) len: usize,
    /// Source values.
    pub(super) source: Ring,
    /// Sets over the source, as in [`WindowPlan`].
    pub(super) sets: Vec<Set>,
    /// The set over the absolute changes of the source.
    pub(super) noise: Set,
    /// Hull differences of the newest bars, nine a bar.
    pub(super) rows: Rows,
    /// Outer Hull averages too long to be summed afresh.
    pub(super) outer: Vec<Outer>,
    /// The bars over which each of the others is summed afresh; 0 for those.
    pub(super) direct: [usize; 9],
}

/// Rows of nine, `n` of them: that of bar `b` is number `b % n`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) at: usize,
    pub(super) n: usize,
    pub(super) period: Period,
}

/// Hands out places.
struct Places(usize);

impl Places {
    fn take(&mut self, n: usize) -> usize {
        let at = self.0;
        self.0 += n;
        at
    }

    fn ring(&mut self, values: usize) -> Ring {
        let len = values.next_power_of_two();
        let at = self.take(len);
        Ring { at, mask: len - 1 }
    }

    fn set(&mut self, shape: Shape, weights: bool) -> Set {
        let mut set = Set {
            shape,
            spacing: Period::new(shape.spacing),
            at: 0,
            weights,
        };
        set.at = self.take(set.len());
        set
    }
}

impl Layout {
    /// The layout of a plan with these lengths and window sets.
    pub(crate) fn new(
        lengths: &PerFamily<[usize; 9]>,
        windows: &WindowPlan,
        switches: Switches,
        from: usize,
    ) -> Self {
        let mut places = Places(0);
        let source = places.ring(windows.history);
        let mut sets = Vec::new();
        for shape in &windows.source {
            sets.push(places.set(*shape, true));
        }
        let noise = places.set(windows.noise, false);
        let mut direct = [0; 9];
        let mut outer = Vec::new();
        if switches.hma == Hma::Hull {
            for (k, length) in lengths[Family::Hma].into_iter().enumerate() {
                let smoothing = smoothing_length(length);
                if smoothing <= DIRECT {
                    direct[k] = smoothing;
                } else {
                    let shape = Shape::of(&[smoothing]);
                    let ring = places.ring(shape.history());
                    let set = places.set(shape, true);
                    outer.push(Outer { ring, set, k });
                }
            }
        }
        let n = direct.into_iter().max().unwrap_or(0);
        let rows = Rows {
            at: places.take(9 * n),
            n,
            period: Period::new(n.max(1)),
        };
        Self {
            from,
            len: places.0,
            source,
            sets,
            noise,
            rows,
            outer,
            direct,
        }
    }
}

impl Rows {
    /// Where the row of a bar lies.
    #[inline(always)]
    pub(super) fn of(self, bar: usize) -> usize {
        self.at + 9 * self.period.phase(bar)
    }
}

impl Ring {
    /// The values of the `n` bars before `end`, oldest first.
    pub(super) fn newest(self, numbers: &[f64], end: usize, n: usize) -> impl Iterator<Item = f64> {
        debug_assert!(n <= self.len(), "the ring is long enough");
        // Bars before the first wrap round to places that are still blank.
        (0..n).map(move |i| numbers[self.of(end.wrapping_add(i).wrapping_sub(n))])
    }

    /// Puts the values of the bars before `end`, oldest first.
    pub(super) fn fill(self, numbers: &mut [f64], end: usize, values: &[f64]) {
        for (i, value) in values.iter().enumerate() {
            let at = self.of(end.wrapping_add(i).wrapping_sub(values.len()));
            numbers[at] = *value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[test]
    fn phases_are_remainders() {
        let bars = [0, 1, 2, 63, 64, 65, 4_294_967_295, 4_294_967_296, 1 << 40];
        for length in (1..300).chain([65_537, 1_000_014, 4_294_967_295]) {
            let period = Period::new(length);
            let near = [length - 1, length, length + 1, 3 * length - 1, 3 * length];
            for bar in bars.into_iter().chain(near) {
                assert_eq!(period.phase(bar), bar % length, "{bar} % {length}");
            }
        }
    }
}
