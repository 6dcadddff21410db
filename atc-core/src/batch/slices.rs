//! One long series on all lanes: slices of it side by side.
//!
//! ```text
//! lane 0   ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┿━━━━━━━━◆                 ● the true state
//! lane 1                                        ○╌╌╌╌╌╌╌╌◆━━━━━━━━ ..        ○ a guess
//! lane 2                                                  ..                ◆ compared, bit by bit
//!          ├───────────── ahead ────────────────┼─ early ─┤
//! ```
//!
//! Each lane but the first begins where it knows the prices, but neither averages nor equities, and guesses. Averages
//! forget what they began with, to the last bit; an equity forgets it when it falls to its floor. After
//! `early` bars a lane should be where the lane before it ends. If the two states are the same bits, all that
//! follows is what one lane alone would have computed; if not, what follows is thrown away, and the series goes
//! on from the last true state.
//!
//! Lanes are a multiple of all that depends on the number of a bar apart: the cuts of window sums, and the blocks of growth factors.
//! Only the growth itself differs from lane to lane.

use super::lane_set::LaneSet;
use crate::growth::GROWTH_BLOCK;
use crate::kernel::Tile;
use crate::kernel::averages::hull;
use crate::kernel::follow::side;
use crate::lanes::Lanes;
use crate::{EQUITY_FLOOR, Family, Hma, Plan, Series};

/// Bars that a lane begins early at least.
const EARLY: usize = 12_288;
/// And for each bar of the longest average: an exponential average over L bars forgets its start in some 20 L
/// bars, two in a row in twice as many.
const EARLY_PER_BAR: usize = 64;
/// The most bars between two lanes: memory does not grow with the series.
const FARTHEST: usize = 1 << 17;

/// How far lanes are apart, for a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spacing {
    /// They are a multiple of this apart; `None` if it is too large to be of use.
    unit: Option<usize>,
    early: usize,
}

