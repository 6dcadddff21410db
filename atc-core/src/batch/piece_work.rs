//! A piece of a long series under way, on a set of lanes.

use std::ops::Range;

use super::Series;
use super::lane_set::{LaneSet, Sink};
use super::pieces::PieceEnd;
use super::slices::Slices;
use crate::lanes::Lanes;

/// A piece under way.
#[derive(Debug)]
pub(super) struct PieceWork<'a> {
    piece: usize,
    slices: Slices,
    limit: usize,
    bars: Range<usize>,
    out: &'a mut [f64],
    overlap: Vec<f64>,
    end: Option<PieceEnd>,
}

impl<'a> PieceWork<'a> {
    /// A piece, its slices, the bars it has and the one at which the series ends for slices, and the values of those bars.
    pub(super) fn new(
        (piece, slices): (usize, Slices),
        (bars, limit): (Range<usize>, usize),
        out: &'a mut [f64],
    ) -> Self {
        Self {
            piece,
            slices,
            limit,
            bars,
            out,
            overlap: Vec::new(),
            end: None,
        }
    }

    /// Where it ended.
    pub(super) fn into_end(self) -> PieceEnd {
        self.end.expect("a piece that was computed has an end")
    }

    /// Takes the average signals of all lanes, of which the first is at `first` and each `ahead` of the one before.
    #[inline(always)]
    pub(super) fn take<V: Lanes>(
        &mut self,
        (first, ahead): (usize, usize),
        average: &[V],
        room: &mut [f64],
    ) {
        let stride = room.len() / V::N;
        V::scatter_apart(average, room);
        let lanes = if ahead == 0 { 1 } else { V::N };
        for (lane, values) in room.chunks_exact(stride).enumerate().take(lanes) {
            self.put(first + lane * ahead, &values[..average.len()]);
        }
    }

    fn put(&mut self, bar: usize, values: &[f64]) {
        if bar < self.bars.end.min(self.limit) {
            self.out[bar - self.bars.start..][..values.len()].copy_from_slice(values);
        } else if self.bars.end <= bar && bar < self.limit {
            self.overlap.extend_from_slice(values);
        }
    }
}

impl<V: Lanes> LaneSet<V> {
    /// If that is asked for: a piece that begins with a guess.
    #[inline(always)]
    pub(super) fn begin_piece(
        &mut self,
        all: &[Series<'_>],
        sink: &Sink<'_, '_>,
    ) -> Option<Slices> {
        match sink {
            Sink::Piece(piece) if 0 < piece.piece => {
                self.put_slices((piece.slices, false), &all[0]);
                Some(piece.slices)
            }
            _ => None,
        }
    }

    /// Cuts the first piece into slices, behind its warm-up.
    pub(super) fn begin_first_piece(
        &mut self,
        series: &Series<'_>,
        piece: &PieceWork<'_>,
    ) -> Slices {
        self.put_slices((piece.slices, true), series);
        piece.slices
    }

    /// Keeps where a piece ended.
    #[inline(never)]
    pub(super) fn end_piece(&mut self, slices: Slices, piece: &mut PieceWork<'_>) {
        let seams = &mut self.seams;
        let (bars, record) = seams.reached(slices, &self.tile);
        let reached = (bars, record.clone());
        piece.end = Some(PieceEnd {
            piece: piece.piece,
            reached,
            is_whole: seams.n_true() == V::N,
            early: seams.early(slices),
            late: std::mem::take(&mut seams.late),
            overlap: std::mem::take(&mut piece.overlap),
        });
    }
}
