//! Outer averages summed afresh at every bar.

use super::Inner;
use crate::kernel::averages::{Consumer, Trio};
use crate::lanes::Lanes;

/// How much shorter than the longest of three lines the others may be for a loop
/// that knows the longest at compile time.
const SPREAD: usize = 2;

/// Outer averages summed afresh: `WMA_s` is the sum of the s newest partial sums.
pub(super) struct Direct<'a, V> {
    /// Differences, from the oldest that the first bar needs.
    pub(super) past: &'a mut [[V; 3]],
    pub(super) inner: Inner<'a, V>,
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
            match longest {
                3 => return self.run::<3>((first, smoothing), consumer),
                4 => return self.run::<4>((first, smoothing), consumer),
                5 => return self.run::<5>((first, smoothing), consumer),
                6 => return self.run::<6>((first, smoothing), consumer),
                7 => return self.run::<7>((first, smoothing), consumer),
                _ => {}
            }
        }
        let mut trio = AnySize {
            direct: self,
            at: longest - 1,
            smoothing,
        };
        consumer.run(first, &mut trio);
    }

    #[inline(always)]
    fn run<const S: usize>(
        self,
        (first, smoothing): (usize, [usize; 3]),
        consumer: &mut impl Consumer<V>,
    ) {
        let never = V::splat(0.0).gt(V::splat(0.0));
        let mut counts = [[never; 3]; 2];
        for (counts, back) in counts.iter_mut().zip([S - 2, S - 1]) {
            for (count, s) in counts.iter_mut().zip(smoothing) {
                if s > back {
                    *count = V::splat(1.0).gt(V::splat(0.0));
                }
            }
        }
        let mut trio = Sized::<V, S> {
            direct: self,
            at: 0,
            counts,
        };
        consumer.run(first, &mut trio);
    }
}

/// [`Direct`] over any number of bars.
struct AnySize<'a, V> {
    direct: Direct<'a, V>,
    /// The difference of the next bar.
    at: usize,
    smoothing: [usize; 3],
}

impl<V: Lanes> Trio<V> for AnySize<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        self.direct.inner.next_run()
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let Direct { past, inner, scale } = &mut self.direct;
        let mut out = *scale;
        for k in 0..3 {
            let mut sum = inner.at(j, k);
            past[self.at][k] = sum;
            let mut weighted = sum;
            for back in 1..self.smoothing[k] {
                sum = sum + past[self.at - back][k];
                weighted = weighted + sum;
            }
            out[k] = weighted * scale[k];
        }
        self.at += 1;
        out
    }
}

/// [`Direct`] whose longest line spans `S` bars.
struct Sized<'a, V: Lanes, const S: usize> {
    direct: Direct<'a, V>,
    /// Bars done.
    at: usize,
    /// Which lines reach back by S - 2 and S - 1 bars.
    counts: [[V::Mask; 3]; 2],
}

impl<V: Lanes, const S: usize> Trio<V> for Sized<'_, V, S> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        self.direct.inner.next_run()
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let Direct { past, inner, scale } = &mut self.direct;
        let window: &mut [[V; 3]; S] = past[self.at..]
            .first_chunk_mut()
            .expect("the trail has room for the block");
        self.at += 1;
        let mut out = *scale;
        for k in 0..3 {
            let mut sum = inner.at(j, k);
            window[S - 1][k] = sum;
            let mut weighted = sum;
            for back in 1..S {
                sum = sum + window[S - 1 - back][k];
                let counted = if back + 2 < S {
                    sum
                } else {
                    sum.keep(self.counts[back + 2 - S][k])
                };
                weighted = weighted + counted;
            }
            out[k] = weighted * scale[k];
        }
        out
    }
}
