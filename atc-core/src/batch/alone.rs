//! A series without neighbours that is not cut into slices: past its warm-up it is a [`Strand`].
//!
//! Its bars go one by one, but the 54 lines side by side: a tile would leave all
//! lanes but one without work.

use std::sync::Arc;

use super::lane_set::Sink;
use super::last::{AtEnd, Last};
use super::{Columns, Series};
use crate::state::State;
use crate::strand::{Outputs, Strand};
use crate::{Classifier, Family, Plan, Reading, TrendTracker};
/// The state of one series, and workspace.
#[derive(Clone, Debug)]
pub(super) struct Alone {
    strand: Strand,
    record: Vec<f64>,
    /// Bars of a block that are put in a row: closes and sources.
    room: [Vec<f64>; 2],
    average: Vec<f64>,
    families: Vec<[f64; 12]>,
}

impl Alone {
    /// Workspace for blocks of up to `block` bars.
    pub(super) fn new(plan: &Plan, block: usize) -> Self {
        Self {
            strand: Strand::blank(plan),
            record: Vec::with_capacity(State::record_len(plan)),
            room: [vec![0.0; block], vec![0.0; block]],
            average: vec![0.0; block],
            families: vec![[0.0; 12]; block],
        }
    }

    /// The place for the record of the series to go on with.
    pub(super) fn record(&mut self) -> &mut Vec<f64> {
        self.record.clear();
        &mut self.record
    }

    /// Takes a series to its end, and hands it over where it pauses, after `bars` bars, which are in the record.
    pub(super) fn run(
        &mut self,
        plan: &Arc<Plan>,
        (bars, mut trend): (usize, TrendTracker),
        (series, at): (&Series<'_>, usize),
        sink: &mut Sink<'_, '_>,
    ) {
        self.strand.go_on(plan, bars, &self.record);
        let end = series.n_present();
        while self.strand.bars < end {
            let first = self.strand.bars;
            let stops = series.stops().into_iter().filter(|stop| *stop > first);
            let n = self.average.len().min(stops.min().unwrap_or(end) - first);
            let wanted = matches!(sink, Sink::Columns(_));
            let [closes, sources] = &mut self.room;
            let bars = (
                series.existing(series.close(), (first, n), closes),
                series.existing(series.source(), (first, n), sources),
            );
            let out = Outputs {
                average: &mut self.average[..n],
                families: &mut self.families[..if wanted { n } else { 0 }],
            };
            self.strand.advance_by(plan, bars, out);
            let average = &self.average[..n];
            match sink {
                Sink::Averages(out) => series.place(first, average, out[at]),
                Sink::Columns(out) => self.columns((series, first, n), &mut out[at]),
                Sink::Piece(_) => unreachable!("a piece is always cut into slices"),
                Sink::Last(take) => {
                    let mut flip = None;
                    for value in average {
                        flip = trend.update(plan, *value);
                    }
                    if series.stops().contains(&(first + n)) {
                        let end = End {
                            plan,
                            strand: &self.strand,
                            trend,
                            flip: flip.is_some(),
                        };
                        take(at, Last { lane: &end });
                    }
                }
            }
        }
    }

    /// Hands the columns of a block on.
    fn columns(&self, (series, first, n): (&Series<'_>, usize, usize), out: &mut Columns) {
        series.place(first, &self.average[..n], &mut out.average_signal);
        for (j, row) in self.families[..n].iter().enumerate() {
            let bar = series.index(first + j);
            for family in Family::ALL {
                out.signals[family][bar] = row[family as usize];
                out.equities[family][bar] = row[6 + family as usize];
            }
        }
    }
}

/// The series at its last bar.
struct End<'a> {
    plan: &'a Arc<Plan>,
    strand: &'a Strand,
    trend: TrendTracker,
    flip: bool,
}

impl AtEnd for End<'_> {
    fn reading(&self) -> Option<Reading> {
        let average = self.trend.last_value()?;
        Some(self.strand.fixed.reading(self.plan, (average, self.flip)))
    }

    fn trend(&self) -> TrendTracker {
        self.trend
    }

    fn classifier(&self) -> Classifier {
        Classifier {
            plan: Arc::clone(self.plan),
            state: State::Steady(Box::new(self.strand.clone())),
            trend: self.trend,
            flip: self.flip,
        }
    }
}