impl Spacing {
    pub(super) fn of(plan: &Plan) -> Self {
        let windows = plan.windows.source.iter().chain([&plan.windows.noise]);
        let cuts = windows.map(|shape| shape.spacing);
        let outer = match plan.switches.hma {
            Hma::Hull => hull::spacings(&plan.lengths[Family::Hma]),
            Hma::Sma => Vec::new(),
        };
        let unit = cuts.chain(outer).try_fold(GROWTH_BLOCK, |unit, cut| {
            let unit = unit / gcd(unit, cut) * cut;
            (unit <= FARTHEST).then_some(unit)
        });
        let longest = plan.lengths.0.iter().flatten().max();
        let early = EARLY.max(longest.map_or(0, |longest| EARLY_PER_BAR * longest));
        Self { unit, early }
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Slices under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slices {
    /// Where the first lane began.
    start: usize,
    /// Bars from lane to lane.
    pub(super) ahead: usize,
    early: usize,
}

impl Slices {
    /// Slices of the bars from `start` to `end`, or of the first of them; `None` if that does not pay.
    pub(super) fn plan(
        spacing: Spacing,
        lanes: usize,
        (start, end): (usize, usize),
    ) -> Option<Self> {
        let (unit, early) = (spacing.unit?, spacing.early);
        // The last bar is left over: who ends a series hands it on.
        let room = end.checked_sub(start + early + 1)? / lanes;
        let ahead = room.min(FARTHEST) / unit * unit;
        (1 < lanes && 2 * early <= ahead).then_some(Self {
            start,
            ahead,
            early,
        })
    }

    /// Whether the first lane, at `bar`, is where the lanes behind it end their early bars.
    pub(super) fn is_early_seam(self, bar: usize) -> bool {
        bar - self.start == self.early
    }

    /// Bars of the next block, when the first lane is at `bar`: it ends where states are compared.
    pub(super) fn next(self, bar: usize) -> usize {
        let step = bar - self.start;
        let seam = if step < self.early {
            self.early
        } else {
            self.ahead + self.early
        };
        seam - step
    }

    /// Lanes whose values count, when the first lane is at `bar`.
    pub(super) fn valid(self, bar: usize, lanes: usize) -> usize {
        if bar - self.start < self.early {
            1
        } else {
            lanes
        }
    }

    /// Where a bar of a lane lies among those of the slices.
    pub(super) fn place(self, lane: usize, bar: usize) -> usize {
        lane * self.ahead + bar - self.start
    }

    /// Bars of all slices.
    pub(super) fn n_bars(self, lanes: usize) -> usize {
        lanes * self.ahead + self.early
    }
}

impl<V: Lanes> LaneSet<V> {
    /// Puts slices of a series without neighbours into the lanes, if that pays.
    #[inline(never)]
    pub(super) fn begin_slices(
        &mut self,
        series: &Series<'_>,
        bars: (usize, usize),
    ) -> Option<Slices> {
        let slices = self
            .is_sliced
            .then(|| Slices::plan(self.spacing, V::N, bars))??;
        self.seams.begin(&self.plan, slices, series, &mut self.tile);
        Some(slices)
    }

    /// Slices have come to a seam: to that behind their early bars, or to the last one. The slices that are still under way.
    #[inline(never)]
    pub(super) fn meet(&mut self, slices: Slices, has_trend: bool) -> Option<Slices> {
        if slices.is_early_seam(self.tile.bars) {
            self.seams.remember(&self.tile);
            return Some(slices);
        }
        let n_true = self.seams.end(slices, &mut self.tile);
        if has_trend {
            let n_bars = slices.n_bars(n_true);
            let mut trend = self.trends.lane(0);
            for value in &self.seams.average[..n_bars] {
                trend.update(&self.plan, *value);
            }
            self.trends.set(&self.plan, trend);
        }
        if n_true == 1 {
            // What does not forget goes bar by bar.
            self.is_sliced = false;
        }
        None
    }

    /// Keeps the average signals of slices until the trend can follow them.
    #[inline(never)]
    pub(super) fn keep_average(&mut self, (slices, first): (Slices, usize), n: usize) {
        let stride = self.values.len() / V::N;
        V::scatter(&self.block.average[..n], stride, &mut self.values);
        let average = &mut self.seams.average;
        average.resize(average.len().max(slices.n_bars(V::N)), 0.0);
        let lanes = self.values.chunks_exact(stride);
        for (lane, values) in lanes.enumerate().take(slices.valid(first, V::N)) {
            average[slices.place(lane, first)..][..n].copy_from_slice(&values[..n]);
        }
    }
}

/// States at the seams, and what a trend has still to follow.
#[derive(Clone, Debug, Default)]
pub(super) struct Seams {
    /// The state of each lane after its early bars, and workspace.
    records: Vec<Vec<f64>>,
    /// Average signals of all slices.
    pub(super) average: Vec<f64>,
}

impl Seams {
    /// Puts a series into all lanes of a tile that holds it in the first: there the true state, elsewhere a guess.
    pub(super) fn begin<V: Lanes>(
        &mut self,
        plan: &Plan,
        slices: Slices,
        series: &Series<'_>,
        tile: &mut Tile<V>,
    ) {
        self.records.resize_with(V::N, Vec::new);
        for (lane, record) in self.records.iter_mut().enumerate() {
            record.clear();
            tile.record(0, record);
            if 0 < lane {
                guess(plan, series, slices.start + lane * slices.ahead, record);
            }
        }
        put(tile, slices.start, &self.records);
        tile.ahead = slices.ahead;
    }

    /// Remembers where the lanes are after their early bars.
    pub(super) fn remember<V: Lanes>(&mut self, tile: &Tile<V>) {
        for (lane, record) in self.records.iter_mut().enumerate() {
            record.clear();
            tile.record(lane, record);
        }
    }

    /// Compares each lane with where the one before it ends, and puts the last true state into all lanes. Returns how
    /// many lanes were true.
    pub(super) fn end<V: Lanes>(&mut self, slices: Slices, tile: &mut Tile<V>) -> usize {
        let mut reached = Vec::with_capacity(self.records[0].len());
        let mut n_true = 0;
        loop {
            reached.clear();
            tile.record(n_true, &mut reached);
            n_true += 1;
            let next = self.records.get(n_true);
            let bits = |record: &[f64]| -> Vec<u64> {
                record.iter().map(|value| value.to_bits()).collect()
            };
            if next.is_none_or(|next| bits(next) != bits(&reached)) {
                break;
            }
        }
        for record in &mut self.records {
            record.clone_from(&reached);
        }
        tile.ahead = 0;
        put(tile, slices.start + slices.n_bars(n_true), &self.records);
        n_true
    }
}

fn put<V: Lanes>(tile: &mut Tile<V>, bars: usize, records: &[Vec<f64>]) {
    let mut lanes: [&[f64]; crate::lanes::MAX_LANES] = [&[]; crate::lanes::MAX_LANES];
    for (slot, record) in lanes.iter_mut().zip(records) {
        *slot = record;
    }
    tile.resume(bars, &lanes[..V::N]);
}

/// Makes of the record of a series one for a later bar: prices are known, everything that goes far back is a guess.
fn guess(plan: &Plan, series: &Series<'_>, bar: usize, record: &mut [f64]) {
    let at = |column: &[f64], bar: usize| column[series.index(bar)];
    let history = plan.windows.history;
    let (sources, rest) = record.split_at_mut(history);
    for (back, slot) in sources.iter_mut().rev().enumerate() {
        *slot = at(series.source(), (bar - 1).saturating_sub(back));
    }
    let last = sources[history - 1];
    let (averages, rest) = rest.split_at_mut(rest.len() - (6 * 27 + 6 * 3 + 2));
    let (hull, recursive) = averages.split_at_mut(averages.len() - 4 * 9);
    hull.fill(last);
    for (at, row) in recursive.chunks_exact_mut(9).enumerate() {
        // The first EMA of a DEMA is not kept where the EMA family has it.
        if at != 1 || !plan.constants.dema_shares_ema {
            row.fill(last);
        }
    }
    let (lines, rest) = rest.split_at_mut(6 * 27);
    for family in lines.chunks_exact_mut(27) {
        family[..9].fill(last);
        family[9..18].fill(side::LONG);
        family[18..].fill(EQUITY_FLOOR);
    }
    let (layer2, ends) = rest.split_at_mut(6 * 3);
    for family in layer2.chunks_exact_mut(3) {
        family.copy_from_slice(&[100.0, EQUITY_FLOOR, plan.retain]);
    }
    ends.copy_from_slice(&[at(series.close(), bar - 1), 0.0]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Params;

    #[test]
    fn lanes_are_whole_cuts_apart_and_never_too_far() {
        let plan = Plan::new(Params::default()).unwrap();
        let spacing = Spacing::of(&plan);
        let slices = Slices::plan(spacing, 4, (38, 1_000_038)).unwrap();
        assert_eq!((slices.ahead % 64, slices.ahead % 22), (0, 0));
        assert!(slices.ahead <= FARTHEST && slices.n_bars(4) <= 1_000_000);
        assert!(Slices::plan(spacing, 4, (38, 50_000)).is_none());
        assert!(Slices::plan(spacing, 1, (38, 1_000_038)).is_none());
    }
}
