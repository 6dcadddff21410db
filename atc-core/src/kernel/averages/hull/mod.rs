//! The Hull average: a weighted average of the difference of two others.
//!
//! ```text
//! d    = 2 * WMA_h(x) - WMA_L(x)          h = max(floor(L/2), 1)
//! HMA  = WMA_s(d)                         s = max(floor(sqrt L), 1)
//! ```
//!
//! The outer average runs over a series of its own per length. Up to
//! [`DIRECT`] bars it is summed afresh at every bar, which needs no state,
//! leaves no trace, and is as fast as anything; beyond that it uses a
//! [`Window`].

mod direct;
mod windowed;

use direct::Direct;
use windowed::Stored;

use super::{Consumer, splat3, three};
use crate::kernel::constants::Constants;
use crate::kernel::trail::Trail;
use crate::kernel::window::{Run, Shape, Window};
use crate::lanes::Lanes;
use crate::plan::smoothing_length;

/// Longest outer average that is summed afresh at every bar.
pub(crate) const DIRECT: usize = 8;

/// State of the nine outer averages, three lines at a time.
#[derive(Clone, Debug)]
pub(crate) struct Hull<V> {
    outer: [Outer<V>; 3],
}

/// The differences of one line, and their sums if it is long enough.
type OwnWindow<V> = (Trail<V>, Option<Window<V>>);

/// State of three outer averages.
#[derive(Clone, Debug)]
enum Outer<V> {
    /// Summed afresh, the longest over so many bars.
    Direct(usize, Trail<[V; 3]>),
    /// By window sums, where a line is long enough.
    Windowed(Box<[OwnWindow<V>; 3]>, Vec<[V; 3]>),
}

/// Differences that the nine outer averages remember.
pub(crate) fn history(lengths: &[usize; 9]) -> usize {
    let smoothing = lengths.map(smoothing_length);
    let of = |first| {
        let smoothing = three(&smoothing, first);
        match direct(smoothing) {
            Some(longest) => 3 * (longest - 1),
            None => smoothing.into_iter().map(line_history).sum(),
        }
    };
    of(0) + of(3) + of(6)
}

/// Bars behind which nothing remembers or sums a difference.
pub(crate) fn memory(lengths: &[usize; 9]) -> usize {
    let histories = lengths.map(|length| line_history(smoothing_length(length)));
    histories.into_iter().max().unwrap_or(0) + 1
}

/// Bars between the cuts of the outer averages that use windows.
pub(crate) fn spacings(lengths: &[usize; 9]) -> Vec<usize> {
    let mut smoothing = lengths.map(smoothing_length).to_vec();
    smoothing.retain(|smoothing| *smoothing > DIRECT);
    smoothing
}

/// Over how many bars three lines are summed afresh, if they all are.
pub(crate) fn direct(smoothing: [usize; 3]) -> Option<usize> {
    let longest = smoothing.into_iter().max().unwrap_or(1);
    (longest <= DIRECT).then_some(longest)
}

/// Differences that one line remembers beside others that use windows.
pub(crate) fn line_history(smoothing: usize) -> usize {
    if smoothing > DIRECT {
        Shape::of(&[smoothing]).history()
    } else {
        smoothing - 1
    }
}

impl<V: Lanes> Outer<V> {
    fn new(smoothing: [usize; 3], block: usize) -> Self {
        let zero = V::splat(0.0);
        if let Some(longest) = direct(smoothing) {
            return Self::Direct(longest, Trail::new(longest - 1, block, [zero; 3]));
        }
        let line = |s: usize| {
            let window = (s > DIRECT).then(|| Window::new(Shape::of(&[s]), block, true));
            (Trail::new(line_history(s), block, zero), window)
        };
        Self::Windowed(Box::new(smoothing.map(line)), vec![[zero; 3]; block])
    }
}

impl<V: Lanes> Hull<V> {
    /// The state before the first bar, for blocks of up to `block` bars.
    pub(crate) fn new(lengths: &[usize; 9], block: usize) -> Self {
        let smoothing = lengths.map(smoothing_length);
        Self {
            outer: [0, 3, 6].map(|first| Outer::new(three(&smoothing, first), block)),
        }
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        let zero = V::splat(0.0);
        for outer in &mut self.outer {
            match outer {
                Outer::Direct(_, trail) => trail.reset([zero; 3]),
                Outer::Windowed(lines, _) => {
                    for (trail, window) in lines.iter_mut() {
                        trail.reset(zero);
                        window.iter_mut().for_each(Window::reset);
                    }
                }
            }
        }
    }

