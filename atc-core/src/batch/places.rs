//! Where the bars of a tile come from, and where its values go.

use super::Series;
use super::slices::Slices;
use crate::kernel::Feed;
use crate::lanes::{Lanes, MAX_LANES};

/// The next bars of the series of a tile.
pub(crate) struct Gather<'a, 'b> {
    pub(crate) all: &'a [Series<'b>],
    pub(crate) order: &'a [usize],
    pub(crate) first: usize,
    /// Bars that each lane is ahead of the one before, if all hold one series.
    pub(crate) ahead: usize,
    /// A part for each lane.
    pub(crate) room: &'a mut [f64],
}

impl<'b> Gather<'_, 'b> {
    /// One column of all lanes. A lane whose series has ended, or that has none,
    /// repeats the longest; nobody reads what comes of it.
    #[inline(always)]
    fn column<V: Lanes>(&mut self, of: impl Fn(&Series<'b>) -> &'b [f64], out: &mut [V]) {
        let Self {
            all,
            order,
            first,
            ahead,
            room,
        } = self;
        let stride = room.len() / V::N;
        let mut rows: [&[f64]; MAX_LANES] = [&[]; MAX_LANES];
        for (lane, room) in room.chunks_exact_mut(stride).enumerate() {
            let own = order.get(lane).filter(|at| *first < all[**at].n_present());
            let series = &all[*own.unwrap_or(&order[0])];
            let first = match *first + lane * *ahead {
                // A slice past the end of its series: nobody reads what comes of it.
                past if series.n_present() < past + out.len() => 0,
                first => first,
            };
            rows[lane] = series.existing(of(series), (first, out.len()), room);
        }
        V::gather(&rows[..V::N], out);
    }
}

impl<V: Lanes> Feed<V> for Gather<'_, '_> {
    #[inline(always)]
    fn feed(mut self, close: &mut [V], source: &mut [V]) {
        self.column(Series::close, close);
        if self.order.iter().all(|at| self.all[*at].source_is_close()) {
            source.copy_from_slice(close);
        } else {
            self.column(Series::source, source);
        }
    }
}

/// Where the values of a tile go.
pub(crate) struct Placing<'a, 'b> {
    pub(crate) all: &'a [Series<'b>],
    pub(crate) order: &'a [usize],
    pub(crate) first: usize,
    /// Slices, if that is what the lanes hold.
    pub(crate) slices: Option<Slices>,
}

impl Placing<'_, '_> {
    /// Puts each lane's values to their bars in a column of its series' output.
    #[inline(always)]
    pub(crate) fn place<V: Lanes, O>(
        &self,
        values: &[V],
        room: &mut [f64],
        out: &mut [O],
        column: impl Fn(&mut O) -> &mut [f64],
    ) {
        let stride = room.len() / V::N;
        V::scatter_apart(values, room);
        if let Some(slices) = self.slices {
            let (series, out) = (&self.all[self.order[0]], column(&mut out[self.order[0]]));
            for (lane, room) in room.chunks_exact(stride).enumerate() {
                let first = self.first + lane * slices.ahead;
                if first < slices.limit(V::N) {
                    series.place(first, &room[..values.len()], out);
                }
            }
            return;
        }
        for (at, lane) in self.order.iter().zip(room.chunks_exact(stride)) {
            if self.first < self.all[*at].n_present() {
                let out = column(&mut out[*at]);
                self.all[*at].place(self.first, &lane[..values.len()], out);
            }
        }
    }
}
