//! What goes up of a tile.

use super::{Stage, refused};
use crate::pack::pack;
use crate::real::Real;
use crate::tiling::Tile;
use crate::{Error, Lane};

impl<T: Real> Stage<'_, T> {
    /// Uploads what is small: which series and bars, and the growth of those bars.
    pub(super) fn describe(&self, tile: Tile) {
        let Lane { queue, buffers, .. } = self.lane;
        let run = self.run;
        let series = tile.first_series..tile.first_series + tile.n_series;
        let history = run.program.history();
        let sizes = [tile.n_series, tile.n_bars, tile.first_bar, history].map(|n| n as u32);
        queue.write_buffer(buffers.tile.get(), 0, bytemuck::cast_slice(&sizes));
        let ends = run.closes[series.clone()].iter();
        let ends = ends.map(|closes| closes.len() as u32);
        let ends: Vec<u32> = ends.chain(run.marks(series)).collect();
        queue.write_buffer(buffers.ends.get(), 0, bytemuck::cast_slice(&ends));
        let last = run.growth.len().min(tile.first_bar + tile.n_bars);
        let growth: Vec<T> = run.growth[tile.first_bar.min(last)..last]
            .iter()
            .map(|factor| T::of(*factor))
            .collect();
        queue.write_buffer(buffers.growth.get(), 0, bytemuck::cast_slice(&growth));
    }

    /// Uploads the series of a tile, which are laid out where the device fetches them.
    pub(super) fn upload(
        &self,
        tile: Tile,
        slot: usize,
        encoder: &mut wgpu::CommandEncoder,
    ) -> Result<(), Error> {
        let Lane { buffers, .. } = self.lane;
        let (run, history) = (self.run, self.run.program.history());
        let series = tile.first_series..tile.first_series + tile.n_series;
        let value = size_of::<T>();
        let size = (history + tile.n_bars) * tile.n_series * value;
        let inputs = [
            (Some(&run.closes), &buffers.closes, 0),
            (run.source.as_ref(), &buffers.source, aligned(size)),
        ];
        let staging = buffers.uploads[slot].get();
        for (input, target, at) in inputs {
            let Some(input) = input else { continue };
            let range = at as u64..(at + size) as u64;
            let mapped = staging.get_mapped_range_mut(range);
            let mut view = mapped.map_err(|error| refused(&error))?;
            pack(&input[series.clone()], tile, history, |at, piece: &[T]| {
                let bytes: &[u8] = bytemuck::cast_slice(piece);
                let mut place = view.slice(at * value..at * value + bytes.len());
                place.copy_from_slice(bytes);
            });
            encoder.copy_buffer_to_buffer(staging, at as u64, target.get(), 0, size as u64);
        }
        staging.unmap();
        Ok(())
    }
}

/// Where in a buffer for uploads the next part may begin.
const fn aligned(size: usize) -> usize {
    size.next_multiple_of(wgpu::MAP_ALIGNMENT as usize)
}