    /// The remembered differences, in the order that [`resume`](Self::resume) takes them.
    pub(crate) fn kept(&self) -> Vec<V> {
        let mut kept = Vec::new();
        for outer in &self.outer {
            match outer {
                Outer::Direct(_, trail) => kept.extend(trail.kept().iter().flatten()),
                Outer::Windowed(lines, _) => {
                    kept.extend(lines.iter().flat_map(|(trail, _)| trail.kept()));
                }
            }
        }
        kept
    }

    /// Continues from remembered differences after `bars` bars.
    pub(crate) fn resume(&mut self, bars: usize, mut next: impl FnMut() -> V) {
        for outer in &mut self.outer {
            match outer {
                Outer::Direct(_, trail) => trail.kept_mut().as_flattened_mut().fill_with(&mut next),
                Outer::Windowed(lines, _) => {
                    for (trail, window) in lines.iter_mut() {
                        trail.kept_mut().fill_with(&mut next);
                        if let Some(window) = window {
                            window.resume(bars, trail.kept());
                        }
                    }
                }
            }
        }
    }

    /// Averages of one block of `n` bars.
    #[inline(always)]
    pub(crate) fn averages(
        &mut self,
        constants: &Constants,
        window: &Window<V>,
        n: usize,
        consumer: &mut impl Consumer<V>,
    ) {
        for (third, outer) in self.outer.iter_mut().enumerate() {
            let first = 3 * third;
            let inner = Inner::new(constants, first, window);
            let scale = splat3(three(&constants.outer.scale, first));
            let smoothing = three(&constants.outer.lengths, first);
            match outer {
                Outer::Direct(longest, trail) => {
                    let start = trail.reserve(n);
                    inner.differences(&mut trail.rows_mut()[start..]);
                    let past = &trail.rows()[start + 1 - *longest..];
                    let direct = Direct { past, scale };
                    direct.dispatch((first, smoothing, *longest), consumer);
                }
                Outer::Windowed(lines, averages) => {
                    let averages = &mut averages[..n];
                    windowed::smooth_lines(lines, averages, inner, (smoothing, scale));
                    let mut trio = Stored { left: n, averages };
                    consumer.run(first, &mut trio);
                }
            }
        }
    }
}

/// `d` of three lengths.
struct Inner<'a, V> {
    window: &'a Window<V>,
    runs: std::slice::Iter<'a, Run>,
    full_lengths: [usize; 3],
    half_lengths: [usize; 3],
    full: [&'a [V]; 3],
    half: [&'a [V]; 3],
    prefixes: &'a [V],
    ramps: &'a [V],
    full_lanes: [V; 3],
    half_lanes: [V; 3],
    full_scale: [V; 3],
    half_scale: [V; 3],
}

impl<'a, V: Lanes> Inner<'a, V> {
    #[inline(always)]
    fn new(constants: &Constants, first: usize, window: &'a Window<V>) -> Self {
        let Constants { hma, half, .. } = constants;
        Self {
            window,
            runs: window.runs(),
            full_lengths: three(&hma.lengths, first),
            half_lengths: three(&half.lengths, first),
            full: [&[]; 3],
            half: [&[]; 3],
            prefixes: &[],
            ramps: &[],
            full_lanes: splat3(three(&hma.lanes, first)),
            half_lanes: splat3(three(&half.lanes, first)),
            full_scale: splat3(three(&hma.scale, first)),
            half_scale: splat3(three(&half.scale, first)),
        }
    }

    #[inline(always)]
    fn next_run(&mut self) -> usize {
        let Some(run) = self.runs.next() else {
            return 0;
        };
        let window = self.window;
        for k in 0..3 {
            self.full[k] = window.weighted(*run, self.full_lengths[k]);
            self.half[k] = window.weighted(*run, self.half_lengths[k]);
        }
        self.prefixes = window.prefixes(*run);
        self.ramps = window.ramps(*run);
        run.len
    }

    /// `d` of all bars of the block.
    #[inline(always)]
    fn differences(mut self, rows: &mut [[V; 3]]) {
        let mut at = 0;
        loop {
            let n = self.next_run();
            if n == 0 {
                break;
            }
            for (j, row) in rows[at..at + n].iter_mut().enumerate() {
                *row = [self.at(j, 0), self.at(j, 1), self.at(j, 2)];
            }
            at += n;
        }
    }

    #[inline(always)]
    fn at(&self, j: usize, k: usize) -> V {
        let (prefix, ramp) = (self.prefixes[j], self.ramps[j]);
        let fast = self.half[k][j] + (self.half_lanes[k] * prefix - ramp);
        let slow = self.full[k][j] + (self.full_lanes[k] * prefix - ramp);
        fast * self.half_scale[k] - slow * self.full_scale[k]
    }
}
