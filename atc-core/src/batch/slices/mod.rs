//! One long series on all lanes: slices of it side by side.
//!
//! ```text
//! lane 0   ●━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┿╍╍◆╍╍◆                  ● the true state
//! lane 1                                         ○──◆──◆──◆──◆━━━━━━━ ..   ○ a guess
//! lane 2                                                          ..       ◆ compared, bit by bit
//!          ├─────────────── ahead ───────────────┼─ CHECK ─┤
//! ```
//!
//! Each lane but the first begins where it knows the prices, but neither averages nor equities, and guesses. Averages
//! forget what they began with, to the last bit; an equity forgets it when it falls to its floor: half of all guesses
//! are forgotten after some 1,500 bars, nearly all after 5,000. At the end of its slice every lane goes on into
//! that of the next, until the two have been in the same state there. Then all that followed is what one lane alone
//! would have computed; a lane that is not met within [`CHECKS`] comparisons is thrown away with those behind
//! it, and the series goes on from the last true state.
//!
//! Lanes are a multiple of all that depends on the number of a bar apart: the cuts of window sums, and the blocks of growth factors.
//! Only the growth itself differs from lane to lane.

mod seams;

use std::ops::Range;

pub(super) use seams::{Record, Seams, is_same, put_everywhere};

use super::lane_set::LaneSet;
use crate::growth::GROWTH_BLOCK;
use crate::kernel::averages::hull;
use crate::lanes::Lanes;
use crate::{Family, Hma, Plan, Series};

/// Bars between two comparisons.
pub(super) const CHECK: usize = 1024;
/// Comparisons until a guess counts as one that is never forgotten.
const CHECKS: usize = 16;
/// Comparisons that several lanes usually take.
const USUAL: usize = 3;
/// The fewest bars between two lanes, and the most: memory does not grow with the series.
const NEAREST: usize = 8 * CHECK;
const FARTHEST: usize = 1 << 17;

