//! One tile of series through all parameter sets.

use std::sync::Arc;

use super::layer1::{Averages, Closes, Layer1};
use super::shared::{Crew, Part};
use super::{Sweep, Swept};
use crate::batch::{Gather, LaneTrends, Placing, block_len};
use crate::classifier::unless_lost;
use crate::kernel::Feed;
use crate::kernel::averages::{Row, Span};
use crate::kernel::follow::BarLanes;
use crate::kernel::layers::{FamilyWork, Layer2, Votes, average, layer2};
use crate::lanes::Lanes;
use crate::{Family, PerFamily, Plan, Reading, Series, Trend};

/// Where results go: parameter set, then series.
pub(super) enum Sink<'a, 'b> {
    /// Average signals: the set `p` of series `s` at `p * n_series + s`.
    Averages(&'a mut [&'b mut [f64]]),
    Last(&'a mut dyn FnMut(usize, usize, Swept)),
}

/// The state of `V`'s lanes under all sets of a part, and workspace.
#[derive(Clone, Debug)]
pub(super) struct SweepSet<V> {
    sweep: Arc<Sweep>,
    part: usize,
    bars: usize,
    /// The last close.
    close: V,
    averages: Vec<Averages<V>>,
    layer1: Vec<Layer1<V>>,
    /// Crew by crew.
    top: Vec<Vec<Top<V>>>,
    work: Work<V>,
}

/// Layer 2 and the trend of one set.
#[derive(Clone, Debug)]
struct Top<V> {
    layer2: [Layer2<V>; 6],
    delayed: V,
    trends: LaneTrends<V>,
}

/// Workspace for a block.
#[derive(Clone, Debug)]
struct Work<V> {
    /// Values of a block, lane by lane.
    values: Vec<f64>,
    closes: Vec<V>,
    sources: Vec<V>,
    growth: Vec<f64>,
    firsts: Vec<Row<V>>,
    /// The averages that are computed, nine a row, and one more.
    rows: Vec<Vec<Row<V>>>,
    bars: Vec<BarLanes<V>>,
    unset: Vec<V>,
    /// A block for each set of the largest crew.
    votes: Vec<Votes<V>>,
    average: Vec<V>,
}

impl<V: Lanes> Top<V> {
    fn new(plan: &Plan) -> Self {
        Self {
            layer2: Family::ALL.map(|f| Layer2::new(plan.params().weights[f])),
            delayed: V::splat(0.0),
            trends: LaneTrends::new(),
        }
    }

    fn reset(&mut self, plan: &Plan) {
        self.layer2 = Family::ALL.map(|f| Layer2::new(plan.params().weights[f]));
        self.delayed = V::splat(0.0);
        self.trends = LaneTrends::new();
    }

    /// Where a lane stands after `bars` bars.
    fn end(&self, plan: &Plan, lane: usize, bars: usize) -> Swept {
        let trend = self.trends.lane(lane);
        let shown = trend.last_value().unwrap_or(f64::NAN);
        let average_signal = unless_lost(shown, self.delayed.lane(lane));
        let layer2 = |f: Family| &self.layer2[f as usize];
        let reading = (plan.params().cutout < bars).then(|| Reading {
            signals: PerFamily(Family::ALL.map(|f| layer2(f).signal.lane(lane) / 100.0)),
            equities: PerFamily(Family::ALL.map(|f| layer2(f).equity.lane(lane))),
            average_signal,
            trend: Trend::of(plan, average_signal),
            flip: self.trends.is_flip(lane),
        });
        Swept { reading, trend }
    }
}

impl<V: Lanes> SweepSet<V> {
    pub(super) fn new((sweep, at): (Arc<Sweep>, usize)) -> Self {
        let part = &sweep.parts[at];
        let block = block_len(&sweep.plans[part.plans[0]]);
        let zero = V::splat(0.0);
        let most_plans = part.crews.iter().map(|crew| crew.plans.len()).max();
        let work = Work {
            values: vec![1.0; V::N * block],
            closes: vec![zero; block],
            sources: vec![zero; block],
            growth: vec![0.0; block],
            firsts: vec![[zero; 9]; block],
            rows: vec![vec![[zero; 9]; block]; part.n_rows + 1],
            bars: vec![BarLanes::blank(); block],
            unset: vec![zero; block],
            votes: vec![Votes::none(); block * most_plans.unwrap_or(0)],
            average: vec![zero; block],
        };
        let tops = |crew: &Crew| {
            let plans = crew.plans.iter().map(|index| &sweep.plans[*index]);
            plans.map(|plan| Top::new(plan)).collect()
        };
        let averagers = part.averagers.iter();
        Self {
            bars: 0,
            close: zero,
            averages: averagers.map(|one| Averages::new(one, block)).collect(),
            layer1: part.crews.iter().map(Layer1::new).collect(),
            top: part.crews.iter().map(tops).collect(),
            work,
            part: at,
            sweep,
        }
    }

