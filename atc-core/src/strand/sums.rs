//! Window sums at one bar: [`Window`](crate::kernel::window), without blocks.
//!
//! `numbers` of a set are: prefix, ramp, `S_old` and, where weights are kept,
//! `W_old`; cuts lie at the multiples of its spacing.

use super::layout::{Layout, Ring, Set};

/// A set's sums at one bar.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) prefix: f64,
    pub(super) ramp: f64,
    /// `S_old`; that of length L at `longest - L`.
    plain: &'a [f64],
    /// `W_old`, likewise.
    weighted: &'a [f64],
    longest: usize,
}

impl<'a> At<'a> {
    /// The sums of `set` after bar `bar`.
    #[inline(always)]
    pub(super) fn new(numbers: &'a [f64], set: Set, bar: usize) -> Self {
        let longest = set.shape.longest;
        let numbers = &numbers[set.range()];
        let since = set.spacing.phase(bar);
        let (plain, weighted) = numbers[2..].split_at(longest);
        let weighted = if set.weights {
            &weighted[since..]
        } else {
            weighted
        };
        Self {
            prefix: numbers[0],
            ramp: numbers[1],
            plain: &plain[since..],
            weighted,
            longest,
        }
    }

    /// `S_old` of nine lengths.
    #[inline(always)]
    pub(super) fn plain(self, lengths: &[usize; 9]) -> [f64; 9] {
        let mut out = [0.0; 9];
        for k in 0..9 {
            out[k] = self.plain[self.longest - lengths[k]];
        }
        out
    }

    /// `W_old` of nine lengths.
    #[inline(always)]
    pub(super) fn weighted(self, lengths: &[usize; 9]) -> [f64; 9] {
        let mut out = [0.0; 9];
        for k in 0..9 {
            out[k] = self.weighted[self.longest - lengths[k]];
        }
        out
    }
}

/// Takes the value of bar `bar` of a ring into a set over its values.
#[inline(always)]
pub(super) fn take_value(numbers: &mut [f64], (set, ring): (Set, Ring), bar: usize, value: f64) {
    let cut = set.spacing.phase(bar) == 0;
    if cut {
        cut_values(numbers, (set, ring), bar);
    }
    let sums = &mut numbers[set.range()];
    sums[1] += sums[0];
    sums[0] += value;
}

/// Starts a new table before bar `bar`.
fn cut_values(numbers: &mut [f64], (set, ring): (Set, Ring), bar: usize) {
    let longest = set.shape.longest;
    let (start, plain, weights) = (set.range().start, 2, 2 + longest);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for m in 0..longest {
        let slot = start + longest - 1 - m;
        (numbers[slot + plain], numbers[slot + weights]) = (sum, weighted);
        sum += numbers[ring.of(bar.wrapping_sub(m + 1))];
        weighted += sum;
    }
    (numbers[start], numbers[start + 1]) = (0.0, 0.0);
}

/// Takes the change at bar `bar` of the source into the noise.
#[inline(always)]
pub(super) fn take_change(numbers: &mut [f64], layout: &Layout, bar: usize) {
    let (set, ring) = (layout.noise, layout.source);
    let value = change(numbers, ring, bar);
    if set.spacing.phase(bar) == 0 {
        cut_changes(numbers, (set, ring), bar);
    }
    numbers[set.range().start] += value;
}

/// Starts a new table before bar `bar`.
fn cut_changes(numbers: &mut [f64], (set, ring): (Set, Ring), bar: usize) {
    let longest = set.shape.longest;
    let start = set.range().start;
    let mut sum = 0.0;
    for m in 0..longest {
        numbers[start + 2 + longest - 1 - m] = sum;
        sum += change(numbers, ring, bar.wrapping_sub(m + 1));
    }
    numbers[start] = 0.0;
}

/// The absolute change at a bar.
#[inline(always)]
fn change(numbers: &[f64], ring: Ring, bar: usize) -> f64 {
    let (now, before) = (ring.of(bar), ring.of(bar.wrapping_sub(1)));
    (numbers[now] - numbers[before]).abs()
}

/// Builds the tables and running sums after `bars` bars from the ring.
pub(super) fn rebuild(numbers: &mut [f64], (set, ring): (Set, Ring), bars: usize) {
    let since = (bars - 1) % set.shape.spacing + 1;
    for bar in bars - since..bars {
        let value = numbers[ring.of(bar)];
        take_value(numbers, (set, ring), bar, value);
    }
}

/// As [`rebuild`], for the noise.
pub(super) fn rebuild_noise(numbers: &mut [f64], layout: &Layout, bars: usize) {
    let since = (bars - 1) % layout.noise.shape.spacing + 1;
    for bar in bars - since..bars {
        take_change(numbers, layout, bar);
    }
}
