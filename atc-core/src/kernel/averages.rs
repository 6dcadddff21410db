//! The six moving averages, nine lengths each, one block of bars at a time.
//!
//! | average | value |
//! |---|---|
//! | SMA(L) | `S / L` |
//! | WMA(L) | `2W / (L(L+1))` |
//! | LSMA(L) | `a*W + b*S`, the least-squares line read at one abscissa |
//! | EMA(L) | `e + 2/(L+1) * (x - e)`, from the mean of the first L values |
//! | DEMA(L) | `2*e1 - e2` |
//! | KAMA(L) | `k + v*v*(x - k)`, `v = ratio*(0.666 - 0.064) + 0.064` |
//!
//! S and W come from [`window`](super::window). The Hull average, which
//! averages averages, is in [`hull`](super::hull). Rows hold nine lanes' worth
//! of values, one per length, in the order of [`Plan::lengths`]. A row of a
//! bar before an average's first one is NaN.

use super::window::{RunSums, Window};
use crate::lanes::Lanes;
use crate::{DemaSeed, Family, KamaStart, LsmaAt, Plan};

/// One value per length of a family.
pub(crate) type Row<V> = [V; 9];

/// Fastest and slowest smoothing of KAMA.
const FAST: f64 = 0.666;
const SLOW: f64 = 0.064;

/// Where a block lies in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Number of its first bar.
    pub(crate) first_bar: usize,
    /// Its bars.
    pub(crate) n: usize,
}

/// Simple averages: the `pine` profile's HMA.
#[inline(always)]
pub(crate) fn sma<V: Lanes>(lengths: &[usize; 9], window: &Window<V>, rows: &mut [Row<V>]) {
    for (first, lengths) in thirds(lengths) {
        let scale = lengths.map(|l| V::splat(1.0 / l as f64));
        for run in window.runs() {
            let sums = lengths.map(|l| run.sums(l));
            for (j, row) in run_rows(&run, rows).iter_mut().enumerate() {
                for k in 0..3 {
                    row[first + k] = (sums[k][j] + run.prefixes[j]) * scale[k];
                }
            }
        }
    }
}

/// Linearly weighted averages.
#[inline(always)]
pub(crate) fn wma<V: Lanes>(lengths: &[usize; 9], window: &Window<V>, rows: &mut [Row<V>]) {
    for (first, lengths) in thirds(lengths) {
        let lanes = lengths.map(|l| V::splat(l as f64));
        let scale = lengths.map(|l| V::splat(weight_scale(l)));
        for run in window.runs() {
            let weighted = lengths.map(|l| run.weighted(l));
            for (j, row) in run_rows(&run, rows).iter_mut().enumerate() {
                let (prefix, ramp) = (run.prefixes[j], run.ramps[j]);
                for k in 0..3 {
                    row[first + k] = (weighted[k][j] + (lanes[k] * prefix - ramp)) * scale[k];
                }
            }
        }
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
    rows: &mut [Row<V>],
) {
    for (first, lengths) in thirds(lengths) {
        let lanes = lengths.map(|l| V::splat(l as f64));
        let a = lengths.map(|l| V::splat(line_weights(l, at).0));
        let b = lengths.map(|l| V::splat(line_weights(l, at).1));
        for run in window.runs() {
            let sums = lengths.map(|l| run.sums(l));
            let weighted = lengths.map(|l| run.weighted(l));
            for (j, row) in run_rows(&run, rows).iter_mut().enumerate() {
                let (prefix, ramp) = (run.prefixes[j], run.ramps[j]);
                for k in 0..3 {
                    let weighted = weighted[k][j] + (lanes[k] * prefix - ramp);
                    row[first + k] = weighted * a[k] + (sums[k][j] + prefix) * b[k];
                }
            }
        }
    }
}

/// The rows of a run.
#[inline(always)]
pub(crate) fn run_rows<'a, V: Lanes>(
    run: &RunSums<'_, V>,
    rows: &'a mut [Row<V>],
) -> &'a mut [Row<V>] {
    &mut rows[run.start..run.start + run.len()]
}

