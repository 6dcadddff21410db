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
    /// `S_old`, one table after another; the value for m lies at
    /// `longest - 1 - m`, so that a length reads forwards as bars go by.
    sums: Vec<V>,
    /// `W_old`, likewise; empty if only plain sums are wanted.
    weighted: Vec<V>,
    /// `prefix` and `ramp` at each bar of the block.
    prefixes: Vec<V>,
    ramps: Vec<V>,
    /// The runs of bars of the block that lie between cuts.
    runs: Vec<Run>,
}

/// Bars of a block that share a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// First bar, in the block.
    pub(crate) start: usize,
    /// Bars.
    pub(crate) len: usize,
    table: usize,
    /// Bars since the cut at its first bar, from 1.
    since: usize,
}

impl<V: Lanes> Window<V> {
    /// An empty window set for blocks of up to `block` bars.
    pub(crate) fn new(shape: Shape, block: usize, weights: bool) -> Self {
        let zero = V::splat(0.0);
        let tables = block.div_ceil(shape.spacing) + 1;
        let len = tables * shape.longest;
        Self {
            shape,
            tables,
            since: 0,
            table: 0,
            prefix: zero,
            ramp: zero,
            sums: vec![zero; len],
            weighted: vec![zero; if weights { len } else { 0 }],
            prefixes: vec![zero; block],
            ramps: vec![zero; if weights { block } else { 0 }],
            runs: Vec::with_capacity(tables),
        }
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.since = 0;
    }

    /// Takes the newest values: those of `values` from `start` on; the ones
    /// before are the past.
    #[inline(always)]
    pub(crate) fn advance(&mut self, start: usize, values: &[V]) {
        self.runs.clear();
        let (past, new) = values.split_at(start);
        let mut at = 0;
        while at < new.len() {
            if self.since == self.shape.spacing || self.since == 0 {
                self.cut(&values[..past.len() + at]);
            }
            let len = (self.shape.spacing - self.since).min(new.len() - at);
            let taken = &new[at..at + len];
            self.runs.push(Run {
                start: at,
                len,
                table: self.table,
                since: self.since + 1,
            });
            let (mut prefix, mut ramp) = (self.prefix, self.ramp);
            if self.weighted.is_empty() {
                for (out, x) in self.prefixes[at..at + len].iter_mut().zip(taken) {
                    prefix = prefix + *x;
                    *out = prefix;
                }
            } else {
                let ramps = self.ramps[at..at + len].iter_mut();
                let outs = self.prefixes[at..at + len].iter_mut().zip(ramps);
                for ((out, ramp_out), x) in outs.zip(taken) {
                    ramp = ramp + prefix;
                    prefix = prefix + *x;
                    *out = prefix;
                    *ramp_out = ramp;
                }
            }
            (self.prefix, self.ramp) = (prefix, ramp);
            self.since += len;
            at += len;
        }
    }

    /// Starts a new table at the cut behind `past`.
    #[inline(always)]
    fn cut(&mut self, past: &[V]) {
        let zero = V::splat(0.0);
        self.table = (self.table + 1) % self.tables;
        (self.since, self.prefix, self.ramp) = (0, zero, zero);
        let Shape { longest, .. } = self.shape;
        let range = self.table * longest..(self.table + 1) * longest;
        let (mut sum, mut weighted) = (zero, zero);
        let past = &past[past.len() - longest..];
        let sums = &mut self.sums[range.clone()];
        if self.weighted.is_empty() {
            for (slot, x) in sums.iter_mut().zip(past).rev() {
                *slot = sum;
                sum = sum + *x;
            }
            return;
        }
        let weights = &mut self.weighted[range];
        for ((s, w), x) in sums.iter_mut().zip(weights).zip(past).rev() {
            (*s, *w) = (sum, weighted);
            sum = sum + *x;
            weighted = weighted + sum;
        }
    }

    /// The runs of the block: bars between two cuts, in order.
    #[inline(always)]
    pub(crate) fn runs(&self) -> std::slice::Iter<'_, Run> {
        self.runs.iter()
    }

    /// `prefix` at each bar of a run.
    #[inline(always)]
    pub(crate) fn prefixes(&self, run: Run) -> &[V] {
        &self.prefixes[run.start..run.start + run.len]
    }

    /// `ramp` at each bar of a run.
    #[inline(always)]
    pub(crate) fn ramps(&self, run: Run) -> &[V] {
        &self.ramps[run.start..run.start + run.len]
    }

    /// `S_old` of a length at each bar of a run.
    #[inline(always)]
    pub(crate) fn sums(&self, run: Run, length: usize) -> &[V] {
        let at = self.old(run, length);
        &self.sums[at..at + run.len]
    }

    /// `W_old` of a length at each bar of a run.
    #[inline(always)]
    pub(crate) fn weighted(&self, run: Run, length: usize) -> &[V] {
        let at = self.old(run, length);
        &self.weighted[at..at + run.len]
    }

    /// Where a length's old sums begin.
    #[inline(always)]
    fn old(&self, run: Run, length: usize) -> usize {
        (run.table + 1) * self.shape.longest + run.since - 1 - length
    }

    /// Rebuilds the state at `bars` consumed bars from the history alone, newest
    /// value last.
    pub(crate) fn resume(&mut self, bars: usize, history: &[V]) {
        self.since = 0;
        if bars == 0 {
            return;
        }
        let since = (bars - 1) % self.shape.spacing + 1;
        for end in history.len() - since + 1..=history.len() {
            // One at a time: a block of one bar is what every window has room for.
            self.advance(end - 1, &history[..end]);
        }
    }
}
