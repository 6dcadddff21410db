//! SMA, WMA and LSMA: averages that are a sum over a window, times a constant.

use super::{Consumer, Running, Trio, Window, splat3, thirds, weight_scale};
use crate::LsmaAt;
use crate::lanes::Lanes;

/// Simple averages: the `pine` profile's HMA.
#[inline(always)]
pub(crate) fn sma<V: Lanes>(
    lengths: &[usize; 9],
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(lengths) {
        let scale = splat3([1.0 / a as f64, 1.0 / b as f64, 1.0 / c as f64]);
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
    lengths: &[usize; 9],
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(lengths) {
        let lanes = splat3([a as f64, b as f64, c as f64]);
        let scale = splat3([weight_scale(a), weight_scale(b), weight_scale(c)]);
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

/// Least-squares averages.
///
/// ```text
/// slope = 12 * (W - (L+1)/2 * S) / (L * (L*L - 1))
/// value = S/L + slope * (at - (L+1)/2)              at = L or L - 1
///       = a*W + b*S
/// ```
#[inline(always)]
pub(crate) fn lsma<V: Lanes>(
    lengths: &[usize; 9],
    at: LsmaAt,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, [a, b, c]) in thirds(lengths) {
        let factors = [
            line_factors(a, at),
            line_factors(b, at),
            line_factors(c, at),
        ];
        for run in window.runs() {
            let mut trio = Line {
                sums: [run.sums(a), run.sums(b), run.sums(c)],
                old: [run.weighted(a), run.weighted(b), run.weighted(c)],
                running: run.running(),
                lanes: splat3([a as f64, b as f64, c as f64]),
                of_weighted: splat3([factors[0].0, factors[1].0, factors[2].0]),
                of_sum: splat3([factors[0].1, factors[1].1, factors[2].1]),
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

/// The factors of W and S in [`lsma`].
fn line_factors(length: usize, at: LsmaAt) -> (f64, f64) {
    let l = length as f64;
    match at {
        LsmaAt::Newest => (6.0 / (l * (l + 1.0)), -2.0 / l),
        LsmaAt::OneBefore if length == 1 => (f64::NAN, f64::NAN),
        LsmaAt::OneBefore => {
            let a = 12.0 * ((l - 3.0) / 2.0) / (l * (l * l - 1.0));
            (a, 1.0 / l - a * (l + 1.0) / 2.0)
        }
    }
}
