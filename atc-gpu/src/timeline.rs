//! When a tile was prepared, computed and taken.

use std::time::Duration;

use crate::buffers::RING;

/// When a tile of the last run went through a lane.
///
/// Kernel times are those of the device's clock, which lanes of one device
/// share; the others count from the beginning of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileTimes {
    /// Bars of all series of the tile.
    pub bars: usize,
    /// From when to when it was packed and handed to the device.
    pub prepared: [Duration; 2],
    /// From when to when kernels ran, if the device tells.
    pub computed: Option<[Duration; 2]>,
    /// From when to when it was waited for.
    pub awaited: [Duration; 2],
    /// When its results had been put where they belong.
    pub placed: Duration,
}

impl TileTimes {
    /// How long kernels ran, if the device tells.
    pub fn kernel(&self) -> Option<Duration> {
        self.computed.map(|[from, to]| to.saturating_sub(from))
    }
}

/// Bytes of the two time stamps of a tile.
pub(crate) const STAMPS: u64 = 16;

/// The clock of a device.
#[derive(Debug)]
pub(crate) struct Clock {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Nanoseconds per tick.
    period: f64,
}

impl Clock {
    /// The clock, if the device has one.
    pub(crate) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Option<Self> {
        let stamps = 2 * RING as u32;
        let has_one = device.features().contains(wgpu::Features::TIMESTAMP_QUERY);
        has_one.then(|| Self {
            set: device.create_query_set(&wgpu::QuerySetDescriptor {
                label: None,
                ty: wgpu::QueryType::Timestamp,
                count: stamps,
            }),
            resolved: device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: RING as u64 * wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            }),
            period: f64::from(queue.get_timestamp_period()),
        })
    }

    /// The stamps that a pass of a slot of the ring leaves.
    pub(crate) const fn writes(&self, slot: usize) -> wgpu::ComputePassTimestampWrites<'_> {
        wgpu::ComputePassTimestampWrites {
            query_set: &self.set,
            beginning_of_pass_write_index: Some(2 * slot as u32),
            end_of_pass_write_index: Some(2 * slot as u32 + 1),
        }
    }

    /// Sends the stamps of a slot down, to where `target` has [`STAMPS`] bytes left.
    pub(crate) fn download(
        &self,
        slot: usize,
        encoder: &mut wgpu::CommandEncoder,
        (target, at): (&wgpu::Buffer, u64),
    ) {
        let stamps = 2 * slot as u32..2 * slot as u32 + 2;
        let from = slot as u64 * wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT;
        encoder.resolve_query_set(&self.set, stamps, &self.resolved, from);
        encoder.copy_buffer_to_buffer(&self.resolved, from, target, at, STAMPS);
    }

    /// Stamps as times of the device's clock.
    pub(crate) fn times(&self, stamps: [u64; 2]) -> [Duration; 2] {
        stamps.map(|ticks| Duration::from_secs_f64(ticks as f64 * self.period * 1e-9))
    }
}
