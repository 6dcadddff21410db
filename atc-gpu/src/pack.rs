//! Between series, one after another, and the layout of kernels, bar after bar.

use crate::real::Real;
use crate::tiling::Tile;

/// Series that are moved side by side, so that rows are written in whole lines.
const BLOCK: usize = 32;

/// Rows of a block that are filled at once, so that a series is read in whole lines.
const ROWS: usize = 8;

/// Hands over `history` bars before a tile and the tile, bar by bar, as pieces of rows and where
/// they belong: `(history + j) * n_series + series`. Bars that do not exist are 0.
pub(crate) fn pack<T: Real>(
    series: &[&[f64]],
    tile: Tile,
    history: usize,
    mut put: impl FnMut(usize, &[T]),
) {
    let rows = history + tile.n_bars;
    for (block, group) in series.chunks(BLOCK).enumerate() {
        for first in (0..rows).step_by(ROWS) {
            let mut pieces = [[T::of(0.0); BLOCK]; ROWS];
            for (at, values) in group.iter().enumerate() {
                let bars = (tile.first_bar + first).checked_sub(history);
                if let Some(values) = bars.and_then(|bar| values.get(bar..bar + ROWS)) {
                    for (piece, value) in pieces.iter_mut().zip(values) {
                        piece[at] = T::of(*value);
                    }
                    continue;
                }
                for (piece, row) in pieces.iter_mut().zip(first..) {
                    let bar = (tile.first_bar + row).checked_sub(history);
                    if let Some(value) = bar.and_then(|bar| values.get(bar)) {
                        piece[at] = T::of(*value);
                    }
                }
            }
            for (row, piece) in (first..rows).zip(&pieces) {
                put(row * series.len() + block * BLOCK, &piece[..group.len()]);
            }
        }
    }
}

/// Puts the bars of a tile, laid out as [`pack`] does without history, where
/// they belong in each series.
pub(crate) fn unpack<T: Real>(values: &[T], tile: Tile, out: &mut [&mut [f64]]) {
    let n = out.len();
    for (block, group) in out.chunks_mut(BLOCK).enumerate() {
        for j in 0..tile.n_bars {
            let row = &values[j * n + block * BLOCK..];
            for (slots, value) in group.iter_mut().zip(row) {
                if let Some(slot) = slots.get_mut(tile.first_bar + j) {
                    *slot = value.wide();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacking_what_was_packed_gives_the_series() {
        let series: Vec<Vec<f64>> = (0..37)
            .map(|s| (0..=s % 11).map(|bar| f64::from(s * 100 + bar)).collect())
            .collect();
        let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
        let mut out: Vec<Vec<f64>> = series.iter().map(|s| vec![-1.0; s.len()]).collect();
        let mut packed = vec![f64::NAN; 7 * 37];
        for first_bar in [0, 4, 8] {
            let tile = Tile {
                first_series: 0,
                n_series: 37,
                first_bar,
                n_bars: 4,
            };
            pack(&slices, tile, 3, |at, piece| {
                packed[at..at + piece.len()].copy_from_slice(piece);
            });
            let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
            unpack(&packed[3 * 37..], tile, &mut slots);
        }
        assert_eq!(out, series);
        // History: the bar before the last tile, of a series that has it, and of one that has not.
        assert_eq!(packed[2 * 37 + 10], 1007.0);
        assert_eq!(packed[2 * 37 + 1], 0.0);
    }
}
