//! Outer averages summed afresh at every bar.
//!
//! The differences are all there before the first outer average is summed: one loop for both would need
//! twice the constants, and more registers than there are.

use crate::kernel::averages::{Consumer, Trio};
use crate::lanes::Lanes;

/// How much shorter than the longest of three lines the others may be for a loop
/// that knows the longest at compile time.
const SPREAD: usize = 2;

/// Outer averages summed afresh: `WMA_s` is the sum of the s newest partial sums.
pub(super) struct Direct<'a, V> {
    /// Differences, from the oldest that the first bar needs.
    pub(super) past: &'a [[V; 3]],
    pub(super) scale: [V; 3],
}

impl<V: Lanes> Direct<'_, V> {
    /// Runs the loop compiled for the longest of the three, unless the series is
    /// young: then one loop does for all.
    #[inline(always)]
    pub(super) fn dispatch<C: Consumer<V>>(
        self,
        (first, smoothing, longest): (usize, [usize; 3], usize),
        consumer: &mut C,
    ) {
        let similar = smoothing.iter().all(|s| s + SPREAD >= longest);
        if V::UNROLL && !C::YOUNG && similar {
            let lines = (first, smoothing);
            match (longest, smoothing == [longest; 3]) {
                (3, true) => return self.run::<3, true>(lines, consumer),
                (3, false) => return self.run::<3, false>(lines, consumer),
                (4, true) => return self.run::<4, true>(lines, consumer),
                (4, false) => return self.run::<4, false>(lines, consumer),
                (5, true) => return self.run::<5, true>(lines, consumer),
                (5, false) => return self.run::<5, false>(lines, consumer),
                (6, true) => return self.run::<6, true>(lines, consumer),
                (6, false) => return self.run::<6, false>(lines, consumer),
                (7, true) => return self.run::<7, true>(lines, consumer),
                (7, false) => return self.run::<7, false>(lines, consumer),
                _ => {}
            }
        }
        let mut trio = AnySize {
            left: self.past.len() + 1 - longest,
            direct: self,
            longest,
            smoothing,
        };
        consumer.run(first, &mut trio);
    }

    /// Lines that all span `S` bars, if they are `EVEN`, or at most so many.
    #[inline(always)]
    fn run<const S: usize, const EVEN: bool>(
        self,
        (first, smoothing): (usize, [usize; 3]),
        consumer: &mut impl Consumer<V>,
    ) {
        let mut trio = Sized::<V, S, EVEN> {
            left: self.past.len() + 1 - S,
            past: self.past,
            scale: self.scale,
            second: counts::<V>(smoothing, S - 2),
            oldest: counts::<V>(smoothing, S - 1),
        };
        consumer.run(first, &mut trio);
    }
}

/// Which lines reach further back than `back` bars.
#[inline(always)]
fn counts<V: Lanes>(smoothing: [usize; 3], back: usize) -> [V::Mask; 3] {
    let (zero, one) = (V::splat(0.0), V::splat(1.0));
    let mut counts = [zero.gt(one); 3];
    for (count, s) in counts.iter_mut().zip(smoothing) {
        if s > back {
            *count = one.gt(zero);
        }
    }
    counts
}

/// [`Direct`] over any number of bars.
struct AnySize<'a, V> {
    direct: Direct<'a, V>,
    longest: usize,
    smoothing: [usize; 3],
    left: usize,
}

impl<V: Lanes> Trio<V> for AnySize<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let Direct { past, scale } = &self.direct;
        let newest = j + self.longest - 1;
        let mut out = *scale;
        for k in 0..3 {
            let mut sum = past[newest][k];
            let mut weighted = sum;
            for back in 1..self.smoothing[k] {
                sum = sum + past[newest - back][k];
                weighted = weighted + sum;
            }
            out[k] = weighted * scale[k];
        }
        out
    }
}

/// [`Direct`] whose longest line spans `S` bars.
struct Sized<'a, V: Lanes, const S: usize, const EVEN: bool> {
    /// Differences, from the oldest that the next bar needs.
    past: &'a [[V; 3]],
    scale: [V; 3],
    /// Which lines reach back by S - 2 bars, and by S - 1.
    second: [V::Mask; 3],
    oldest: [V::Mask; 3],
    left: usize,
}

impl<V: Lanes, const S: usize, const EVEN: bool> Trio<V> for Sized<'_, V, S, EVEN> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, _: usize) -> [V; 3] {
        let window: &[[V; 3]; S] = self.past.first_chunk().expect("a bar has a whole window");
        self.past = &self.past[1..];
        let mut out = self.scale;
        for k in 0..3 {
            let mut sum = window[S - 1][k];
            let mut weighted = sum;
            for back in 1..S {
                sum = sum + window[S - 1 - back][k];
                let counted = match back + 2 {
                    _ if EVEN => sum,
                    place if place == S => sum.keep(self.second[k]),
                    place if place == S + 1 => sum.keep(self.oldest[k]),
                    _ => sum,
                };
                weighted = weighted + counted;
            }
            out[k] = weighted * self.scale[k];
        }
        out
    }
}
