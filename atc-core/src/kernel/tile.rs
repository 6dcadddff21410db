//! The state of the series in one set of lanes, and how a block moves it.

use super::averages::hull::Hull;
use super::averages::{Row, Span};
use super::follow::{BarLanes, side};
use super::layers::{FamilyColumns, Layer2, Votes, average, layer2};
use super::trail::Trail;
use super::window::Window;
use crate::growth::GrowthCache;
use crate::lanes::Lanes;
use crate::{EQUITY_FLOOR, Family, Hma, Plan, TIE_BAND};

/// Everything a series needs to go on, for the series of `V`'s lanes.
#[derive(Clone, Debug)]
pub(crate) struct Tile<V> {
    /// Bars consumed.
    pub(crate) bars: usize,
    /// Last close.
    pub(crate) close: V,
    pub(crate) source: Trail<V>,
    pub(crate) windows: Vec<Window<V>>,
    pub(crate) noise: Window<V>,
    pub(crate) hull: Option<Hull<V>>,
    pub(crate) recursive: Recursive<V>,
    pub(crate) lines: [Lines<V>; 6],
    pub(crate) layer2: [Layer2<V>; 6],
    /// Last average, which `strategy` shows one bar later.
    pub(crate) delayed: V,
}

/// States of the recursive averages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recursive<V> {
    pub(crate) ema: Row<V>,
    /// The first EMA of the DEMA, where it is not the EMA family's.
    pub(crate) dema: Row<V>,
    /// The second EMA of the DEMA.
    pub(crate) second: Row<V>,
    pub(crate) kama: Row<V>,
}

impl<V> Recursive<V> {
    /// All states, in the order of a record.
    pub(crate) fn rows(&self) -> [&Row<V>; 4] {
        [&self.ema, &self.dema, &self.second, &self.kama]
    }

    /// As [`rows`](Self::rows), to change them.
    pub(crate) fn rows_mut(&mut self) -> [&mut Row<V>; 4] {
        [
            &mut self.ema,
            &mut self.dema,
            &mut self.second,
            &mut self.kama,
        ]
    }
}

/// The nine lines of a family after the last bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<V> {
    pub(crate) average: Row<V>,
    pub(crate) side: Row<V>,
    pub(crate) equity: Row<V>,
}

/// Workspace for a run of bars.
#[derive(Clone, Debug)]
pub(crate) struct Block<V> {
    growth: Vec<f64>,
    cache: GrowthCache,
    pub(super) bars: Vec<BarLanes<V>>,
    /// Averages of the family at work, where they are not followed at once.
    pub(super) rows: Vec<Row<V>>,
    /// First EMAs, kept from the EMA family for the DEMA.
    pub(super) firsts: Vec<Row<V>>,
    votes: Vec<Votes<V>>,
    /// Layer-1 signals of each family, if columns were wanted.
    pub(crate) signals: [Vec<V>; 6],
    /// Layer-2 equities of each family, if columns were wanted.
    pub(crate) equities: [Vec<V>; 6],
    /// The average signal.
    pub(crate) average: Vec<V>,
}

impl<V: Lanes> Block<V> {
    /// Workspace for up to `n` bars.
    pub(crate) fn new(n: usize) -> Self {
        let zero = V::splat(0.0);
        let bar = BarLanes {
            low: zero,
            high: zero,
            up: zero,
            down: zero,
            flat: zero,
            total: zero,
            short: zero,
            unset: zero,
        };
        let column = vec![zero; n];
        Self {
            growth: vec![0.0; n],
            cache: GrowthCache::default(),
            bars: vec![bar; n],
            rows: vec![[zero; 9]; n],
            firsts: vec![[zero; 9]; n],
            votes: vec![
                Votes {
                    cast: zero,
                    total: zero
                };
                n
            ],
            signals: std::array::from_fn(|_| column.clone()),
            equities: std::array::from_fn(|_| column.clone()),
            average: column,
        }
    }
}

