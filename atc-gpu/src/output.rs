//! Where results go.

use crate::constants::{FLIP_ROWS, READING};
use crate::pack::unpack;
use crate::program::PerFamily;
use crate::real::Real;
use crate::tiling::Tile;
use crate::{Columns, Precision, Program, Reading, twin};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Averages,
    Columns,
    Last,
}

impl Wanted {
    /// Bytes that come down of a tile, with `value` bytes for a number.
    pub(crate) const fn bytes(self, (n_series, n_bars): (usize, usize), value: u64) -> u64 {
        let of_series = match self {
            Self::Averages => n_bars as u64 * value,
            Self::Columns => 13 * n_bars as u64 * value,
            Self::Last => 6 * READING as u64 * value + FLIP_ROWS * 4,
        };
        n_series as u64 * of_series
    }
}

/// A series at its last bar, as it comes down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastRows {
    /// Layer 2 of each family: signal in hundredths and equity, then both at
    /// the bar before.
    families: PerFamily<[f64; READING as usize]>,
    /// Side and bar of the last flip.
    flip: [u32; FLIP_ROWS as usize],
}

/// Where results go.
pub(crate) enum Output<'a, 'b> {
    Averages(&'a mut [&'b mut [f64]]),
    Columns(&'a mut [Columns]),
    Last(&'a mut [LastRows]),
}

impl Output<'_, '_> {
    /// What goes there.
    pub(crate) const fn wanted(&self) -> Wanted {
        match self {
            Self::Averages(_) => Wanted::Averages,
            Self::Columns(_) => Wanted::Columns,
            Self::Last(_) => Wanted::Last,
        }
    }

    /// Puts what came down of a tile where it belongs.
    pub(crate) fn place<T: Real>(&mut self, tile: Tile, bytes: &[u8]) {
        let flips = match self {
            Self::Last(_) => tile.n_series * FLIP_ROWS as usize * 4,
            _ => 0,
        };
        let (values, flips) = bytes.split_at(bytes.len() - flips);
        let values: &[T] = bytemuck::cast_slice(values);
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
            // A series that ended in an earlier tile still shows its last bar.
            Self::Last(out) => {
                for (row, values) in values.chunks_exact(tile.n_series).enumerate() {
                    let (family, row) = (row / READING as usize, row % READING as usize);
                    for (rows, value) in out[series.clone()].iter_mut().zip(values) {
                        rows.families[family][row] = value.wide();
                    }
                }
                let flips: &[u32] = bytemuck::cast_slice(flips);
                for (row, values) in flips.chunks_exact(tile.n_series).enumerate() {
                    for (rows, value) in out[series.clone()].iter_mut().zip(values) {
                        rows.flip[row] = *value;
                    }
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

/// What the last rows of a series of `n_bars` bars come to.
pub(crate) fn reading(
    program: &Program,
    precision: Precision,
    n_bars: usize,
    rows: &LastRows,
) -> Reading {
    let first_live = n_bars == program.cutout + 1;
    // A delayed average is that of the bar before.
    let [signal, equity] = if program.delayed { [2, 3] } else { [0, 1] };
    let votes = rows.families.map(|rows| [rows[signal], rows[equity]]);
    let average = if program.delayed && first_live {
        0.0
    } else {
        twin::average_of(program, precision, votes)
    };
    Reading {
        signals: rows.families.map(|rows| rows[0] / 100.0),
        equities: rows.families.map(|rows| rows[1]),
        average,
        last_flip: twin::flip(rows.flip),
    }
}
