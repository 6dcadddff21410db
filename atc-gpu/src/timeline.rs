//! When a tile was prepared, computed and taken.

use std::time::{Duration, Instant};

use crate::buffers::RING;

/// When the tiles of a run went through a lane.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// When the run began.
    pub begun: Instant,
    /// Its tiles, in order.
    pub tiles: Vec<TileTimes>,
}

/// When a tile went through a lane.
///
/// Times of uploads, kernels and downloads are those of the device's clock, if it
/// tells; the others count from the beginning of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileTimes {
    /// Bars of all series of the tile.
    pub bars: usize,
    /// From when to when it was packed.
    pub prepared: [Duration; 2],
    /// When it was handed to the device: at once, unless other lanes had their turn.
    pub handed: Duration,
    /// From when to when the device took it.
    pub uploaded: Option<[Duration; 2]>,
    /// From when to when kernels ran.
    pub computed: Option<[Duration; 2]>,
    /// From when to when results were made ready to be read.
    pub downloaded: Option<[Duration; 2]>,
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

/// Time stamps of a tile: before its upload, before and after its kernels, and
/// after its download.
const STAMPS: u32 = 4;

/// Their bytes.
pub(crate) const STAMP_BYTES: u64 = 8 * STAMPS as u64;

/// The features that a clock can use.
pub(crate) const FEATURES: wgpu::Features =
    wgpu::Features::TIMESTAMP_QUERY.union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);

/// The clock of a device.
#[derive(Debug)]
pub(crate) struct Clock {
    set: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    /// Nanoseconds per tick.
    period: f64,
    /// Whether it stamps between kernels and copies, too.
    is_whole: bool,
}

impl Clock {
    /// The clock, if the device has one.
    pub(crate) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Option<Self> {
        let stamps = STAMPS * RING as u32;
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
            is_whole: device.features().contains(FEATURES),
        })
    }

    /// Stamps the beginning of an upload.
    pub(crate) fn upload(&self, slot: usize, encoder: &mut wgpu::CommandEncoder) {
        if self.is_whole {
            encoder.write_timestamp(&self.set, STAMPS * slot as u32);
        }
    }

    /// The stamps that a pass of a slot of the ring leaves.
    pub(crate) const fn writes(&self, slot: usize) -> wgpu::ComputePassTimestampWrites<'_> {
        let first = STAMPS * slot as u32;
        wgpu::ComputePassTimestampWrites {
            query_set: &self.set,
            beginning_of_pass_write_index: Some(first + 1),
            end_of_pass_write_index: Some(first + 2),
        }
    }

    /// Stamps the end of a download and sends the stamps of a slot after it,
    /// to where `target` has [`STAMP_BYTES`] bytes left.
    pub(crate) fn download(
        &self,
        slot: usize,
        encoder: &mut wgpu::CommandEncoder,
        (target, at): (&wgpu::Buffer, u64),
    ) {
        let first = STAMPS * slot as u32;
        // A stamp that was never written must not be waited for.
        let (stamps, skipped) = if self.is_whole {
            encoder.write_timestamp(&self.set, first + 3);
            (first..first + STAMPS, 0)
        } else {
            (first + 1..first + 3, 8)
        };
        let size = 8 * u64::from(stamps.end - stamps.start);
        let from = slot as u64 * wgpu::QUERY_RESOLVE_BUFFER_ALIGNMENT;
        encoder.resolve_query_set(&self.set, stamps, &self.resolved, from);
        encoder.copy_buffer_to_buffer(&self.resolved, from, target, at + skipped, size);
    }

    /// Upload, kernels and download by the device's clock.
    pub(crate) fn times(&self, stamps: [u64; STAMPS as usize]) -> [Option<[Duration; 2]>; 3] {
        let [before, begun, ended, after] =
            stamps.map(|ticks| Duration::from_secs_f64(ticks as f64 * self.period * 1e-9));
        let whole = |from, to| self.is_whole.then_some([from, to]);
        [
            whole(before, begun),
            Some([begun, ended]),
            whole(ended, after),
        ]
    }
}
