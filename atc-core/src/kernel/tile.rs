//! The state of the series in one set of lanes, and how a block moves it.

use super::averages::hull::Hull;
use super::averages::{Row, Span};
use super::follow::{BarLanes, constants, side};
use super::layers::{FamilyWork, Layer2, Votes, average, layer2};
use super::trail::Trail;
use super::window::Window;
use crate::growth::GrowthCache;
use crate::lanes::Lanes;
use crate::{EQUITY_FLOOR, Family, Hma, PerFamily, Plan};

/// Everything a series needs to go on, for the series of `V`'s lanes.
#[derive(Clone, Debug)]
pub(crate) struct Tile<V> {
    /// Bars consumed, by the first lane.
    pub(crate) bars: usize,
    /// Bars that each lane is ahead of the one before: 0, but for slices of one series.
    pub(crate) ahead: usize,
    /// Last close.
    pub(crate) close: V,
    pub(crate) source: Trail<V>,
    pub(crate) windows: Vec<Window<V>>,
    /// Absolute changes of the source, and their sums.
    pub(crate) changes: Trail<V>,
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

impl<V: Lanes> Recursive<V> {
    /// The states before the first bar.
    fn new() -> Self {
        let row = [V::splat(0.0); 9];
        Self {
            ema: row,
            dema: row,
            second: row,
            kama: row,
        }
    }

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

/// Gives a tile its bars.
///
/// A trait and not a closure, as [`Trio`](super::averages::Trio).
pub(crate) trait Feed<V> {
    /// Fills in close and source of each bar, oldest first.
    fn feed(self, close: &mut [V], source: &mut [V]);
}

/// The nine lines of a family after the last bar.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines<V> {
    pub(crate) average: Row<V>,
    pub(crate) side: Row<V>,
    pub(crate) equity: Row<V>,
}

impl<V: Lanes> Lines<V> {
    /// The lines before the first bar.
    pub(crate) fn new() -> Self {
        Self {
            average: [V::splat(f64::NAN); 9],
            side: [V::splat(side::FRESH); 9],
            equity: [V::splat(1.0_f64.max(EQUITY_FLOOR)); 9],
        }
    }
}

/// Workspace for a run of bars.
#[derive(Clone, Debug)]
pub(crate) struct Block<V> {
    growth: Vec<f64>,
    cache: GrowthCache,
    closes: Vec<V>,
    pub(super) bars: Vec<BarLanes<V>>,
    /// Averages of the family at work, where they are not followed at once.
    pub(super) rows: Vec<Row<V>>,
    /// First EMAs, kept from the EMA family for the DEMA.
    pub(super) firsts: Vec<Row<V>>,
    /// Equities of the lines without a signal, of the family at work.
    pub(super) unset: Vec<V>,
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
        let column = vec![zero; n];
        Self {
            growth: vec![0.0; n],
            cache: GrowthCache::default(),
            closes: column.clone(),
            bars: vec![BarLanes::blank(); n],
            rows: vec![[zero; 9]; n],
            firsts: vec![[zero; 9]; n],
            unset: column.clone(),
            votes: vec![Votes::none(); n],
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
        let windows = &plan.windows;
        let hull =
            (plan.switches.hma == Hma::Hull).then(|| Hull::new(&plan.lengths[Family::Hma], block));
        Self {
            bars: 0,
            ahead: 0,
            close: zero,
            source: Trail::new(windows.history, block, zero),
            windows: windows
                .source
                .iter()
                .map(|s| Window::new(*s, block, true))
                .collect(),
            changes: Trail::new(windows.noise.history(), block, zero),
            noise: Window::new(windows.noise, block, false),
            hull,
            recursive: Recursive::new(),
            lines: [Lines::new(); 6],
            layer2: Family::ALL.map(|f| Layer2::new(plan.params().weights[f])),
            delayed: zero,
        }
    }

    /// Goes back to the state before the first bar, keeping all memory.
    pub(crate) fn reset(&mut self, plan: &Plan) {
        let zero = V::splat(0.0);
        (self.bars, self.ahead) = (0, 0);
        self.source.reset(zero);
        self.windows.iter_mut().for_each(Window::reset);
        self.changes.reset(zero);
        self.noise.reset();
        self.hull.iter_mut().for_each(Hull::reset);
        self.recursive = Recursive::new();
        self.lines = [Lines::new(); 6];
        self.layer2 = Family::ALL.map(|f| Layer2::new(plan.params().weights[f]));
        (self.close, self.delayed) = (zero, zero);
    }

    /// Takes `n` more bars; `feed` fills in their closes and sources.
    ///
    /// The results are in `block`; the columns beside the average only if
    /// `columns` asks for them.
    #[inline(always)]
    pub(crate) fn advance(
        &mut self,
        plan: &Plan,
        block: &mut Block<V>,
        (n, columns): (usize, bool),
        feed: impl Feed<V>,
    ) {
        let span = Span {
            first_bar: self.bars,
            n,
        };
        let start = self.source.reserve(n);
        feed.feed(&mut block.closes[..n], &mut self.source.rows_mut()[start..]);
        self.take(plan, span, block, start);
        for family in Family::ALL {
            let fresh = self.follow(plan, family, (span, start), block);
            let f = family as usize;
            let asked = if columns { n } else { 0 };
            let Block {
                bars,
                unset,
                votes,
                signals,
                equities,
                ..
            } = &mut *block;
            let mut work = FamilyWork {
                bars: &bars[..n],
                unset: if fresh { &unset[..n] } else { &[] },
                votes: &mut votes[..n],
                signal: &mut signals[f][..asked],
                equity: &mut equities[f][..asked],
            };
            layer2(plan, (span, family), &mut self.layer2[f], &mut work);
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
    fn take(&mut self, plan: &Plan, span: Span, block: &mut Block<V>, start: usize) {
        let n = span.n;
        let (closes, bars) = (&block.closes[..n], &mut block.bars[..n]);
        if self.ahead == 0 {
            plan.growths(span.first_bar, &mut block.cache, &mut block.growth[..n]);
            let growth = block.growth[..n].iter().map(|growth| V::splat(*growth));
            self.close = constants(plan, span, (closes, growth), (self.close, bars));
        } else {
            let growth = plan.lane_growths::<V>(span.first_bar, self.ahead);
            self.close = constants(plan, span, (closes, growth), (self.close, bars));
        }
        self.sums(plan, start, PerFamily([true; 6]));
    }

    /// The window sums of the bars whose source begins at `start`, as far as `families` need them.
    #[inline(always)]
    pub(crate) fn sums(&mut self, plan: &Plan, start: usize, families: PerFamily<bool>) {
        let source = self.source.rows();
        let n = source.len() - start;
        for (index, window) in self.windows.iter_mut().enumerate() {
            if plan.windows.is_read(index, families) {
                window.advance(start, source);
            }
        }
        if !families[Family::Kama] {
            return;
        }
        let at = self.changes.reserve(n);
        let changes = self.changes.rows_mut();
        let pairs = source[start - 1..].windows(2);
        for (slot, pair) in changes[at..].iter_mut().zip(pairs) {
            *slot = (pair[1] - pair[0]).abs();
        }
        self.noise.advance(at, changes);
    }
}
