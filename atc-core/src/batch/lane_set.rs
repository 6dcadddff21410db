//! One tile of series through one set of lanes.

use std::sync::Arc;

use super::alone::Alone;
use super::last::{AtEnd, Last};
use super::piece_work::PieceWork;
use super::places::{Gather, Placing};
use super::slices::{Seams, unit};
use super::trends::LaneTrends;
use super::{Columns, Series};
use crate::kernel::{Block, Tile};
use crate::lanes::Lanes;
use crate::state::State;
use crate::{Classifier, Plan, Reading, TrendTracker};

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
    /// A piece of the average signal of the only series.
    Piece(&'a mut PieceWork<'b>),
}

/// The state of `V`'s lanes, and workspace, reused from tile to tile.
#[derive(Clone, Debug)]
pub(super) struct LaneSet<V> {
    pub(super) plan: Arc<Plan>,
    pub(super) tile: Tile<V>,
    pub(super) block: Block<V>,
    /// Values of a block, lane by lane.
    pub(super) values: Vec<f64>,
    pub(super) trends: LaneTrends<V>,
    /// Where a series without neighbours goes on after its warm-up, if it is not cut into slices.
    alone: Alone,
    /// What slices of the plan must be a multiple of apart.
    pub(super) unit: Option<usize>,
    /// Whether slices of the series at hand have met so far.
    pub(super) is_sliced: bool,
    pub(super) seams: Seams,
}

impl<V: Lanes> LaneSet<V> {
    pub(super) fn new(plan: Arc<Plan>) -> Self {
        let block = block_len(&plan);
        let tile = Tile::new(&plan, block);
        Self {
            tile,
            block: Block::new(block),
            values: vec![1.0; V::N * block],
            trends: LaneTrends::new(),
            alone: Alone::new(&plan, block),
            unit: unit(&plan),
            is_sliced: true,
            seams: Seams::default(),
            plan,
        }
    }

