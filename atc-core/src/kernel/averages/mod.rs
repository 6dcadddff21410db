//! The six moving averages, nine lengths each, one block of bars at a time.
//!
//! | average | value | file |
//! |---|---|---|
//! | SMA(L) | `S / L` | [`windowed`] |
//! | WMA(L) | `2W / (L(L+1))` | [`windowed`] |
//! | LSMA(L) | `a*W + b*S`, the least-squares line read at one abscissa | [`windowed`] |
//! | HMA(L) | `WMA_s(2*WMA_h - WMA_L)` | [`hull`] |
//! | EMA(L) | `e + 2/(L+1) * (x - e)`, from the mean of the first L values | [`smoothing`] |
//! | DEMA(L) | `2*e1 - e2` | [`smoothing`] |
//! | KAMA(L) | `k + v*v*(x - k)` | [`kama`] |
//!
//! S and W come from [`window`](super::window). Three lines are computed at a
//! time, so that their constants and states stay in registers, and handed to a
//! [`Consumer`]: in the long run one that follows them at once.

pub(crate) mod hull;
pub(crate) mod kama;
pub(crate) mod smoothing;
pub(crate) mod windowed;

use crate::lanes::Lanes;

/// One value per length of a family, in the order of [`Plan::lengths`](crate::Plan::lengths).
pub(crate) type Row<V> = [V; 9];

/// Where a block lies in time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Number of its first bar.
    pub(crate) first_bar: usize,
    /// Its bars.
    pub(crate) n: usize,
}

/// Three lines through a block of bars, run by run.
///
/// A trait and not a closure: what is called in the inner loop must take on
/// the instruction set of its caller, which only `inline(always)` assures.
pub(crate) trait Trio<V> {
    /// Goes to the next run of bars and tells its length; 0 after the last.
    fn next_run(&mut self) -> usize;

    /// The averages at bar `j` of the run; called once for each, in order.
    fn at(&mut self, j: usize) -> [V; 3];
}

/// Takes averages, three lines at a time.
pub(crate) trait Consumer<V> {
    /// Whether it serves young series only, so that speed matters little.
    const YOUNG: bool = false;

    /// Takes all bars of the lines `first ..= first + 2`.
    fn run(&mut self, first: usize, trio: &mut impl Trio<V>);
}

/// Keeps averages as rows.
pub(crate) struct Rows<'a, V>(pub(crate) &'a mut [Row<V>]);

impl<V: Lanes> Consumer<V> for Rows<'_, V> {
    const YOUNG: bool = true;

    #[inline(always)]
    fn run(&mut self, first: usize, trio: &mut impl Trio<V>) {
        let mut rows = self.0.iter_mut();
        loop {
            let n = trio.next_run();
            if n == 0 {
                break;
            }
            for (j, row) in rows.by_ref().take(n).enumerate() {
                row[first..first + 3].copy_from_slice(&trio.at(j));
            }
        }
    }
}

/// Takes averages for the sake of what computing them leaves behind.
pub(crate) struct Discard;

impl<V: Lanes> Consumer<V> for Discard {
    #[inline(always)]
    fn run(&mut self, _: usize, trio: &mut impl Trio<V>) {
        loop {
            let n = trio.next_run();
            if n == 0 {
                break;
            }
            for j in 0..n {
                trio.at(j);
            }
        }
    }
}

/// The lengths in three groups of three, each with its first index.
#[inline(always)]
pub(crate) fn thirds(lengths: &[usize; 9]) -> [(usize, [usize; 3]); 3] {
    [0, 3, 6].map(|first| (first, three(lengths, first)))
}

/// The same value in every lane, for three lines.
#[inline(always)]
pub(crate) fn splat3<V: Lanes>(values: [f64; 3]) -> [V; 3] {
    [
        V::splat(values[0]),
        V::splat(values[1]),
        V::splat(values[2]),
    ]
}

/// Three neighbouring elements.
#[inline(always)]
pub(crate) fn three<T: Copy>(row: &[T; 9], first: usize) -> [T; 3] {
    [row[first], row[first + 1], row[first + 2]]
}

/// Blanks the rows of bars before an average's first one.
#[inline(always)]
pub(crate) fn blank_warm_up<V: Lanes>(first_bars: &[usize; 9], span: Span, rows: &mut [Row<V>]) {
    if first_bars.iter().all(|bar| *bar <= span.first_bar) {
        return;
    }
    for (j, row) in rows.iter_mut().enumerate() {
        for k in 0..9 {
            if span.first_bar + j < first_bars[k] {
                row[k] = V::splat(f64::NAN);
            }
        }
    }
}
