//! The state of the series in one set of lanes, and how a block moves it.

use super::averages::hull::Hull;
use super::averages::smoothing;
use super::averages::{self, Consumer, Discard, Row, Rows, Span, kama, windowed};
use super::follow::{BarLanes, Followers, all_set, follow_rows, side};
use super::layers::{FamilyColumns, Layer2, Votes, average, layer2};
use super::trail::Trail;
use super::window::Window;
use crate::lanes::Lanes;
use crate::plan::GrowthCache;
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
    bars: Vec<BarLanes<V>>,
    /// Averages of the family at work, where they are not followed at once.
    rows: Vec<Row<V>>,
    /// First EMAs, kept from the EMA family for the DEMA.
    firsts: Vec<Row<V>>,
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

    /// Computes one family's averages and follows them.
    ///
    /// In the long run each average is followed as it is computed. While some
    /// line is being seeded or waits for its first event, and for the Hull
    /// average, which is computed line by line, averages become rows first.
    #[inline(always)]
    fn follow(
        &mut self,
        plan: &Plan,
        family: Family,
        (span, start): (Span, usize),
        block: &mut Block<V>,
    ) {
        let Block {
            bars, rows, firsts, ..
        } = block;
        let (bars, rows) = (&mut bars[..span.n], &mut rows[..span.n]);
        let firsts = &mut firsts[..span.n];
        let mut lines = self.lines[family as usize];
        let steady = plan.constants.steady_from[family] <= span.first_bar;
        let hull = family == Family::Hma && self.hull.is_some();
        if steady && !hull && all_set(&lines.side) {
            let mut followers = Followers {
                bars,
                lines: &mut lines,
            };
            self.averages(plan, (family, start), firsts, &mut followers);
        } else {
            if hull {
                self.hull_rows(plan, rows);
            } else if steady {
                self.averages(plan, (family, start), firsts, &mut Rows(rows));
            } else {
                self.seed_averages(plan, family, (span, start), (firsts, rows));
            }
            averages::blank_warm_up(&plan.constants.first_bar[family], span, rows);
            follow_rows(bars, rows, &mut lines);
        }
        self.lines[family as usize] = lines;
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

    /// Averages of the block for any family but the Hull average.
    #[inline(always)]
    fn averages(
        &mut self,
        plan: &Plan,
        (family, start): (Family, usize),
        firsts: &mut [Row<V>],
        consumer: &mut impl Consumer<V>,
    ) {
        let constants = &plan.constants;
        let source = self.source.rows();
        let windows = &self.windows;
        let recursive = &mut self.recursive;
        match family {
            Family::Ema => {
                let (source, state) = (&source[start..], &mut recursive.ema);
                smoothing::ema(&constants.ema, source, state, firsts, consumer);
            }
            Family::Hma => windowed::sma(constants, &windows[plan.windows.hma], consumer),
            Family::Wma => windowed::wma(&constants.wma, &windows[plan.windows.wma], consumer),
            Family::Dema => {
                let [first, second] = &constants.dema;
                if !constants.dema_shares_ema {
                    let (source, state) = (&source[start..], &mut recursive.dema);
                    smoothing::ema(first, source, state, firsts, &mut Discard);
                }
                smoothing::dema(second, &mut recursive.second, firsts, consumer);
            }
            Family::Lsma => windowed::lsma(constants, &windows[plan.windows.lsma], consumer),
            Family::Kama => {
                let lengths = &plan.lengths[Family::Kama];
                let state = &mut recursive.kama;
                kama::kama(lengths, (source, start), &self.noise, state, consumer);
            }
        }
    }

    /// As [`averages`](Self::averages), for blocks before the family is steady.
    fn seed_averages(
        &mut self,
        plan: &Plan,
        family: Family,
        (span, start): (Span, usize),
        (firsts, rows): (&mut [Row<V>], &mut [Row<V>]),
    ) {
        let constants = &plan.constants;
        let source = self.source.rows();
        let recursive = &mut self.recursive;
        match family {
            Family::Ema => {
                let (source, state) = (&source[start..], &mut recursive.ema);
                smoothing::seed_ema(span.first_bar, &constants.ema, source, state, firsts);
                rows.copy_from_slice(firsts);
            }
            Family::Dema => {
                let [first, second] = &constants.dema;
                if !constants.dema_shares_ema {
                    let (source, state) = (&source[start..], &mut recursive.dema);
                    smoothing::seed_ema(span.first_bar, first, source, state, firsts);
                }
                let state = &mut recursive.second;
                smoothing::seed_dema(span.first_bar, second, state, firsts, rows);
            }
            Family::Kama => {
                let lengths = &plan.lengths[Family::Kama];
                let when = (span.first_bar, plan.switches.kama_start);
                let kama = (&mut recursive.kama, rows);
                kama::seed_kama(when, lengths, (source, start), &self.noise, kama);
            }
            // Window sums need no seeding: bars before the first window are blanked.
            Family::Hma | Family::Wma | Family::Lsma => {
                self.averages(plan, (family, start), firsts, &mut Rows(rows));
            }
        }
    }

    /// Rows of Hull averages.
    #[inline(always)]
    fn hull_rows(&mut self, plan: &Plan, rows: &mut [Row<V>]) {
        if let Some(hull) = &mut self.hull {
            let window = &self.windows[plan.windows.hma];
            hull.advance(&plan.constants, window, rows);
        }
    }
}
