//! EMA and DEMA: averages that remember only themselves.
//!
//! ```text
//! EMA:   e  = e + 2/(L+1) * (x - e)        from the mean of the first L values
//! DEMA:  2*e1 - e2                         e1 the EMA of x, e2 the EMA of e1
//! ```

use std::cmp::Ordering;

use super::{Consumer, Row, Trio, splat3, three};
use crate::DemaSeed;
use crate::lanes::Lanes;

/// Recursive smoothing of nine series that start at bars of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Smoothing {
    /// First bar with an input.
    begin: [usize; 9],
    /// First bar with a value: the last of the bars whose mean is the seed.
    first: [usize; 9],
    /// The smoothing factors `2 / (L + 1)`.
    pub(crate) factors: [f64; 9],
}

impl Smoothing {
    /// The EMA of the source.
    pub(crate) fn of_source(lengths: [usize; 9]) -> Self {
        Self {
            begin: [0; 9],
            first: lengths.map(|l| l - 1),
            factors: factors(&lengths),
        }
    }

    /// The EMA of such EMAs.
    pub(crate) fn of_averages(lengths: [usize; 9], seed: DemaSeed) -> Self {
        let begin = lengths.map(|l| l - 1);
        let first = match seed {
            DemaSeed::First => begin,
            DemaSeed::Mean => lengths.map(|l| 2 * l - 2),
        };
        Self {
            begin,
            first,
            factors: factors(&lengths),
        }
    }

    /// A bar of the seeding phase: `state` is the sum until the first value.
    #[inline(always)]
    fn seed<V: Lanes>(&self, bar: usize, state: &mut Row<V>, input: &Row<V>) -> Row<V> {
        let mut out = [V::splat(f64::NAN); 9];
        for k in 0..9 {
            if bar < self.begin[k] {
                continue;
            }
            match bar.cmp(&self.first[k]) {
                Ordering::Less => state[k] = state[k] + input[k],
                Ordering::Equal => {
                    let n = (bar - self.begin[k] + 1) as f64;
                    state[k] = (state[k] + input[k]) / V::splat(n);
                    out[k] = state[k];
                }
                Ordering::Greater => {
                    state[k] = state[k] + V::splat(self.factors[k]) * (input[k] - state[k]);
                    out[k] = state[k];
                }
            }
        }
        out
    }
}

/// The smoothing factors of nine lengths.
fn factors(lengths: &[usize; 9]) -> [f64; 9] {
    lengths.map(|l| 2.0 / (l as f64 + 1.0))
}

/// Exponential averages of `source`; each is kept in `firsts` as well.
#[inline(always)]
pub(crate) fn ema<V: Lanes>(
    smoothing: &Smoothing,
    source: &[V],
    state: &mut Row<V>,
    firsts: &mut [Row<V>],
    consumer: &mut impl Consumer<V>,
) {
    let n = firsts.len();
    for first in [0, 3, 6] {
        let (factor, e) = (
            splat3(three(&smoothing.factors, first)),
            three(state, first),
        );
        let mut trio = Single {
            first,
            factor,
            e,
            source: &source[..n],
            firsts: &mut firsts[..n],
            left: n,
        };
        consumer.run(first, &mut trio);
        state[first..first + 3].copy_from_slice(&trio.e);
    }
}

struct Single<'a, V> {
    first: usize,
    factor: [V; 3],
    e: [V; 3],
    source: &'a [V],
    firsts: &'a mut [Row<V>],
    left: usize,
}

impl<V: Lanes> Trio<V> for Single<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let x = self.source[j];
        for k in 0..3 {
            self.e[k] = self.e[k] + self.factor[k] * (x - self.e[k]);
        }
        self.firsts[j][self.first..self.first + 3].copy_from_slice(&self.e);
        self.e
    }
}

/// Double exponential averages, from their first EMAs.
#[inline(always)]
pub(crate) fn dema<V: Lanes>(
    smoothing: &Smoothing,
    state: &mut Row<V>,
    firsts: &[Row<V>],
    consumer: &mut impl Consumer<V>,
) {
    for first in [0, 3, 6] {
        let (factor, e) = (
            splat3(three(&smoothing.factors, first)),
            three(state, first),
        );
        let mut trio = Double {
            first,
            factor,
            e,
            firsts,
            left: firsts.len(),
        };
        consumer.run(first, &mut trio);
        state[first..first + 3].copy_from_slice(&trio.e);
    }
}

struct Double<'a, V> {
    first: usize,
    factor: [V; 3],
    e: [V; 3],
    firsts: &'a [Row<V>],
    left: usize,
}

impl<V: Lanes> Trio<V> for Double<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = three(&self.firsts[j], self.first);
        for k in 0..3 {
            let x = out[k];
            self.e[k] = self.e[k] + self.factor[k] * (x - self.e[k]);
            out[k] = (x + x) - self.e[k];
        }
        out
    }
}

/// As [`ema`], for blocks in which some average is still being seeded.
#[inline(always)]
pub(crate) fn seed_ema<V: Lanes>(
    first_bar: usize,
    smoothing: &Smoothing,
    source: &[V],
    state: &mut Row<V>,
    firsts: &mut [Row<V>],
) {
    for (j, row) in firsts.iter_mut().enumerate() {
        *row = smoothing.seed(first_bar + j, state, &[source[j]; 9]);
    }
}

/// As [`dema`], for blocks in which some average is still being seeded.
#[inline(always)]
pub(crate) fn seed_dema<V: Lanes>(
    first_bar: usize,
    smoothing: &Smoothing,
    state: &mut Row<V>,
    firsts: &[Row<V>],
    rows: &mut [Row<V>],
) {
    for (j, (row, first)) in rows.iter_mut().zip(firsts).enumerate() {
        let second = smoothing.seed(first_bar + j, state, first);
        for k in 0..9 {
            row[k] = (first[k] + first[k]) - second[k];
        }
    }
}
