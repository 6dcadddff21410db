//! Where results go.

use crate::Columns;
use crate::pack::unpack;
use crate::real::Real;
use crate::tiling::Tile;

/// Where results go.
pub(crate) enum Output<'a, 'b> {
    Averages(&'a mut [&'b mut [f64]]),
    Columns(&'a mut [Columns]),
}

impl Output<'_, '_> {
    /// Columns that come down for each bar and series.
    pub(crate) const fn n_columns(&self) -> u64 {
        match self {
            Self::Averages(_) => 1,
            Self::Columns(_) => 13,
        }
    }

    /// Puts what came down of a tile where it belongs.
    pub(crate) fn place<T: Real>(&mut self, tile: Tile, values: &[T]) {
        let series = tile.first_series..tile.first_series + tile.n_series;
        let cells = tile.n_series * tile.n_bars;
        match self {
            Self::Averages(out) => {
                let mut slots: Vec<&mut [f64]> =
                    out[series].iter_mut().map(|out| &mut **out).collect();
                unpack(values, tile, &mut slots);
            }
            Self::Columns(out) => {
                for (column, values) in values.chunks_exact(cells).enumerate().take(13) {
                    let columns = out[series.clone()].iter_mut();
                    let mut slots: Vec<&mut [f64]> =
                        columns.map(|columns| columns.in_order(column)).collect();
                    unpack(values, tile, &mut slots);
                }
            }
        }
    }
}

impl Columns {
    /// Columns of `n` bars.
    pub(crate) fn blank(n: usize) -> Self {
        let column = || std::array::from_fn(|_| vec![f64::NAN; n]);
        Self {
            signals: column(),
            equities: column(),
            average: vec![f64::NAN; n],
        }
    }

    /// A column in the order in which they come down: signal and equity of each
    /// family, then the average.
    fn in_order(&mut self, column: usize) -> &mut [f64] {
        match (self.signals.get_mut(column / 2), column % 2) {
            (Some(signal), 0) => signal,
            (Some(_), _) => &mut self.equities[column / 2],
            (None, _) => &mut self.average,
        }
    }
}
