//! SMA, WMA and LSMA: averages that are a sum over a window, times a constant.

use super::{Consumer, Trio, splat3, thirds, three};
use crate::kernel::constants::{Constants, Weights};
use crate::kernel::window::{Run, Window};
use crate::lanes::Lanes;

/// Simple averages: the `pine` profile's HMA.
#[inline(always)]
pub(crate) fn sma<V: Lanes>(
    constants: &Constants,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, lengths) in thirds(&constants.hma.lengths) {
        let mut trio = Simple {
            sums: Sums::new(lengths, window),
            scale: splat3(three(&constants.sma, first)),
        };
        consumer.run(first, &mut trio);
    }
}

/// Linearly weighted averages.
#[inline(always)]
pub(crate) fn wma<V: Lanes>(
    weights: &Weights,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, lengths) in thirds(&weights.lengths) {
        let mut trio = Weighted {
            sums: Sums::new(lengths, window),
            lanes: splat3(three(&weights.lanes, first)),
            scale: splat3(three(&weights.scale, first)),
        };
        consumer.run(first, &mut trio);
    }
}

/// Least-squares averages: `a*W + b*S`.
#[inline(always)]
pub(crate) fn lsma<V: Lanes>(
    constants: &Constants,
    window: &Window<V>,
    consumer: &mut impl Consumer<V>,
) {
    for (first, lengths) in thirds(&constants.lsma.lengths) {
        let mut trio = Line {
            sums: Sums::new(lengths, window),
            lanes: splat3(three(&constants.lsma.lanes, first)),
            of_weighted: splat3(three(&constants.line[0], first)),
            of_sum: splat3(three(&constants.line[1], first)),
        };
        consumer.run(first, &mut trio);
    }
}

/// What three lines read of a window set in the run at hand.
struct Sums<'a, V> {
    lengths: [usize; 3],
    window: &'a Window<V>,
    runs: std::slice::Iter<'a, Run>,
    plain: [&'a [V]; 3],
    weighted: [&'a [V]; 3],
    prefixes: &'a [V],
    ramps: &'a [V],
}

impl<'a, V: Lanes> Sums<'a, V> {
    #[inline(always)]
    fn new(lengths: [usize; 3], window: &'a Window<V>) -> Self {
        Self {
            lengths,
            window,
            runs: window.runs(),
            plain: [&[]; 3],
            weighted: [&[]; 3],
            prefixes: &[],
            ramps: &[],
        }
    }

    /// Goes to the next run, for what is read of it.
    #[inline(always)]
    fn next_run<const PLAIN: bool, const WEIGHTED: bool>(&mut self) -> usize {
        let Some(run) = self.runs.next() else {
            return 0;
        };
        let window = self.window;
        for (k, length) in self.lengths.into_iter().enumerate() {
            if PLAIN {
                self.plain[k] = window.sums(*run, length);
            }
            if WEIGHTED {
                self.weighted[k] = window.weighted(*run, length);
            }
        }
        self.prefixes = window.prefixes(*run);
        if WEIGHTED {
            self.ramps = window.ramps(*run);
        }
        run.len
    }

    /// S of a line at bar `j`.
    #[inline(always)]
    fn plain(&self, j: usize, k: usize) -> V {
        self.plain[k][j] + self.prefixes[j]
    }

    /// W of a line at bar `j`, given its length in every lane.
    #[inline(always)]
    fn weighted(&self, j: usize, k: usize, length: V) -> V {
        self.weighted[k][j] + (length * self.prefixes[j] - self.ramps[j])
    }
}

struct Simple<'a, V> {
    sums: Sums<'a, V>,
    scale: [V; 3],
}

impl<V: Lanes> Trio<V> for Simple<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        self.sums.next_run::<true, false>()
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.scale;
        for k in 0..3 {
            out[k] = self.sums.plain(j, k) * self.scale[k];
        }
        out
    }
}

struct Weighted<'a, V> {
    sums: Sums<'a, V>,
    lanes: [V; 3],
    scale: [V; 3],
}

impl<V: Lanes> Trio<V> for Weighted<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        self.sums.next_run::<false, true>()
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.scale;
        for k in 0..3 {
            out[k] = self.sums.weighted(j, k, self.lanes[k]) * self.scale[k];
        }
        out
    }
}

struct Line<'a, V> {
    sums: Sums<'a, V>,
    lanes: [V; 3],
    of_weighted: [V; 3],
    of_sum: [V; 3],
}

impl<V: Lanes> Trio<V> for Line<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        self.sums.next_run::<true, true>()
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.lanes;
        for k in 0..3 {
            let weighted = self.sums.weighted(j, k, self.lanes[k]);
            let plain = self.sums.plain(j, k);
            out[k] = weighted * self.of_weighted[k] + plain * self.of_sum[k];
        }
        out
    }
}