    /// Computes up to `V::N` series; `order` names those of the tile.
    #[inline(always)]
    pub(super) fn run(&mut self, all: &[Series<'_>], order: &[usize], sink: &mut Sink<'_, '_>) {
        self.tile.reset(&self.plan);
        self.trends = LaneTrends::new();
        self.is_sliced = true;
        let ends = order.iter().map(|at| all[*at].n_present());
        let end = ends.max().unwrap_or(0);
        let is_alone = order.len() == 1;
        let from = self.plan.strand.from;
        let mut slices = self.begin_piece(all, sink);
        while self.tile.bars < end {
            let first = self.tile.bars;
            // A block ends where a series ends or pauses, so that its state can be taken there.
            let stops = order.iter().flat_map(|at| all[*at].stops());
            let next = stops.filter(|stop| *stop > first).min().unwrap_or(end);
            if is_alone && slices.is_none() && from <= first {
                slices = match sink {
                    Sink::Piece(piece) => Some(self.begin_first_piece(&all[order[0]], piece)),
                    _ => self.begin_slices(&all[order[0]], first..next),
                };
                if slices.is_none() {
                    return self.go_on_alone((all, order[0]), sink);
                }
            }
            let until = match (slices, is_alone && first < from) {
                (Some(slices), _) => slices.next(first),
                // A series without neighbours leaves the tile after its warm-up.
                (None, true) => next.min(from) - first,
                (None, false) => next - first,
            };
            let n = (self.values.len() / V::N).min(until);
            let columns = matches!(sink, Sink::Columns(_));
            let gather = Gather {
                all,
                order,
                first,
                ahead: self.tile.ahead,
                room: &mut self.values,
            };
            self.tile
                .advance(&self.plan, &mut self.block, (n, columns), gather);
            let tile = Placing {
                all,
                order,
                first,
                slices,
            };
            match sink {
                Sink::Averages(out) => {
                    let average = &self.block.average[..n];
                    tile.place(average, &mut self.values, out, |out| out);
                }
                Sink::Columns(out) => self.columns(&tile, n, out),
                Sink::Last(take) => match slices {
                    Some(slices) => self.keep_average((slices, first), n),
                    None => self.last((all, order, first), n, *take),
                },
                Sink::Piece(piece) => {
                    let average = &self.block.average[..n];
                    piece.take::<V>((first, self.tile.ahead), average, &mut self.values);
                }
            }
            if let Some(under_way) = slices
                && under_way.next(first) == n
                && !self.meet(under_way)
            {
                if let Sink::Piece(piece) = sink {
                    return self.end_piece(under_way, piece);
                }
                self.leave_slices(under_way, matches!(sink, Sink::Last(_)));
                slices = None;
            }
        }
    }

    /// Takes a series without neighbours to its end, from where the tile is.
    #[inline(never)]
    fn go_on_alone(&mut self, (all, at): (&[Series<'_>], usize), sink: &mut Sink<'_, '_>) {
        let record = self.alone.record();
        self.tile.record(0, record);
        let start = (self.tile.bars, self.trends.lane(0));
        self.alone.run(&self.plan, start, (&all[at], at), sink);
    }

    /// Hands the columns of a block on.
    #[inline(always)]
    fn columns(&mut self, tile: &Placing<'_, '_>, n: usize, out: &mut [Columns]) {
        let at_once = match V::N {
            4 => self.columns_at_once::<4>(tile, n, out),
            8 => self.columns_at_once::<8>(tile, n, out),
            _ => false,
        };
        if at_once {
            return;
        }
        let (block, room) = (&self.block, &mut self.values);
        for f in 0..6 {
            tile.place(&block.signals[f][..n], room, out, |c| &mut c.signals.0[f]);
            tile.place(&block.equities[f][..n], room, out, |c| &mut c.equities.0[f]);
        }
        tile.place(&block.average[..n], room, out, |c| &mut c.average_signal);
    }

    /// Hands the columns of a block on, straight to where they are wanted, if every lane has a series without missing
    /// bars that goes on through the block.
    #[inline(always)]
    fn columns_at_once<const N: usize>(
        &mut self,
        tile: &Placing<'_, '_>,
        n: usize,
        out: &mut [Columns],
    ) -> bool {
        let Ok(order) = <[usize; N]>::try_from(tile.order) else {
            return false;
        };
        let bars = tile.first..tile.first + n;
        let goes_on = |at: &usize| tile.all[*at].goes_on_through(bars.end);
        let Ok(mut targets) = out.get_disjoint_mut(order) else {
            return false;
        };
        if tile.slices.is_some() || !order.iter().all(goes_on) {
            return false;
        }
        let block = &self.block;
        for f in 0..6 {
            let mut rows = targets
                .each_mut()
                .map(|c| &mut c.signals.0[f][bars.clone()]);
            V::scatter(&block.signals[f][..n], &mut rows);
            let mut rows = targets
                .each_mut()
                .map(|c| &mut c.equities.0[f][bars.clone()]);
            V::scatter(&block.equities[f][..n], &mut rows);
        }
        let mut rows = targets
            .each_mut()
            .map(|c| &mut c.average_signal[bars.clone()]);
        V::scatter(&block.average[..n], &mut rows);
        true
    }

    /// Follows the trends through a block, and hands on the series that end or pause with it.
    #[inline(always)]
    fn last(
        &mut self,
        (all, order, first): (&[Series<'_>], &[usize], usize),
        n: usize,
        take: &mut dyn FnMut(usize, Last<'_>),
    ) {
        self.trends.update(&self.plan, &self.block.average[..n]);
        for (lane, at) in order.iter().enumerate() {
            if all[*at].stops().contains(&(first + n)) {
                let lane = LaneAt { set: self, lane };
                take(*at, Last { lane: &lane });
            }
        }
    }
}

/// Bars per block: whole runs between the cuts of the busiest window set, where
/// that is possible.
pub(crate) fn block_len(plan: &Plan) -> usize {
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

struct LaneAt<'a, V> {
    set: &'a LaneSet<V>,
    lane: usize,
}

impl<V: Lanes> AtEnd for LaneAt<'_, V> {
    fn reading(&self) -> Option<Reading> {
        let last = self.trend().last_value();
        let flip = self.set.trends.is_flip(self.lane);
        self.set
            .tile
            .reading(&self.set.plan, self.lane, (last, flip))
    }

    fn trend(&self) -> TrendTracker {
        self.set.trends.lane(self.lane)
    }

    fn classifier(&self) -> Classifier {
        let plan = Arc::clone(&self.set.plan);
        let mut record = Vec::with_capacity(Tile::<V>::record_len(&plan));
        self.set.tile.record(self.lane, &mut record);
        Classifier {
            state: State::resume(&plan, self.set.tile.bars, &record),
            plan,
            trend: self.trend(),
            flip: self.set.trends.is_flip(self.lane),
        }
    }
}
