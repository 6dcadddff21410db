//! Between series, one after another, and the layout of kernels, bar after bar.

use crate::real::Real;
use crate::tiling::Tile;

/// Series that are moved side by side, so that rows are written in whole lines.
const BLOCK: usize = 16;

/// Fills `out` with `history` bars before a tile and the tile, bar by bar:
/// `out[(history + j) * n_series + series]`. Bars that do not exist are 0.
pub(crate) fn pack<T: Real>(series: &[&[f64]], tile: Tile, history: usize, out: &mut Vec<T>) {
    let n = series.len();
    let rows = history + tile.n_bars;
    out.clear();
    out.resize(rows * n, T::of(0.0));
    for (block, group) in series.chunks(BLOCK).enumerate() {
        // Where rows and bars of all series overlap.
        let longest = group.iter().map(|values| values.len()).max().unwrap_or(0);
        let first = history.saturating_sub(tile.first_bar);
        let end = rows.min((longest + history).saturating_sub(tile.first_bar));
        for row in first..end {
            let bar = tile.first_bar + row - history;
            let at = row * n + block * BLOCK;
            for (slot, values) in out[at..].iter_mut().zip(group) {
                if let Some(value) = values.get(bar) {
                    *slot = T::of(*value);
                }
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
        let mut packed: Vec<f64> = Vec::new();
        for first_bar in [0, 4, 8] {
            let tile = Tile {
                first_series: 0,
                n_series: 37,
                first_bar,
                n_bars: 4,
            };
            pack(&slices, tile, 3, &mut packed);
            let mut slots: Vec<&mut [f64]> = out.iter_mut().map(Vec::as_mut_slice).collect();
            unpack(&packed[3 * 37..], tile, &mut slots);
        }
        assert_eq!(out, series);
        // History: the bar before the last tile, of a series that has it, and of one that has not.
        assert_eq!(packed[2 * 37 + 10], 1007.0);
        assert_eq!(packed[2 * 37 + 1], 0.0);
    }
}
