//! Sums over the newest L values, for many lengths at once.
//!
//! ```text
//! S(L) = sum x          W(L) = sum k*x, k = 1 for the oldest .. L for the newest
//! ```
//!
//! Time is cut at every multiple of `spacing`, which no length of the window
//! set exceeds downwards, so every window reaches across the last cut:
//!
//! ```text
//!            m = L - q bars before the cut        q bars since the cut
//! window  [ x  x  x  x  x  x  x  x  x  x  x | x  x  x  x ]
//!           S_old(m), W_old(m)                prefix, ramp
//!
//! S(L) = S_old(m) + prefix                    prefix = sum x
//! W(L) = W_old(m) + (L * prefix - ramp)       ramp   = sum (q - r)*x, r = 1 .. q
//! ```
//!
//! At a cut one pass backwards over the history fills `S_old` and `W_old` for
//! every m; all lengths share that table and the two running sums. The cost per
//! bar is constant: the pass of `longest` steps is paid once in `spacing` bars,
//! and window sets are formed so that the two stay within a factor of four.
//!
//! Departures from the usual sliding sum, and why: nothing is ever subtracted
//! when a value leaves, so nothing drifts, and a price that has left a window
//! leaves no trace in it, not even in the last bit. The cuts depend on the bar
//! number alone, so a stream, a batch and a restored run add in the same order.

use crate::lanes::Lanes;
use crate::{Family, Hma, PerFamily, Switches};

/// The longest table may be this many times its spacing before lengths are
/// given a table of their own.
const SPREAD: usize = 4;

/// The shape of one window set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Bars between cuts: the shortest length of the set.
    pub(crate) spacing: usize,
    /// The longest length of the set.
    pub(crate) longest: usize,
}

impl Shape {
    /// The shape of a set of lengths.
    pub(crate) fn of(lengths: &[usize]) -> Self {
        let spacing = lengths.iter().copied().min().unwrap_or(1);
        let longest = lengths.iter().copied().max().unwrap_or(1);
        Self { spacing, longest }
    }

    /// One shape for both sets.
    pub(crate) fn union(self, other: Self) -> Self {
        Self {
            spacing: self.spacing.min(other.spacing),
            longest: self.longest.max(other.longest),
        }
    }

    /// Whether the table stays cheap: see the module.
    pub(crate) fn is_compact(self) -> bool {
        self.longest <= SPREAD * self.spacing
    }

    /// Rows of history that a set needs behind any bar.
    pub(crate) fn history(self) -> usize {
        self.longest + self.spacing
    }
}

/// The sums of one window set over `V` lanes.
#[derive(Clone, Debug)]
pub(crate) struct Window<V> {
    shape: Shape,
    /// Tables that a block may need: one per cut in it, and one before.
    tables: usize,
    /// Bars since the cut, `1..=spacing`; 0 before the first bar.
    since: usize,
    /// Which of the tables is current.
    table: usize,
    prefix: V,
    ramp: V,
    /// `S_old` of every table, indexed as `at` says.
    sums: Vec<V>,
    /// `W_old` of every table; empty if only plain sums are wanted.
    weighted: Vec<V>,
    /// Per bar of the block: where length 0 would lie in the tables.
    at: Vec<usize>,
    prefixes: Vec<V>,
    ramps: Vec<V>,
}

impl<V: Lanes> Window<V> {
    /// An empty window set for blocks of up to `block` bars.
    pub(crate) fn new(shape: Shape, block: usize, weights: bool) -> Self {
        let zero = V::splat(0.0);
        let tables = block.div_ceil(shape.spacing) + 1;
        let len = shape.spacing + tables * shape.longest;
        Self {
            shape,
            tables,
            since: 0,
            table: 0,
            prefix: zero,
            ramp: zero,
            sums: vec![zero; len],
            weighted: vec![zero; if weights { len } else { 0 }],
            at: vec![0; block],
            prefixes: vec![zero; block],
            ramps: vec![zero; if weights { block } else { 1 }],
        }
    }

    /// Takes the `n` newest values; `value(start + j)` is the j-th, and
    /// `value(start - m)` the one m bars before the first.
    #[inline(always)]
    pub(crate) fn advance(&mut self, start: usize, n: usize, value: impl Fn(usize) -> V) {
        for j in 0..n {
            if self.since == self.shape.spacing || self.since == 0 {
                self.cut(start + j, &value);
            }
            self.since += 1;
            if let Some(ramp) = self.ramps.get_mut(j) {
                self.ramp = self.ramp + self.prefix;
                *ramp = self.ramp;
            }
            self.prefix = self.prefix + value(start + j);
            self.prefixes[j] = self.prefix;
            self.at[j] = self.shape.spacing + self.table * self.shape.longest - self.since;
        }
    }

