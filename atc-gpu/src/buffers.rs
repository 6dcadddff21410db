//! The buffers of a lane, made as large as the largest tile so far and kept.

use crate::Error;
use crate::constants::Numbers;
use crate::health::Health;
use crate::program::PerFamily;

/// Tiles on their way at once: one uploads, one computes, one comes down.
pub(crate) const RING: usize = 3;

/// Bytes of each buffer that a run needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Closes of a tile, and its source where that is something else.
    pub(crate) input: [u64; 2],
    pub(crate) growth: u64,
    pub(crate) ends: u64,
    pub(crate) state: PerFamily<u64>,
    /// One column: gains, and averages.
    pub(crate) column: u64,
    pub(crate) trend: u64,
    /// What goes up of a tile's series.
    pub(crate) upload: u64,
    /// What comes down of a tile.
    pub(crate) download: u64,
}

/// A buffer that grows.
#[derive(Debug, Default)]
pub(crate) struct Pooled(Option<wgpu::Buffer>);

impl Pooled {
    /// Makes it at least `size` bytes large.
    fn reserve(&mut self, device: &wgpu::Device, size: u64, usage: wgpu::BufferUsages) {
        let large_enough = |buffer: &wgpu::Buffer| buffer.size() >= size;
        if self.0.as_ref().is_some_and(large_enough) {
            return;
        }
        // Out first: the old and the new one might not fit together.
        self.0 = None;
        self.0 = Some(device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: size.max(16).next_multiple_of(16),
            usage,
            mapped_at_creation: usage.contains(wgpu::BufferUsages::MAP_WRITE),
        }));
    }

    /// The buffer; only after [`Buffers::reserve`].
    pub(crate) const fn get(&self) -> &wgpu::Buffer {
        self.0.as_ref().expect("buffers are reserved before a run")
    }
}

/// All buffers of a lane.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub(crate) tile: Pooled,
    pub(crate) shape: PerFamily<Pooled>,
    pub(crate) numbers: PerFamily<Pooled>,
    pub(crate) limits: Pooled,
    pub(crate) rules: Pooled,
    pub(crate) closes: Pooled,
    pub(crate) source: Pooled,
    pub(crate) growth: Pooled,
    pub(crate) gains: Pooled,
    pub(crate) ends: Pooled,
    pub(crate) state: PerFamily<Pooled>,
    pub(crate) columns: PerFamily<Pooled>,
    pub(crate) average: Pooled,
    pub(crate) trend: Pooled,
    /// Memory of the host, mapped unless a tile is on its way from it.
    pub(crate) uploads: [Pooled; RING],
    pub(crate) downloads: [Pooled; RING],
}

impl Buffers {
    /// Makes all of them large enough.
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`]; what was reserved by then is freed again. What became of the
    /// device otherwise.
    pub(crate) fn reserve(
        &mut self,
        device: &wgpu::Device,
        health: &Health,
        sizes: &Sizes,
    ) -> Result<(), Error> {
        let filters = [
            wgpu::ErrorFilter::Validation,
            wgpu::ErrorFilter::OutOfMemory,
        ];
        let scopes = filters.map(|filter| device.push_error_scope(filter));
        self.make(device, sizes);
        let mut refused = None;
        // The newest scope ends first.
        for scope in scopes.into_iter().rev() {
            refused = pollster::block_on(scope.pop()).or(refused);
        }
        // Tiles keep to the limits that a device tells: one that refuses them has no room.
        let result = refused.map_or_else(
            || health.check(),
            |error| {
                let reason = error.to_string();
                Err(Error::OutOfMemory { reason })
            },
        );
        if result.is_err() {
            *self = Self::default();
        }
        result
    }

    fn make(&mut self, device: &wgpu::Device, sizes: &Sizes) {
        let uniform = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        let input = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST;
        let output = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_SRC;
        let up = wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC;
        let down = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        // The numbers are the largest of what no series has a share in.
        let small = [&mut self.tile, &mut self.limits, &mut self.rules].into_iter();
        let small = small.chain(&mut self.shape).chain(&mut self.numbers);
        for buffer in small {
            buffer.reserve(device, size_of::<Numbers>() as u64, uniform);
        }
        let inputs = [
            (&mut self.closes, sizes.input[0]),
            (&mut self.source, sizes.input[1]),
            (&mut self.growth, sizes.growth),
            (&mut self.ends, sizes.ends),
        ];
        for (buffer, size) in inputs {
            buffer.reserve(device, size, input);
        }
        for (buffer, size) in self.state.iter_mut().zip(sizes.state) {
            buffer.reserve(device, size, output);
        }
        for buffer in &mut self.columns {
            buffer.reserve(device, 2 * sizes.column, output);
        }
        self.gains.reserve(device, sizes.column, output);
        self.average.reserve(device, sizes.column, output);
        self.trend.reserve(device, sizes.trend, output);
        for buffer in &mut self.uploads {
            buffer.reserve(device, sizes.upload, up);
        }
        for buffer in &mut self.downloads {
            buffer.reserve(device, sizes.download, down);
        }
    }
}
