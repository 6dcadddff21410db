//! Kaufman's adaptive average.
//!
//! ```text
//! ratio = |x[i] - x[i-L]| / noise        0 where noise is 0
//! noise = sum of the L newest |x[j] - x[j-1]|
//! v     = ratio * (0.666 - 0.064) + 0.064
//! k     = k + v*v * (x - k)
//! ```

use super::{Consumer, Row, Trio, thirds, three};
use crate::KamaStart;
use crate::kernel::window::{Run, Window};
use crate::lanes::Lanes;

/// Fastest and slowest smoothing.
pub(crate) const FAST: f64 = 0.666;
pub(crate) const SLOW: f64 = 0.064;

/// Adaptive averages; `source[start + j]` is the j-th value of the block.
#[inline(always)]
pub(crate) fn kama<V: Lanes>(
    lengths: &[usize; 9],
    (source, start): (&[V], usize),
    noise: &Window<V>,
    state: &mut Row<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, lengths) in thirds(lengths) {
        let mut trio = Adaptive {
            lengths,
            source: (source, start),
            noise,
            runs: noise.runs(),
            now: &[],
            past: [&[]; 3],
            sums: [&[]; 3],
            prefixes: &[],
            state: three(state, first),
        };
        consumer.run(first, &mut trio);
        state[first..first + 3].copy_from_slice(&trio.state);
    }
}

struct Adaptive<'a, V> {
    lengths: [usize; 3],
    source: (&'a [V], usize),
    noise: &'a Window<V>,
    runs: std::slice::Iter<'a, Run>,
    now: &'a [V],
    past: [&'a [V]; 3],
    sums: [&'a [V]; 3],
    prefixes: &'a [V],
    state: [V; 3],
}

impl<V: Lanes> Trio<V> for Adaptive<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        let Some(run) = self.runs.next() else {
            return 0;
        };
        let (source, start) = self.source;
        let from = start + run.start;
        self.now = &source[from..][..run.len];
        self.prefixes = self.noise.prefixes(*run);
        for (k, length) in self.lengths.into_iter().enumerate() {
            self.past[k] = &source[from - length..][..run.len];
            self.sums[k] = self.noise.sums(*run, length);
        }
        run.len
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let x = self.now[j];
        for k in 0..3 {
            let noise = self.sums[k][j] + self.prefixes[j];
            self.state[k] = adapt(self.state[k], x, x - self.past[k][j], noise);
        }
        self.state
    }
}

/// One step.
#[inline(always)]
fn adapt<V: Lanes>(state: V, x: V, change: V, noise: V) -> V {
    // Where noise is 0 so is the change: a bound above 0 gives the ratio 0.
    let ratio = change.abs() / noise.at_least(V::splat(f64::MIN_POSITIVE));
    let speed = ratio * V::splat(FAST - SLOW) + V::splat(SLOW);
    state + (speed * speed) * (x - state)
}

/// As [`kama`], for blocks in which some average has no full window yet.
#[inline(always)]
pub(crate) fn seed_kama<V: Lanes>(
    (first_bar, kama_start): (usize, KamaStart),
    lengths: &[usize; 9],
    (source, start): (&[V], usize),
    noise: &Window<V>,
    (state, rows): (&mut Row<V>, &mut [Row<V>]),
) {
    for run in noise.runs() {
        let prefixes = noise.prefixes(*run);
        for j in 0..run.len {
            let (at, bar) = (start + run.start + j, first_bar + run.start + j);
            let x = source[at];
            for k in 0..9 {
                state[k] = if bar < lengths[k] {
                    before_window(state[k], x, (bar, kama_start))
                } else {
                    let noise = noise.sums(*run, lengths[k])[j] + prefixes[j];
                    adapt(state[k], x, x - source[at - lengths[k]], noise)
                };
            }
            rows[run.start + j] = *state;
        }
    }
}

/// The average at a bar that has no full window behind it.
#[inline(always)]
fn before_window<V: Lanes>(state: V, x: V, (bar, start): (usize, KamaStart)) -> V {
    match start {
        KamaStart::Source if bar == 0 => x,
        KamaStart::Source => state,
        KamaStart::Zero => state + V::splat(SLOW * SLOW) * (x - state),
    }
}
