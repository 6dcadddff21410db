//! The Hull average: a weighted average of the difference of two others.
//!
//! ```text
//! d    = 2 * WMA_h(x) - WMA_L(x)          h = max(floor(L/2), 1)
//! HMA  = WMA_s(d)                         s = max(floor(sqrt L), 1)
//! ```
//!
//! The outer average runs over a series of its own per length. Up to
//! [`DIRECT`] bars it is summed afresh at every bar, which needs no state and
//! is as fast as anything; beyond that it uses a [`Window`].

use super::{Consumer, Row, Rows, Running, Trio, splat3, thirds, three};
use crate::kernel::constants::{Constants, Weights};
use crate::kernel::trail::Trail;
use crate::kernel::window::{Shape, Window};
use crate::lanes::Lanes;
use crate::plan::smoothing_length;

/// Longest outer average that is summed afresh at every bar.
const DIRECT: usize = 8;

/// State of the nine outer averages.
#[derive(Clone, Debug)]
pub(crate) struct Hull<V> {
    smoothing: [usize; 9],
    differences: Trail<Row<V>>,
    windows: [Option<Window<V>>; 9],
}

impl<V: Lanes> Hull<V> {
    /// The state before the first bar, for blocks of up to `block` bars.
    pub(crate) fn new(lengths: &[usize; 9], block: usize) -> Self {
        let smoothing = lengths.map(smoothing_length);
        let windows =
            smoothing.map(|s| (s > DIRECT).then(|| Window::new(Shape::of(&[s]), block, true)));
        let differences = Trail::new(Self::history(lengths), block, [V::splat(0.0); 9]);
        Self {
            smoothing,
            differences,
            windows,
        }
    }

    /// Rows of differences that the outer averages need behind any bar.
    pub(crate) fn history(lengths: &[usize; 9]) -> usize {
        lengths
            .iter()
            .map(|l| Shape::of(&[smoothing_length(*l)]).history())
            .max()
            .unwrap_or(0)
    }

    /// The remembered differences, oldest first.
    pub(crate) fn kept(&self) -> &[Row<V>] {
        self.differences.kept()
    }

    /// Continues from remembered differences after `bars` bars.
    pub(crate) fn resume(&mut self, bars: usize, kept: &[Row<V>]) {
        let start = self.differences.reserve(0);
        let rows = self.differences.rows_mut();
        rows[start - kept.len()..].copy_from_slice(kept);
        for (k, window) in self.windows.iter_mut().enumerate() {
            if let Some(window) = window {
                let rows = self.differences.rows();
                window.resume(bars, rows.len(), |at| rows[at][k]);
            }
        }
    }

    /// Averages of one block.
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        constants: &Constants,
        window: &Window<V>,
        rows: &mut [Row<V>],
    ) {
        let start = self.differences.reserve(rows.len());
        differences(constants, window, &mut self.differences.rows_mut()[start..]);
        let past = self.differences.rows();
        for k in 0..9 {
            let scale = V::splat(constants.outer.scale[k]);
            if let Some(window) = &mut self.windows[k] {
                window.advance(start, rows.len(), |at| past[at][k]);
                smooth(k, &constants.outer, window, rows);
                continue;
            }
            match self.smoothing[k] {
                1 => direct::<V, 1>(k, past, scale, rows),
                2 => direct::<V, 2>(k, past, scale, rows),
                3 => direct::<V, 3>(k, past, scale, rows),
                4 => direct::<V, 4>(k, past, scale, rows),
                5 => direct::<V, 5>(k, past, scale, rows),
                6 => direct::<V, 6>(k, past, scale, rows),
                7 => direct::<V, 7>(k, past, scale, rows),
                _ => direct::<V, 8>(k, past, scale, rows),
            }
        }
    }
}

/// `d` of nine lengths.
#[inline(always)]
fn differences<V: Lanes>(constants: &Constants, window: &Window<V>, rows: &mut [Row<V>]) {
    let Constants { hma, half, .. } = constants;
    for (first, [a, b, c]) in thirds(&hma.lengths) {
        let [h, i, j] = three(&half.lengths, first);
        for run in window.runs() {
            let mut trio = Difference {
                full: [run.weighted(a), run.weighted(b), run.weighted(c)],
                half: [run.weighted(h), run.weighted(i), run.weighted(j)],
                running: run.running(),
                lanes: splat3(three(&hma.lanes, first)),
                half_lanes: splat3(three(&half.lanes, first)),
                scale: splat3(three(&hma.scale, first)),
                half_scale: splat3(three(&half.scale, first)),
            };
            Rows(rows).run(first, run.start, run.len(), &mut trio);
        }
    }
}

struct Difference<'a, V> {
    full: [&'a [V]; 3],
    half: [&'a [V]; 3],
    running: Running<'a, V>,
    lanes: [V; 3],
    half_lanes: [V; 3],
    scale: [V; 3],
    half_scale: [V; 3],
}

impl<V: Lanes> Trio<V> for Difference<'_, V> {
    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        let mut out = self.scale;
        for k in 0..3 {
            let fast = self
                .running
                .weighted(j, self.half[k][j], self.half_lanes[k]);
            let slow = self.running.weighted(j, self.full[k][j], self.lanes[k]);
            out[k] = fast * self.half_scale[k] - slow * self.scale[k];
        }
        out
    }
}

/// `WMA_s` of the k-th differences, from a window over them.
#[inline(always)]
fn smooth<V: Lanes>(k: usize, outer: &Weights, window: &Window<V>, rows: &mut [Row<V>]) {
    let s = outer.lengths[k];
    let (lanes, scale) = (V::splat(outer.lanes[k]), V::splat(outer.scale[k]));
    for run in window.runs() {
        let weighted = run.weighted(s);
        for (j, row) in rows[run.start..][..run.len()].iter_mut().enumerate() {
            row[k] = (weighted[j] + (lanes * run.prefixes[j] - run.ramps[j])) * scale;
        }
    }
}

/// `WMA_S` of the k-th differences, as the sum of the S newest partial sums.
#[inline(always)]
fn direct<V: Lanes, const S: usize>(k: usize, past: &[Row<V>], scale: V, rows: &mut [Row<V>]) {
    let past = &past[past.len() - rows.len() - (S - 1)..];
    for (row, window) in rows.iter_mut().zip(past.windows(S)) {
        let mut sum = window[S - 1][k];
        let mut weighted = sum;
        for back in 1..S {
            sum = sum + window[S - 1 - back][k];
            weighted = weighted + sum;
        }
        row[k] = weighted * scale;
    }
}