/// The factor that turns W into the weighted average.
pub(crate) fn weight_scale(length: usize) -> f64 {
    let l = length as f64;
    2.0 / (l * (l + 1.0))
}

/// The factors of W and S in [`lsma`].
fn line_weights(length: usize, at: LsmaAt) -> (f64, f64) {
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

/// The lengths in three groups of three, each with its first index.
///
/// Three lengths keep their constants in registers across a block.
#[inline(always)]
pub(crate) fn thirds(lengths: &[usize; 9]) -> [(usize, [usize; 3]); 3] {
    let [a, b, c, d, e, f, g, h, i] = *lengths;
    [(0, [a, b, c]), (3, [d, e, f]), (6, [g, h, i])]
}

/// Recursive smoothing of nine series that start at bars of their own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Smoothing {
    /// First bar with an input.
    begin: [usize; 9],
    /// First bar with a value: the last of the bars whose mean is the seed.
    first: [usize; 9],
    lengths: [usize; 9],
}

impl Smoothing {
    /// The EMA of the source.
    pub(crate) fn of_source(lengths: [usize; 9]) -> Self {
        Self {
            begin: [0; 9],
            first: lengths.map(|l| l - 1),
            lengths,
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
            lengths,
        }
    }

    /// Bars from which all nine have a value before and after.
    fn steady_from(&self) -> usize {
        self.first.iter().max().map_or(0, |bar| bar + 1)
    }

    /// The smoothing factors `2 / (L + 1)`.
    #[inline(always)]
    fn factors<V: Lanes>(&self) -> Row<V> {
        self.lengths.map(|l| V::splat(2.0 / (l as f64 + 1.0)))
    }

    /// A bar of the seeding phase: `state` is the sum until the first value.
    fn seed<V: Lanes>(&self, bar: usize, state: &mut Row<V>, input: &Row<V>) -> Row<V> {
        let factor = self.factors::<V>();
        let mut out = [V::splat(f64::NAN); 9];
        for k in 0..9 {
            if bar < self.begin[k] {
                continue;
            }
            if bar > self.first[k] {
                state[k] = state[k] + factor[k] * (input[k] - state[k]);
                out[k] = state[k];
            } else if bar < self.first[k] {
                state[k] = state[k] + input[k];
            } else {
                let n = (self.first[k] - self.begin[k] + 1) as f64;
                state[k] = (state[k] + input[k]) / V::splat(n);
                out[k] = state[k];
            }
        }
        out
    }
}

/// Exponential averages of `source`.
#[inline(always)]
pub(crate) fn ema<V: Lanes>(
    span: Span,
    smoothing: &Smoothing,
    source: &[V],
    state: &mut Row<V>,
    rows: &mut [Row<V>],
) {
    let warm = smoothing
        .steady_from()
        .saturating_sub(span.first_bar)
        .min(span.n);
    for (j, row) in rows[..warm].iter_mut().enumerate() {
        *row = smoothing.seed(span.first_bar + j, state, &[source[j]; 9]);
    }
    let factor = smoothing.factors::<V>();
    let mut e = *state;
    for (row, x) in rows[warm..].iter_mut().zip(&source[warm..]) {
        for k in 0..9 {
            e[k] = e[k] + factor[k] * (*x - e[k]);
            row[k] = e[k];
        }
    }
    *state = e;
}