    /// Starts a new table at the cut before `now`.
    #[inline(always)]
    fn cut(&mut self, now: usize, value: &impl Fn(usize) -> V) {
        let zero = V::splat(0.0);
        self.table = (self.table + 1) % self.tables;
        (self.since, self.prefix, self.ramp) = (0, zero, zero);
        let base = self.shape.spacing + self.table * self.shape.longest;
        let range = base..base + self.shape.longest;
        let (mut sum, mut weighted) = (zero, zero);
        let sums = &mut self.sums[range.clone()];
        if self.weighted.is_empty() {
            for (m, slot) in sums.iter_mut().enumerate() {
                *slot = sum;
                sum = sum + value(now - 1 - m);
            }
            return;
        }
        let weights = &mut self.weighted[range];
        for (m, (s, w)) in sums.iter_mut().zip(weights).enumerate() {
            (*s, *w) = (sum, weighted);
            sum = sum + value(now - 1 - m);
            weighted = weighted + sum;
        }
    }

    /// What a loop over the block needs, with all slices `n` long.
    #[inline(always)]
    pub(crate) fn view(&self, n: usize) -> View<'_, V> {
        View {
            sums: &self.sums,
            weighted: &self.weighted,
            at: &self.at[..n],
            prefixes: &self.prefixes[..n],
            ramps: &self.ramps[..n.min(self.ramps.len())],
        }
    }

    /// Rebuilds the state at `bars` consumed bars from the history alone;
    /// `value(end - 1)` is the newest value.
    pub(crate) fn resume(&mut self, bars: usize, end: usize, value: impl Fn(usize) -> V) {
        if bars == 0 {
            return;
        }
        let since = (bars - 1) % self.shape.spacing + 1;
        self.since = 0;
        for j in 0..since {
            // One at a time: a block of one bar is what every window has room for.
            self.advance(end - since + j, 1, &value);
        }
    }
}

/// Borrowed sums of one block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a, V> {
    sums: &'a [V],
    weighted: &'a [V],
    at: &'a [usize],
    prefixes: &'a [V],
    ramps: &'a [V],
}

impl<V: Lanes> View<'_, V> {
    /// `S(L)` at bar `j` of the block.
    #[inline(always)]
    pub(crate) fn sum(&self, j: usize, length: usize) -> V {
        self.sums[self.at[j] + length] + self.prefixes[j]
    }

    /// `W(L)` at bar `j` of the block; `lanes` is the length in every lane.
    #[inline(always)]
    pub(crate) fn weighted(&self, j: usize, length: usize, lanes: V) -> V {
        self.weighted[self.at[j] + length] + (lanes * self.prefixes[j] - self.ramps[j])
    }
}

/// The window sets of a plan, and who reads which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WindowPlan {
    /// Sets over the source.
    pub(crate) source: Vec<Shape>,
    /// The set over the absolute changes of the source, for KAMA.
    pub(crate) noise: Shape,
    /// Index into `source` of the set with the lengths of the WMA family.
    pub(crate) wma: usize,
    /// As `wma`, for the LSMA family.
    pub(crate) lsma: usize,
    /// As `wma`, for the HMA family.
    pub(crate) hma: usize,
    /// As `wma`, for half the lengths of the HMA family.
    pub(crate) half: usize,
    /// Rows of source that must be remembered behind any bar.
    pub(crate) history: usize,
}

/// Finds the sums that families can share.
pub(crate) fn plan_windows(lengths: &PerFamily<[usize; 9]>, switches: Switches) -> WindowPlan {
    let mut source = Vec::new();
    let mut place = |lengths: &[usize]| {
        let shape = Shape::of(lengths);
        for (index, other) in source.iter_mut().enumerate() {
            let both = shape.union(*other);
            if both == *other || both.is_compact() {
                *other = both;
                return index;
            }
        }
        source.push(shape);
        source.len() - 1
    };
    let wma = place(&lengths[Family::Wma]);
    let lsma = place(&lengths[Family::Lsma]);
    let hma = place(&lengths[Family::Hma]);
    let half = match switches.hma {
        Hma::Hull => place(&lengths[Family::Hma].map(half_length)),
        Hma::Sma => hma,
    };
    let noise = Shape::of(&lengths[Family::Kama]);
    let history = source
        .iter()
        .chain([&noise])
        .map(|s| s.history())
        .max()
        .unwrap_or(0)
        + 1;
    WindowPlan {
        source,
        noise,
        wma,
        lsma,
        hma,
        half,
        history,
    }
}

/// The length of the faster inner average of a Hull average over `length`.
pub(crate) fn half_length(length: usize) -> usize {
    (length / 2).max(1)
}
