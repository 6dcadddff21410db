//! Where results go.

use crate::carry::{ENDING_FLIPS, ENDING_ROWS, EndingRows};
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
    Endings,
}

impl Wanted {
    /// Bytes that come down of a tile, with `value` bytes for a number.
    pub(crate) const fn bytes(self, (n_series, n_bars): (usize, usize), value: u64) -> u64 {
        let of_series = match self {
            Self::Averages => n_bars as u64 * value,
            Self::Columns => 13 * n_bars as u64 * value,
            Self::Last => 6 * READING as u64 * value + FLIP_ROWS * 4,
            Self::Endings => 6 * ENDING_ROWS as u64 * value + ENDING_FLIPS as u64 * 4,
        };
        n_series as u64 * of_series
    }

    /// Rows of the trend that come down.
    pub(crate) const fn flip_rows(self) -> u64 {
        match self {
            Self::Averages | Self::Columns => 0,
            Self::Last => FLIP_ROWS,
            Self::Endings => ENDING_FLIPS as u64,
        }
    }
}

/// A series at its last bar, as it comes down.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LastRows {
    /// Layer 2 of each family: signal in hundredths and equity, then both at
    /// the bar before.
    pub(crate) families: PerFamily<[f64; READING as usize]>,
    /// Side and bar of the last flip.
    pub(crate) flip: [u32; FLIP_ROWS as usize],
}

/// Where results go.
pub(crate) enum Output<'a, 'b> {
    Averages(&'a mut [&'b mut [f64]]),
    Columns(&'a mut [Columns]),
    Last(&'a mut [LastRows]),
    Endings(&'a mut [EndingRows]),
}

impl Output<'_, '_> {
    /// What goes there.
    pub(crate) const fn wanted(&self) -> Wanted {
        match self {
            Self::Averages(_) => Wanted::Averages,
            Self::Columns(_) => Wanted::Columns,
            Self::Last(_) => Wanted::Last,
            Self::Endings(_) => Wanted::Endings,
        }
    }

    /// Puts what came down of a tile where it belongs.
    pub(crate) fn place<T: Real>(&mut self, tile: Tile, bytes: &[u8]) {
        let flips = tile.n_series * self.wanted().flip_rows() as usize * 4;
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
                let out = &mut out[series];
                rows(values, out, |out, row| {
                    &mut out.families[row / READING as usize][row % READING as usize]
                });
                flip_rows(flips, out, |out, row| &mut out.flip[row]);
            }
            Self::Endings(out) => {
                let out = &mut out[series];
                rows(values, out, |out, row| {
                    &mut out.families[row / ENDING_ROWS][row % ENDING_ROWS]
                });
                flip_rows(flips, out, |out, row| &mut out.flips[row]);
            }
        }
    }
}

/// Puts rows of one value per series where `place` says.
fn rows<T: Real, O>(values: &[T], out: &mut [O], place: impl Fn(&mut O, usize) -> &mut f64) {
    for (row, values) in values.chunks_exact(out.len()).enumerate() {
        for (out, value) in out.iter_mut().zip(values) {
            *place(out, row) = value.wide();
        }
    }
}

/// As [`rows`], for those of flips.
fn flip_rows<O>(bytes: &[u8], out: &mut [O], place: impl Fn(&mut O, usize) -> &mut u32) {
    let values: &[u32] = bytemuck::cast_slice(bytes);
    for (row, values) in values.chunks_exact(out.len()).enumerate() {
        for (out, value) in out.iter_mut().zip(values) {
            *place(out, row) = *value;
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
    let average = match (program.delayed, first_live) {
        (false, _) => average(program, precision, rows),
        (true, true) => 0.0,
        (true, false) => {
            let before = rows.families.map(|rows| [rows[2], rows[3]]);
            twin::average_of(program, precision, before)
        }
    };
    Reading {
        signals: rows.families.map(|rows| rows[0] / 100.0),
        equities: rows.families.map(|rows| rows[1]),
        average,
        last_flip: twin::flip(rows.flip),
    }
}

/// The average signal of the last bar, not delayed.
pub(crate) fn average(program: &Program, precision: Precision, rows: &LastRows) -> f64 {
    let votes = rows.families.map(|rows| [rows[0], rows[1]]);
    twin::average_of(program, precision, votes)
}