/// What lanes of a plan must be a multiple of apart; `None` if that is too much to be of use.
pub(super) fn unit(plan: &Plan) -> Option<usize> {
    let windows = plan.windows.source.iter().chain([&plan.windows.noise]);
    let cuts = windows.map(|shape| shape.spacing);
    let outer = match plan.switches.hma {
        Hma::Hull => hull::spacings(&plan.lengths[Family::Hma]),
        Hma::Sma => Vec::new(),
    };
    cuts.chain(outer).try_fold(GROWTH_BLOCK, |unit, cut| {
        let unit = unit / gcd(unit, cut) * cut;
        (unit <= FARTHEST).then_some(unit)
    })
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Slices under way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slices {
    /// Where the first lane began.
    pub(super) start: usize,
    /// Bars from lane to lane.
    pub(super) ahead: usize,
    /// The bars that each lane has done when the last one comes to the end, if it is to come there.
    pub(super) finish: Option<usize>,
    /// Comparisons that are made even if all have met.
    pub(super) at_least: usize,
}

impl Slices {
    /// Slices of the bars from `start` to `end`, or of the first of them; `None` if that does not pay.
    pub(super) fn plan(
        unit: Option<usize>,
        lanes: usize,
        (start, end): (usize, usize),
    ) -> Option<Self> {
        Self::up_to(FARTHEST, unit, lanes, (start, end))
    }

    /// As [`plan`](Self::plan), however far lanes are apart.
    pub(super) fn plan_without_limit(
        unit: Option<usize>,
        lanes: usize,
        bars: (usize, usize),
    ) -> Option<Self> {
        Self::up_to(usize::MAX, unit, lanes, bars)
    }

    fn up_to(
        farthest: usize,
        unit: Option<usize>,
        lanes: usize,
        (start, end): (usize, usize),
    ) -> Option<Self> {
        // The last bar is left over: who ends a series hands it on.
        let room = end.checked_sub(start + 1)?;
        let unit = unit?;
        let ahead = (room / lanes).min(farthest) / unit * unit;
        let finish = |ahead| room.checked_sub((lanes - 1).checked_mul(ahead)?);
        let slices = |ahead, finish| Self {
            start,
            ahead,
            finish,
            at_least: 0,
        };
        // Lanes that come out even are rare: either all wait for the last one, or it ends early.
        let short = slices(ahead, finish(ahead));
        let long = slices(ahead + unit, finish(ahead + unit));
        let all = [short, long].into_iter().filter(|slices| slices.is_all());
        let all = all.min_by_key(|slices| slices.n_steps());
        let slices = all.unwrap_or(slices(ahead, None));
        (1 < lanes && NEAREST <= slices.ahead).then_some(slices)
    }

    /// Whether the last lane comes to the end, after all comparisons with it and not long after the others.
    fn is_all(self) -> bool {
        let compared = self.checks() * CHECK;
        let is_near = |finish: usize| (compared..=self.ahead + compared).contains(&finish);
        self.finish.is_some_and(is_near)
    }

    /// The bars that every lane goes through, if guesses are forgotten as usual.
    fn n_steps(self) -> usize {
        let met = self.ahead + USUAL * CHECK;
        self.finish.map_or(met, |finish| finish.max(met))
    }

    /// Comparisons at most. A lane is not compared further into the next slice than it is long.
    pub(super) fn checks(self) -> usize {
        (self.ahead / CHECK).min(CHECKS)
    }

    /// The bar at which a lane is after `step` bars.
    pub(super) fn bar(self, lane: usize, step: usize) -> usize {
        self.start + lane * self.ahead + step
    }

    /// Bars of the next block, when the first lane is at `bar`: it ends where states are remembered or compared.
    pub(super) fn next(self, bar: usize) -> usize {
        let step = bar - self.start;
        let mark = (step / CHECK + 1) * CHECK;
        let seam = if step < self.checks() * CHECK {
            mark
        } else if step < self.ahead {
            self.ahead
        } else {
            self.ahead + ((step - self.ahead) / CHECK + 1) * CHECK
        };
        let finish = self.finish.filter(|finish| step < *finish);
        finish.map_or(seam, |finish| seam.min(finish)) - step
    }

    /// The bar from which on a lane counts no more.
    pub(super) fn limit(self, lanes: usize) -> usize {
        let finish = self.finish.map(|finish| self.bar(lanes - 1, finish));
        finish.unwrap_or(usize::MAX)
    }

    /// Whether there is more to do after `step` bars.
    fn goes_on(self, step: usize, have_met: bool) -> bool {
        let compared = step.saturating_sub(self.ahead) / CHECK;
        let is_decided = have_met && self.at_least <= compared || compared == self.checks();
        step <= self.ahead || !is_decided || self.finish.is_some_and(|finish| step < finish)
    }

    /// The most bars from where the first lane began to where the last one comes.
    fn n_bars(self, lanes: usize) -> usize {
        lanes * self.ahead + self.checks() * CHECK
    }
}

impl<V: Lanes> LaneSet<V> {
    /// Puts slices of a series without neighbours into the lanes, if that pays.
    #[inline(never)]
    pub(super) fn begin_slices(
        &mut self,
        series: &Series<'_>,
        bars: Range<usize>,
    ) -> Option<Slices> {
        let bars = (bars.start, bars.end);
        let slices = self
            .is_sliced
            .then(|| Slices::plan(self.unit, V::N, bars))??;
        self.put_slices((slices, true), series);
        Some(slices)
    }

    /// Puts slices into the lanes; the state in the first lane `is_true`, or is a guess as elsewhere.
    #[inline(never)]
    pub(super) fn put_slices(&mut self, slices: (Slices, bool), series: &Series<'_>) {
        self.seams.begin(&self.plan, slices, series, &mut self.tile);
    }

    /// Slices have come to a seam. Tells whether they go on.
    #[inline(never)]
    pub(super) fn meet(&mut self, slices: Slices) -> bool {
        let step = self.tile.bars - slices.start;
        if step <= slices.checks() * CHECK && step.is_multiple_of(CHECK) {
            self.seams.mark(step / CHECK, &self.tile);
        }
        if slices.finish == Some(step) {
            self.seams.finish(&self.tile);
        }
        let into = step.saturating_sub(slices.ahead);
        if 0 < into && into.is_multiple_of(CHECK) && into <= slices.checks() * CHECK {
            self.seams.compare(into / CHECK, &self.tile);
            if 0 < slices.at_least {
                self.seams.keep_last(&self.tile);
            }
        }
        slices.goes_on(step, self.seams.have_met())
    }

    /// Goes on from where slices have come to, all lanes alike.
    #[inline(never)]
    pub(super) fn leave_slices(&mut self, slices: Slices, has_trend: bool) {
        let (bars, record) = self.seams.reached(slices, &self.tile);
        put_everywhere(&mut self.tile, bars, record);
        if has_trend {
            let mut trend = self.trends.lane(0);
            trend.extend(&self.plan, &self.seams.average[..bars - slices.start]);
            self.trends.set(&self.plan, trend);
        }
        // What does not forget goes bar by bar.
        self.is_sliced = 1 < self.seams.n_true();
    }

    /// Keeps the average signals of slices until the trend can follow them.
    #[inline(always)]
    pub(super) fn keep_average(&mut self, (slices, first): (Slices, usize), n: usize) {
        let stride = self.values.len() / V::N;
        V::scatter_apart(&self.block.average[..n], &mut self.values);
        let average = &mut self.seams.average;
        average.resize(average.len().max(slices.n_bars(V::N)), 0.0);
        for (lane, values) in self.values.chunks_exact(stride).enumerate() {
            let at = first + lane * slices.ahead;
            if at < slices.limit(V::N) {
                average[at - slices.start..][..n].copy_from_slice(&values[..n]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Params;

    #[test]
    fn lanes_are_whole_cuts_apart_and_never_too_far() {
        let plan = Plan::new(Params::default()).unwrap();
        let unit = unit(&plan);
        let slices = Slices::plan(unit, 4, (38, 500_038)).unwrap();
        assert_eq!((slices.ahead % 64, slices.ahead % 22), (0, 0));
        assert_eq!(slices.limit(4), 500_037);
        let slices = Slices::plan(unit, 4, (38, 1_000_038)).unwrap();
        assert!(slices.ahead <= FARTHEST && slices.finish.is_none());
        assert!(Slices::plan(unit, 4, (38, 30_000)).is_none());
        assert!(Slices::plan(unit, 1, (38, 1_000_038)).is_none());
    }

    #[test]
    fn the_last_lane_is_shorter_than_the_others_rather_than_much_longer() {
        let unit = Some(704);
        let (lanes, start) = (16, 38);
        for n_bars in [999_000, 999_850, 1_000_000, 1_003_000, 1_010_000] {
            let slices = Slices::plan_without_limit(unit, lanes, (start, n_bars)).unwrap();
            let finish = slices.finish.unwrap();
            assert_eq!(slices.bar(lanes - 1, finish), n_bars - 1, "{n_bars}");
            assert!(slices.is_all() && slices.ahead.is_multiple_of(704));
            assert!(slices.n_steps() <= n_bars / lanes + 704 + USUAL * CHECK);
        }
        let longer = Slices::plan_without_limit(unit, lanes, (start, 992_000)).unwrap();
        let shorter = Slices::plan_without_limit(unit, lanes, (start, 1_000_000)).unwrap();
        assert!(longer.ahead < longer.finish.unwrap());
        assert!(shorter.finish.unwrap() < shorter.ahead);
    }

    #[test]
    fn seams_are_where_states_are_remembered_compared_and_handed_on() {
        let slices = Slices {
            start: 100,
            ahead: 16 * CHECK,
            finish: Some(16 * CHECK + 1500),
            at_least: 0,
        };
        let mut bar = slices.start;
        let mut seams = Vec::new();
        while slices.goes_on(bar - slices.start, 17 * CHECK <= bar - slices.start) {
            bar += slices.next(bar);
            seams.push(bar - slices.start);
        }
        let marks = (1..=17).map(|k| k * CHECK);
        let expected: Vec<usize> = marks.chain([16 * CHECK + 1500]).collect();
        assert_eq!(seams, expected);
    }
}
