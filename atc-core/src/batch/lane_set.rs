//! One tile of series through one set of lanes.

use std::sync::Arc;

use super::{Columns, Series};
use crate::kernel::{Block, Tile};
use crate::lanes::{Lanes, Wide};
use crate::{Classifier, Flip, Plan, Reading, Snapshot, TrendTracker};

/// About as many bars go into a block: enough to outweigh what a block costs to
/// begin, few enough for its workspace to stay near the processor.
const BLOCK: usize = 66;

/// Where the results of a tile go; indices count the series of the call.
pub(super) enum Sink<'a, 'b> {
    /// The average signal of each series.
    Averages(&'a mut [&'b mut [f64]]),
    /// All columns of each series.
    Columns(&'a mut [Columns]),
    /// The last reading of each series.
    Last(&'a mut dyn FnMut(usize, Last<'_>)),
}

/// The state of `V`'s lanes, and workspace, reused from tile to tile.
#[derive(Clone, Debug)]
pub(super) struct LaneSet<V> {
    plan: Arc<Plan>,
    blank: Tile<V>,
    tile: Tile<V>,
    block: Block<V>,
    /// Close and source of a block, gathered from the series.
    bars: Vec<(V, V)>,
    trends: Vec<TrendTracker>,
}

impl<V: Lanes> LaneSet<V> {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let block = block_len(&plan);
        let tile = Tile::new(&plan, block);
        let one = V::splat(1.0);
        Self {
            blank: tile.clone(),
            tile,
            block: Block::new(block),
            bars: vec![(one, one); block],
            trends: vec![TrendTracker::default(); V::N],
            plan,
        }
    }

    /// Computes up to `V::N` series; `order` names those of the tile.
    #[inline(always)]
    pub(super) fn run(&mut self, all: &[Series<'_>], order: &[usize], sink: &mut Sink<'_, '_>) {
        self.tile.clone_from(&self.blank);
        self.trends.fill(TrendTracker::default());
        let ends = order.iter().map(|at| all[*at].n_present());
        let end = ends.max().unwrap_or(0);
        while self.tile.bars < end {
            let first = self.tile.bars;
            // A block ends where a series ends, so that its state can be taken there.
            let rest = order.iter().map(|at| all[*at].n_present());
            let next = rest.filter(|end| *end > first).min().unwrap_or(end);
            let n = self.bars.len().min(next - first);
            self.gather(all, order, n);
            let (bars, columns) = (&self.bars, matches!(sink, Sink::Columns(_)));
            self.tile
                .advance(&self.plan, &mut self.block, (n, columns), |j| bars[j]);
            for (lane, at) in order.iter().enumerate() {
                if first < all[*at].n_present() {
                    self.deliver(&all[*at], (*at, lane), (first, n), sink);
                }
            }
        }
    }

    /// Gathers the next `n` bars. A lane whose series has ended, or that has
    /// none, repeats its last bar; nobody reads what comes of it.
    #[inline(always)]
    fn gather(&mut self, all: &[Series<'_>], order: &[usize], n: usize) {
        let first = self.tile.bars;
        for (lane, at) in order.iter().enumerate() {
            let series = &all[*at];
            if first < series.n_present() {
                series.copy(first, n, |j, close, source| {
                    self.bars[j].0.set_lane(lane, close);
                    self.bars[j].1.set_lane(lane, source);
                });
            }
        }
    }

    /// Hands a lane's part of a block to the sink.
    #[inline(always)]
    fn deliver(
        &mut self,
        series: &Series<'_>,
        (at, lane): (usize, usize),
        (first, n): (usize, usize),
        sink: &mut Sink<'_, '_>,
    ) {
        let block = &self.block;
        match sink {
            Sink::Averages(out) => {
                series.place(
                    first,
                    block.average[..n].iter().map(|v| v.lane(lane)),
                    out[at],
                );
            }
            Sink::Columns(out) => {
                let out = &mut out[at];
                for f in 0..6 {
                    let signals = block.signals[f][..n].iter().map(|v| v.lane(lane));
                    series.place(first, signals, &mut out.signals.0[f]);
                    let equities = block.equities[f][..n].iter().map(|v| v.lane(lane));
                    series.place(first, equities, &mut out.equities.0[f]);
                }
                let average = block.average[..n].iter().map(|v| v.lane(lane));
                series.place(first, average, &mut out.average_signal);
            }
            Sink::Last(take) => {
                let mut flip = None;
                for value in &block.average[..n] {
                    flip = self.trends[lane].update(&self.plan, value.lane(lane));
                }
                if first + n == series.n_present() {
                    let lane = LaneAt {
                        set: self,
                        lane,
                        flip: flip.is_some(),
                    };
                    take(at, Last { lane: &lane });
                }
            }
        }
    }
}

/// Bars per block: whole runs between the cuts of the busiest window set, where
/// that is possible.
fn block_len(plan: &Plan) -> usize {
    let spacing = plan
        .windows
        .source
        .iter()
        .map(|shape| shape.spacing)
        .min()
        .unwrap_or(1);
    if spacing > BLOCK {
        BLOCK
    } else {
        BLOCK - BLOCK % spacing
    }
}

/// One lane at the last bar of its series.
trait AtEnd {
    fn reading(&self) -> Option<Reading>;
    fn trend(&self) -> TrendTracker;
    fn classifier(&self) -> Classifier;
}

struct LaneAt<'a, V> {
    set: &'a LaneSet<V>,
    lane: usize,
    flip: bool,
}

impl<V: Lanes> AtEnd for LaneAt<'_, V> {
    fn reading(&self) -> Option<Reading> {
        let trend = self.trend();
        self.set
            .tile
            .reading(&self.set.plan, self.lane, (trend.last_value(), self.flip))
    }

    fn trend(&self) -> TrendTracker {
        self.set.trends[self.lane]
    }

    fn classifier(&self) -> Classifier {
        let plan = Arc::clone(&self.set.plan);
        let mut record = Vec::with_capacity(Tile::<V>::record_len(&plan));
        self.set.tile.record(self.lane, &mut record);
        let mut tile = Tile::<Wide<1>>::new(&plan, 1);
        tile.resume(self.set.tile.bars, &[&record]);
        Classifier::with_tile(plan, tile, self.trend(), self.reading())
    }
}

/// What a series comes to at its last bar.
#[derive(Clone, Copy)]
pub struct Last<'a> {
    lane: &'a dyn AtEnd,
}

impl std::fmt::Debug for Last<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Last")
            .field("reading", &self.reading())
            .finish_non_exhaustive()
    }
}

impl Last<'_> {
    /// The outputs of the last bar.
    pub fn reading(&self) -> Option<Reading> {
        self.lane.reading()
    }

    /// The last flip of the trend, if there was one.
    pub fn last_flip(&self) -> Option<Flip> {
        self.lane.trend().last_flip()
    }

    /// Bars of the series that exist.
    pub fn n_bars(&self) -> usize {
        self.lane.trend().n_bars()
    }

    /// A classifier that goes on from here.
    pub fn classifier(&self) -> Classifier {
        self.lane.classifier()
    }

    /// The state as bytes, to go on from later.
    pub fn snapshot(&self) -> Snapshot {
        self.lane.classifier().snapshot()
    }
}