impl<V: Lanes> Tile<V> {
    /// The state before the first bar, for blocks of up to `block` bars.
    pub(crate) fn new(plan: &Plan, block: usize) -> Self {
        let zero = V::splat(0.0);
        let row = [zero; 9];
        let windows = &plan.windows;
        let lines = Lines {
            average: [V::splat(f64::NAN); 9],
            side: [V::splat(side::FRESH); 9],
            equity: [V::splat(1.0_f64.max(EQUITY_FLOOR)); 9],
        };
        let hull =
            (plan.switches.hma == Hma::Hull).then(|| Hull::new(&plan.lengths[Family::Hma], block));
        Self {
            bars: 0,
            close: zero,
            source: Trail::new(windows.history, block, zero),
            windows: windows
                .source
                .iter()
                .map(|s| Window::new(*s, block, true))
                .collect(),
            noise: Window::new(windows.noise, block, false),
            hull,
            recursive: Recursive {
                ema: row,
                dema: row,
                second: row,
                kama: row,
            },
            lines: [lines; 6],
            layer2: Family::ALL.map(|f| Layer2::new(plan.params().weights[f])),
            delayed: zero,
        }
    }

    /// Takes `n` more bars; `bar(j)` is the close and the source of the j-th.
    ///
    /// The results are in `block`; the columns beside the average only if
    /// `columns` asks for them.
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        plan: &Plan,
        block: &mut Block<V>,
        (n, columns): (usize, bool),
        bar: impl FnMut(usize) -> (V, V),
    ) {
        let span = Span {
            first_bar: self.bars,
            n,
        };
        let start = self.take(plan, span, block, bar);
        for family in Family::ALL {
            self.follow(plan, family, (span, start), block);
            let f = family as usize;
            let asked = if columns { n } else { 0 };
            let Block {
                bars,
                votes,
                signals,
                equities,
                ..
            } = &mut *block;
            let mut columns = FamilyColumns {
                signal: &mut signals[f][..asked],
                equity: &mut equities[f][..asked],
            };
            let layer = (&mut self.layer2[f], &mut votes[..n]);
            layer2(plan, (span, family), &bars[..n], layer, &mut columns);
        }
        average(
            plan,
            span,
            &block.votes[..n],
            &mut self.delayed,
            &mut block.average[..n],
        );
        self.bars += n;
    }

    /// Takes in the bars: constants of each, and all window sums.
    #[inline(always)]
    fn take(
        &mut self,
        plan: &Plan,
        span: Span,
        block: &mut Block<V>,
        mut bar: impl FnMut(usize) -> (V, V),
    ) -> usize {
        let Span { first_bar, n } = span;
        plan.growths(first_bar, &mut block.cache, &mut block.growth[..n]);
        let start = self.source.reserve(n);
        let source = self.source.rows_mut();
        let (one, retain) = (V::splat(1.0), V::splat(plan.retain));
        let (low, high) = (V::splat(1.0 - TIE_BAND), V::splat(1.0 + TIE_BAND));
        for (j, slot) in block.bars[..n].iter_mut().enumerate() {
            let (close, x) = bar(j);
            source[start + j] = x;
            let before = if first_bar + j == 0 {
                close
            } else {
                self.close
            };
            let step = ((close - before) / before) * V::splat(block.growth[j]);
            let mut lanes = BarLanes {
                low: close * low,
                high: close * high,
                up: retain * (one + step),
                down: retain * (one - step),
                flat: retain,
                ..*slot
            };
            if first_bar + j <= plan.params().cutout {
                (lanes.up, lanes.down, lanes.flat) = (one, one, one);
            }
            *slot = lanes;
            self.close = close;
        }
        let source = self.source.rows();
        for window in &mut self.windows {
            window.advance(start, n, |at| source[at]);
        }
        self.noise
            .advance(start, n, |at| (source[at] - source[at - 1]).abs());
        start
    }
}