/// Turns rows of first EMAs into rows of DEMAs.
#[inline(always)]
pub(crate) fn dema<V: Lanes>(
    span: Span,
    smoothing: &Smoothing,
    state: &mut Row<V>,
    rows: &mut [Row<V>],
) {
    let warm = smoothing
        .steady_from()
        .saturating_sub(span.first_bar)
        .min(span.n);
    for (j, row) in rows[..warm].iter_mut().enumerate() {
        let second = smoothing.seed(span.first_bar + j, state, row);
        for k in 0..9 {
            row[k] = (row[k] + row[k]) - second[k];
        }
    }
    let factor = smoothing.factors::<V>();
    let mut e = *state;
    for row in &mut rows[warm..] {
        for k in 0..9 {
            e[k] = e[k] + factor[k] * (row[k] - e[k]);
            row[k] = (row[k] + row[k]) - e[k];
        }
    }
    *state = e;
}

/// Kaufman's adaptive averages.
///
/// ```text
/// ratio = |x[i] - x[i-L]| / noise        0 where noise is 0
/// noise = sum of the L newest |x[j] - x[j-1]|
/// ```
///
/// `source[start + j]` is the j-th value of the block.
#[inline(always)]
pub(crate) fn kama<V: Lanes>(
    plan: &Plan,
    span: Span,
    (source, start): (&[V], usize),
    noise: &Window<V>,
    (state, rows): (&mut Row<V>, &mut [Row<V>]),
) {
    let lengths = plan.lengths(Family::Kama);
    for (first, lengths) in thirds(&lengths) {
        let longest = lengths.iter().copied().max().unwrap_or(1);
        let mut e = [state[first], state[first + 1], state[first + 2]];
        for run in noise.runs() {
            let sums = lengths.map(|l| run.sums(l));
            let warm = longest
                .saturating_sub(span.first_bar + run.start)
                .min(run.len());
            let rows = run_rows(&run, rows);
            let now = &source[start + run.start..][..run.len()];
            for j in 0..warm {
                let bar = span.first_bar + run.start + j;
                for k in 0..3 {
                    e[k] = if bar < lengths[k] {
                        before_window(e[k], now[j], (bar, plan.switches.kama_start))
                    } else {
                        let change = now[j] - source[start + run.start + j - lengths[k]];
                        adapt(e[k], now[j], change, sums[k][j] + run.prefixes[j])
                    };
                    rows[j][first + k] = e[k];
                }
            }
            let past = lengths.map(|l| &source[start + run.start - l..][..run.len()]);
            for j in warm..run.len() {
                for k in 0..3 {
                    let change = now[j] - past[k][j];
                    e[k] = adapt(e[k], now[j], change, sums[k][j] + run.prefixes[j]);
                    rows[j][first + k] = e[k];
                }
            }
        }
        state[first..first + 3].copy_from_slice(&e);
    }
}

/// KAMA at a bar that has no full window behind it.
#[inline(always)]
fn before_window<V: Lanes>(state: V, x: V, (bar, start): (usize, KamaStart)) -> V {
    match start {
        KamaStart::Source if bar == 0 => x,
        KamaStart::Source => state,
        KamaStart::Zero => state + V::splat(SLOW * SLOW) * (x - state),
    }
}

/// One step of KAMA.
#[inline(always)]
fn adapt<V: Lanes>(state: V, x: V, change: V, noise: V) -> V {
    // Where noise is 0 so is the change: a bound above 0 gives the ratio 0.
    let ratio = change.abs() / noise.at_least(V::splat(f64::MIN_POSITIVE));
    let speed = ratio * V::splat(FAST - SLOW) + V::splat(SLOW);
    state + (speed * speed) * (x - state)
}

/// Blanks the rows of bars before an average's first one.
#[inline(always)]
pub(crate) fn blank_warm_up<V: Lanes>(
    plan: &Plan,
    family: Family,
    span: Span,
    rows: &mut [Row<V>],
) {
    let lengths = plan.lengths(family);
    let first = lengths.map(|l| plan.first_bar(family, l).unwrap_or(usize::MAX));
    if first.iter().all(|bar| *bar <= span.first_bar) {
        return;
    }
    for (j, row) in rows.iter_mut().enumerate() {
        for k in 0..9 {
            if span.first_bar + j < first[k] {
                row[k] = V::splat(f64::NAN);
            }
        }
    }
}
