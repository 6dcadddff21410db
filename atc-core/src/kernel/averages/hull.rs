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

use super::{Consumer, Trio, splat3, three};
use crate::kernel::constants::Constants;
use crate::kernel::trail::Trail;
use crate::kernel::window::{Run, Shape, Window};
use crate::lanes::Lanes;
use crate::plan::smoothing_length;

/// Longest outer average that is summed afresh at every bar.
pub(crate) const DIRECT: usize = 8;

/// How much shorter than the longest of three lines the others may be for a loop
/// that knows the longest at compile time.
const SPREAD: usize = 2;

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
                    let start = trail.reserve(n) + 1 - *longest;
                    let direct = Direct {
                        past: &mut trail.rows_mut()[start..],
                        inner,
                        scale,
                    };
                    direct.dispatch((first, smoothing, *longest), consumer);
                }
                Outer::Windowed(lines, averages) => {
                    let averages = &mut averages[..n];
                    windowed(lines, averages, inner, (smoothing, scale));
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

    #[inline(always)]
    fn at(&self, j: usize, k: usize) -> V {
        let (prefix, ramp) = (self.prefixes[j], self.ramps[j]);
        let fast = self.half[k][j] + (self.half_lanes[k] * prefix - ramp);
        let slow = self.full[k][j] + (self.full_lanes[k] * prefix - ramp);
        fast * self.half_scale[k] - slow * self.full_scale[k]
    }
}

/// Outer averages summed afresh: `WMA_s` is the sum of the s newest partial sums.
struct Direct<'a, V> {
    /// Differences, from the oldest that the first bar needs.
    past: &'a mut [[V; 3]],
    inner: Inner<'a, V>,
    scale: [V; 3],
}

impl<V: Lanes> Direct<'_, V> {
    /// Runs the loop compiled for the longest of the three, unless the series is
    /// young: then one loop does for all.
    #[inline(always)]
    fn dispatch<C: Consumer<V>>(
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

/// Outer averages of three lines of which some use window sums.
#[inline(always)]
fn windowed<V: Lanes>(
    lines: &mut [OwnWindow<V>; 3],
    averages: &mut [[V; 3]],
    mut inner: Inner<'_, V>,
    (smoothing, scale): ([usize; 3], [V; 3]),
) {
    let mut starts = [0; 3];
    for (start, (trail, _)) in starts.iter_mut().zip(lines.iter_mut()) {
        *start = trail.reserve(averages.len());
    }
    let mut at = 0;
    loop {
        let n = inner.next_run();
        if n == 0 {
            break;
        }
        for j in 0..n {
            for (k, (trail, _)) in lines.iter_mut().enumerate() {
                trail.rows_mut()[starts[k] + at] = inner.at(j, k);
            }
            at += 1;
        }
    }
    for (k, (trail, window)) in lines.iter_mut().enumerate() {
        let line = (k, smoothing[k], scale[k]);
        match window {
            Some(window) => {
                window.advance(starts[k], trail.rows());
                smooth(line, window, averages);
            }
            None => afresh(
                line,
                &trail.rows()[starts[k] + 1 - smoothing[k]..],
                averages,
            ),
        }
    }
}

/// `WMA_s` of one line's differences, from a window over them.
#[inline(always)]
fn smooth<V: Lanes>(
    (k, smoothing, scale): (usize, usize, V),
    window: &Window<V>,
    averages: &mut [[V; 3]],
) {
    let lanes = V::splat(smoothing as f64);
    for run in window.runs() {
        let old = window.weighted(*run, smoothing).iter();
        let running = window.prefixes(*run).iter().zip(window.ramps(*run));
        let out = averages[run.start..][..run.len].iter_mut();
        for ((old, (prefix, ramp)), out) in old.zip(running).zip(out) {
            out[k] = (*old + (lanes * *prefix - *ramp)) * scale;
        }
    }
}

/// `WMA_s` of one line's differences, summed afresh.
#[inline(always)]
fn afresh<V: Lanes>((k, smoothing, scale): (usize, usize, V), past: &[V], averages: &mut [[V; 3]]) {
    for (window, out) in past.windows(smoothing).zip(averages) {
        let mut sum = window[smoothing - 1];
        let mut weighted = sum;
        for difference in window[..smoothing - 1].iter().rev() {
            sum = sum + *difference;
            weighted = weighted + sum;
        }
        out[k] = weighted * scale;
    }
}

/// Three lines that were computed before.
struct Stored<'a, V> {
    averages: &'a [[V; 3]],
    left: usize,
}

impl<V: Lanes> Trio<V> for Stored<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        self.averages[j]
    }
}
