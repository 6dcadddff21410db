//! One lane's state as numbers, from which any tile can go on.
//!
//! Window tables are not recorded: they follow from the history, by the same
//! additions in the same order.

use super::averages::hull::{self, Hull};
use super::tile::Tile;
use crate::classifier::unless_lost;
use crate::lanes::Lanes;
use crate::{Family, PerFamily, Plan, Reading, Trend};

impl<V: Lanes> Tile<V> {
    /// The number of values a record has under `plan`, the bar count apart.
    pub(crate) fn record_len(plan: &Plan) -> usize {
        let hull = match plan.switches.hma {
            crate::Hma::Hull => hull::history(&plan.lengths[Family::Hma]),
            crate::Hma::Sma => 0,
        };
        // Recursive states, lines (average, side, equity), layer 2, close and delayed average.
        plan.windows.history + hull + 4 * 9 + 6 * 27 + 6 * 3 + 2
    }

    /// Appends the state of one lane to `out`.
    pub(crate) fn record(&self, lane: usize, out: &mut Vec<f64>) {
        let mut put = |value: &V| out.push(value.lane(lane));
        self.source.kept().iter().for_each(&mut put);
        for difference in self.hull.iter().flat_map(Hull::kept) {
            put(&difference);
        }
        for row in self.recursive.rows() {
            row.iter().for_each(&mut put);
        }
        for lines in &self.lines {
            for row in [&lines.average, &lines.side, &lines.equity] {
                row.iter().for_each(&mut put);
            }
        }
        for layer2 in &self.layer2 {
            [layer2.signal, layer2.equity, layer2.factor]
                .iter()
                .for_each(&mut put);
        }
        [self.close, self.delayed].iter().for_each(&mut put);
    }

    /// The outputs of the last bar of a lane, given its last average signal and
    /// whether that bar was a flip; `None` before the cutout.
    pub(crate) fn reading(
        &self,
        plan: &Plan,
        lane: usize,
        (average_signal, flip): (Option<f64>, bool),
    ) -> Option<Reading> {
        let average_signal =
            unless_lost(average_signal.unwrap_or(f64::NAN), self.delayed.lane(lane));
        let layer2 = |f: Family| &self.layer2[f as usize];
        (plan.params().cutout < self.bars).then(|| Reading {
            signals: PerFamily(Family::ALL.map(|f| layer2(f).signal.lane(lane) / 100.0)),
            equities: PerFamily(Family::ALL.map(|f| layer2(f).equity.lane(lane))),
            average_signal,
            trend: Trend::of(plan, average_signal),
            flip,
        })
    }

    /// Puts recorded series, each after `bars` bars, into the lanes.
    ///
    /// `records` gives a record per lane, each of [`Self::record_len`] values.
    pub(crate) fn resume(&mut self, bars: usize, records: &[&[f64]]) {
        let mut at = 0;
        let mut next = || {
            let mut value = V::splat(0.0);
            for (lane, record) in records.iter().enumerate() {
                value.set_lane(lane, record[at]);
            }
            at += 1;
            value
        };
        self.bars = bars;
        self.source.kept_mut().fill_with(&mut next);
        if let Some(hull) = &mut self.hull {
            hull.resume(bars, &mut next);
        }
        for row in self.recursive.rows_mut() {
            row.fill_with(&mut next);
        }
        for lines in &mut self.lines {
            for row in [&mut lines.average, &mut lines.side, &mut lines.equity] {
                row.fill_with(&mut next);
            }
        }
        for layer2 in &mut self.layer2 {
            layer2.signal = next();
            layer2.equity = next();
            layer2.factor = next();
        }
        (self.close, self.delayed) = (next(), next());
        let source = self.source.kept();
        for window in &mut self.windows {
            window.resume(bars, source);
        }
        let pairs = source.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        for (slot, change) in self.changes.kept_mut().iter_mut().rev().zip(pairs.rev()) {
            *slot = change;
        }
        self.noise.resume(bars, self.changes.kept());
    }
}