    fn reset(&mut self, part: &Part) {
        self.bars = 0;
        self.averages.iter_mut().for_each(Averages::reset);
        self.layer1.iter_mut().for_each(Layer1::reset);
        for (tops, crew) in self.top.iter_mut().zip(&part.crews) {
            for (top, index) in tops.iter_mut().zip(&crew.plans) {
                top.reset(&self.sweep.plans[*index]);
            }
        }
    }

    /// Computes up to `V::N` series; `order` names those of the tile.
    #[inline(always)]
    pub(super) fn run(&mut self, all: &[Series<'_>], order: &[usize], sink: &mut Sink<'_, '_>) {
        let sweep = Arc::clone(&self.sweep);
        let part = &sweep.parts[self.part];
        self.reset(part);
        let ends = || order.iter().map(|at| all[*at].n_present());
        let end = ends().max().unwrap_or(0);
        while self.bars < end {
            let first = self.bars;
            // A block ends where a series ends, so that its state can be taken there.
            let next = ends().filter(|stop| *stop > first).min().unwrap_or(end);
            let n = self.work.closes.len().min(next - first);
            let span = Span {
                first_bar: first,
                n,
            };
            self.take(all, order, span);
            for (at, crew) in part.crews.iter().enumerate() {
                self.vote((at, crew), &sweep.plans, span);
                let tile = Placing {
                    all,
                    order,
                    first,
                    slices: None,
                };
                self.hand_on((at, crew), &sweep.plans, (span, &tile), sink);
            }
            self.close = self.work.closes[n - 1];
            self.bars += n;
        }
    }

    /// Takes in the bars of a block, and computes all averages of it.
    #[inline(always)]
    fn take(&mut self, all: &[Series<'_>], order: &[usize], span: Span) {
        let work = &mut self.work;
        let gather = Gather {
            all,
            order,
            first: span.first_bar,
            ahead: 0,
            room: &mut work.values,
        };
        gather.feed(&mut work.closes[..span.n], &mut work.sources[..span.n]);
        let (sources, firsts) = (&work.sources[..span.n], &mut work.firsts[..span.n]);
        for averages in &mut self.averages {
            averages.advance(span, sources, firsts, &mut work.rows);
        }
    }

    /// Layers 1 and 2 of a crew: the votes of each set.
    #[inline(always)]
    fn vote(&mut self, (at, crew): (usize, &Crew), plans: &[Arc<Plan>], span: Span) {
        let (n, block) = (span.n, self.work.closes.len());
        let Work {
            closes,
            growth,
            rows,
            bars,
            unset,
            votes,
            ..
        } = &mut self.work;
        let closes = Closes {
            before: self.close,
            closes: &closes[..n],
        };
        let layer1 = &mut self.layer1[at];
        layer1.begin(&crew.plan, (span, closes), &mut growth[..n], &mut bars[..n]);
        for (place, lines) in crew.lines.iter().enumerate() {
            let to = (&mut bars[..n], &mut unset[..n]);
            let is_young = layer1.follow(&crew.plan, (span, place), &rows[lines.row][..n], to);
            for reader in &lines.readers {
                let mut work = FamilyWork {
                    bars: &bars[..n],
                    unset: if is_young { &unset[..n] } else { &[] },
                    votes: &mut votes[reader * block..][..n],
                    signal: &mut [],
                    equity: &mut [],
                };
                let state = &mut self.top[at][*reader].layer2[lines.family as usize];
                let plan = &plans[crew.plans[*reader]];
                layer2(plan, (span, lines.family), state, &mut work);
            }
        }
    }

    /// The average signals of a crew's sets, to where they are wanted.
    #[inline(always)]
    fn hand_on(
        &mut self,
        (at, crew): (usize, &Crew),
        plans: &[Arc<Plan>],
        (span, tile): (Span, &Placing<'_, '_>),
        sink: &mut Sink<'_, '_>,
    ) {
        let block = self.work.closes.len();
        let work = &mut self.work;
        for (place, (index, top)) in crew.plans.iter().zip(&mut self.top[at]).enumerate() {
            let plan = &plans[*index];
            let votes = &work.votes[place * block..][..span.n];
            let out = &mut work.average[..span.n];
            average(plan, span, votes, &mut top.delayed, out);
            match sink {
                Sink::Averages(sink) => {
                    let sink = &mut sink[index * tile.all.len()..][..tile.all.len()];
                    tile.place(out, &mut work.values, sink, |out| out);
                }
                Sink::Last(take) => top.last((*index, plan), tile, out, *take),
            }
        }
    }
}

impl<V: Lanes> Top<V> {
    /// Follows the trends through a block, and hands on the series that end with it.
    #[inline(always)]
    fn last(
        &mut self,
        (index, plan): (usize, &Plan),
        tile: &Placing<'_, '_>,
        average: &[V],
        take: &mut dyn FnMut(usize, usize, Swept),
    ) {
        let bars = tile.first + average.len();
        self.trends.update(plan, average);
        for (lane, at) in tile.order.iter().enumerate() {
            if tile.all[*at].n_present() == bars {
                take(index, *at, self.end(plan, lane, bars));
            }
        }
    }
}
