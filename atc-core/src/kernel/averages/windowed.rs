//! SMA, WMA and LSMA: averages that are a sum over a window, times a constant.

use super::{Consumer, Running, Trio, Window, splat3, thirds, three};
use crate::kernel::constants::{Constants, Weights};
use crate::lanes::Lanes;

/// Simple averages: the `pine` profile's HMA.
#[inline(always)]
pub(crate) fn sma<V: Lanes>(
    constants: &Constants,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(&constants.hma.lengths) {
        let scale = splat3(three(&constants.sma, first));
        for run in window.runs() {
            let sums = [run.sums(a), run.sums(b), run.sums(c)];
            let mut trio = Simple {
                sums,
                prefixes: run.prefixes,
                scale,
            };
            consumer.run(first, run.start, run.len(), &mut trio);
        }
    }
}

struct Simple<'a, V> {
    sums: [&'a [V]; 3],
    prefixes: &'a [V],
    scale: [V; 3],
}

impl<V: Lanes> Trio<V> for Simple<'_, V> {
    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.scale;
        for k in 0..3 {
            out[k] = (self.sums[k][j] + self.prefixes[j]) * self.scale[k];
        }
        out
    }
}

/// Linearly weighted averages.
#[inline(always)]
pub(crate) fn wma<V: Lanes>(
    weights: &Weights,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(&weights.lengths) {
        let lanes = splat3(three(&weights.lanes, first));
        let scale = splat3(three(&weights.scale, first));
        for run in window.runs() {
            let old = [run.weighted(a), run.weighted(b), run.weighted(c)];
            let mut trio = Weighted {
                old,
                running: run.running(),
                lanes,
                scale,
            };
            consumer.run(first, run.start, run.len(), &mut trio);
        }
    }
}

struct Weighted<'a, V> {
    old: [&'a [V]; 3],
    running: Running<'a, V>,
    lanes: [V; 3],
    scale: [V; 3],
}

impl<V: Lanes> Trio<V> for Weighted<'_, V> {
    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.scale;
        for k in 0..3 {
            out[k] = self.running.weighted(j, self.old[k][j], self.lanes[k]) * self.scale[k];
        }
        out
    }
}

/// Least-squares averages: `a*W + b*S`.
#[inline(always)]
pub(crate) fn lsma<V: Lanes>(
    constants: &Constants,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(&constants.lsma.lengths) {
        for run in window.runs() {
            let mut trio = Line {
                sums: [run.sums(a), run.sums(b), run.sums(c)],
                old: [run.weighted(a), run.weighted(b), run.weighted(c)],
                running: run.running(),
                lanes: splat3(three(&constants.lsma.lanes, first)),
                of_weighted: splat3(three(&constants.line[0], first)),
                of_sum: splat3(three(&constants.line[1], first)),
            };
            consumer.run(first, run.start, run.len(), &mut trio);
        }
    }
}

struct Line<'a, V> {
    sums: [&'a [V]; 3],
    old: [&'a [V]; 3],
    running: Running<'a, V>,
    lanes: [V; 3],
    of_weighted: [V; 3],
    of_sum: [V; 3],
}

impl<V: Lanes> Trio<V> for Line<'_, V> {
    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.lanes;
        for k in 0..3 {
            let weighted = self.running.weighted(j, self.old[k][j], self.lanes[k]);
            let sum = self.sums[k][j] + self.running.prefixes[j];
            out[k] = weighted * self.of_weighted[k] + sum * self.of_sum[k];
        }
        out
    }
}
