//! The states that slices are compared in.

use super::Slices;
use crate::kernel::Tile;
use crate::kernel::follow::side;
use crate::lanes::{Lanes, MAX_LANES};
use crate::{EQUITY_FLOOR, Plan, Series};

/// The state of one series as numbers: what [`Tile::record`] gives.
pub(in crate::batch) type Record = Vec<f64>;

/// States at the seams, and what a trend has still to follow.
#[derive(Clone, Debug, Default)]
pub(in crate::batch) struct Seams {
    /// The states of all lanes after `CHECK` bars, after twice as many, ...
    marks: Vec<Vec<Record>>,
    /// Which lanes have been where the lane behind them was.
    met: Vec<bool>,
    /// The state of the last lane at each comparison, for the piece behind.
    pub(in crate::batch) late: Vec<Record>,
    /// The state of the last lane where slices end.
    finished: Record,
    /// A state for each lane to begin with, and one to compare or to go on from.
    begun: Vec<Record>,
    room: Record,
    /// Average signals of all slices.
    pub(in crate::batch) average: Vec<f64>,
}

impl Seams {
    /// Puts a series into all lanes: there the state that is in the first, if it is `true`, elsewhere a guess.
    pub(super) fn begin<V: Lanes>(
        &mut self,
        plan: &Plan,
        (slices, is_true): (Slices, bool),
        series: &Series<'_>,
        tile: &mut Tile<V>,
    ) {
        self.begun.resize_with(V::N, Vec::new);
        for (lane, record) in self.begun.iter_mut().enumerate() {
            record.clear();
            tile.record(0, record);
            if 0 < lane || !is_true {
                guess(plan, series, slices.start + lane * slices.ahead, record);
            }
        }
        put(tile, slices.start, &self.begun);
        tile.ahead = slices.ahead;
        self.met.clear();
        self.met.resize(V::N - 1, false);
        self.late.clear();
        let n_marks = self.marks.len().max(slices.checks());
        self.marks.resize_with(n_marks, Vec::new);
    }

    /// Remembers where the lanes are after `k` times `CHECK` bars.
    pub(super) fn mark<V: Lanes>(&mut self, k: usize, tile: &Tile<V>) {
        let marks = &mut self.marks[k - 1];
        marks.resize_with(V::N, Vec::new);
        for (lane, record) in marks.iter_mut().enumerate() {
            record.clear();
            tile.record(lane, record);
        }
    }

    /// Compares each lane, `k` times `CHECK` bars into the slice of the next, with where that one was then.
    pub(super) fn compare<V: Lanes>(&mut self, k: usize, tile: &Tile<V>) {
        for (lane, met) in self.met.iter_mut().enumerate() {
            if !*met {
                self.room.clear();
                tile.record(lane, &mut self.room);
                *met = is_same(&self.room, &self.marks[k - 1][lane + 1]);
            }
        }
    }

    /// Keeps the state of the last lane, to be compared with the piece behind.
    pub(super) fn keep_last<V: Lanes>(&mut self, tile: &Tile<V>) {
        let mut last = Vec::with_capacity(self.room.len());
        tile.record(V::N - 1, &mut last);
        self.late.push(last);
    }

    /// Remembers where the last lane is.
    pub(super) fn finish<V: Lanes>(&mut self, tile: &Tile<V>) {
        self.finished.clear();
        tile.record(V::N - 1, &mut self.finished);
    }

    /// Whether every lane was where the lane behind it had been.
    pub(super) fn have_met(&self) -> bool {
        self.met.iter().all(|met| *met)
    }

    /// Lanes that were true: the first, and each that the one before it met.
    pub(in crate::batch) fn n_true(&self) -> usize {
        1 + self.met.iter().take_while(|met| **met).count()
    }

    /// How far slices have come: the bars before the last true state, and that state.
    pub(in crate::batch) fn reached<V: Lanes>(
        &mut self,
        slices: Slices,
        tile: &Tile<V>,
    ) -> (usize, &Record) {
        let lane = self.n_true() - 1;
        if lane + 1 == V::N
            && let Some(finish) = slices.finish
        {
            return (slices.bar(lane, finish), &self.finished);
        }
        self.room.clear();
        tile.record(lane, &mut self.room);
        (slices.bar(lane, tile.bars - slices.start), &self.room)
    }

    /// The states of the first lane where the one before it may be compared.
    pub(in crate::batch) fn early(&self, slices: Slices) -> Vec<Record> {
        let marks = self.marks[..slices.checks()].iter();
        marks.map(|lanes| lanes[0].clone()).collect()
    }
}

/// Puts a record into all lanes.
pub(in crate::batch) fn put_everywhere<V: Lanes>(tile: &mut Tile<V>, bars: usize, record: &Record) {
    tile.ahead = 0;
    tile.resume(bars, &[record.as_slice(); MAX_LANES][..V::N]);
}

/// Whether two states are the same bits.
pub(in crate::batch) fn is_same(one: &[f64], other: &[f64]) -> bool {
    // From the end: equities, which remember longest, lie behind the averages.
    let mut pairs = one.iter().zip(other).rev();
    one.len() == other.len() && pairs.all(|(a, b)| a.to_bits() == b.to_bits())
}

fn put<V: Lanes>(tile: &mut Tile<V>, bars: usize, records: &[Vec<f64>]) {
    let mut lanes: [&[f64]; MAX_LANES] = [&[]; MAX_LANES];
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
