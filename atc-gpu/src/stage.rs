//! A run on a lane: tiles up, through the kernels, and down.

mod upload;

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::buffers::Pooled;
use crate::carry::ENDING_ROWS;
use crate::constants::{Constants, LAYER2, READING};
use crate::output::{Output, Wanted};
use crate::program::PerFamily;
use crate::real::Real;
use crate::run::Run;
use crate::shaders::WORKGROUP;
use crate::tiling::Tile;
use crate::timeline::STAMP_BYTES;
use crate::turns::Turn;
use crate::{Error, Lane, TileTimes, Timeline, bind};

/// A tile whose results are on their way down.
pub(crate) struct Pending {
    tile: Tile,
    slot: usize,
    prepared: [Duration; 2],
    handed: Duration,
    submission: wgpu::SubmissionIndex,
    mapped: mpsc::Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// A run on a lane: what stays the same from tile to tile.
pub(crate) struct Stage<'a, T> {
    run: &'a Run<'a>,
    lane: &'a Lane,
    kernels: PerFamily<&'a wgpu::ComputePipeline>,
    gain: wgpu::BindGroup,
    families: PerFamily<wgpu::BindGroup>,
    average: wgpu::BindGroup,
    trend: wgpu::BindGroup,
    wanted: Wanted,
    /// From the first tile that is handed to the device to the end of the run.
    turn: Option<Turn>,
    values: PhantomData<T>,
    begun: Instant,
    times: Vec<TileTimes>,
}

impl<'a, T: Real> Stage<'a, T> {
    /// Uploads what no tile changes and binds the buffers.
    pub(crate) fn new(
        run: &'a Run<'a>,
        lane: &'a Lane,
        constants: &PerFamily<Constants>,
        wanted: Wanted,
    ) -> Self {
        let Lane { queue, buffers, .. } = lane;
        for (f, constants) in constants.iter().enumerate() {
            let numbers: Vec<T> = bytemuck::cast_slice(&[constants.numbers])
                .iter()
                .map(|number: &f64| T::of(*number))
                .collect();
            queue.write_buffer(
                buffers.shape[f].get(),
                0,
                bytemuck::bytes_of(&constants.shape),
            );
            queue.write_buffer(buffers.numbers[f].get(), 0, bytemuck::cast_slice(&numbers));
        }
        let program = run.program;
        let limits = [program.vote_limits, program.trend_limits].map(|pair| pair.map(T::of));
        queue.write_buffer(buffers.limits.get(), 0, bytemuck::cast_slice(&limits));
        let rules = [program.cutout as u32, u32::from(program.delayed)];
        queue.write_buffer(buffers.rules.get(), 0, bytemuck::cast_slice(&rules));
        Self {
            run,
            lane,
            kernels: lane.pipelines.families(run.kernels()),
            gain: bind::gain(lane),
            families: std::array::from_fn(|f| bind::family(lane, f, run.source.is_some())),
            average: bind::average(lane),
            trend: bind::trend(lane),
            wanted,
            turn: None,
            values: PhantomData,
            begun: Instant::now(),
            times: Vec::new(),
        }
    }

    /// When each tile went through.
    pub(crate) fn into_timeline(self) -> Timeline {
        Timeline {
            begun: self.begun,
            tiles: self.times,
        }
    }

    /// Uploads a tile, computes it and sends its results down.
    pub(crate) fn launch(&mut self, tile: Tile, slot: usize) -> Result<Pending, Error> {
        let begun = self.begun.elapsed();
        let Lane { device, queue, .. } = self.lane;
        self.describe(tile);
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        if let Some(clock) = &self.lane.clock {
            clock.upload(slot, &mut encoder);
        }
        // A buffer that cannot be mapped follows from what became of the device.
        let uploaded = self.upload(tile, slot, &mut encoder);
        uploaded.map_err(|refused| self.lane.health.check().err().unwrap_or(refused))?;
        self.encode(tile, slot, &mut encoder);
        self.download(tile, slot, &mut encoder);
        let commands = encoder.finish();
        let packed = self.begun.elapsed();
        self.turn.get_or_insert_with(|| self.lane.turns.take());
        let submission = queue.submit([commands]);
        self.lane.health.check()?;
        // For the next tile of the slot; one that cannot be mapped is found out then.
        let staging = self.lane.buffers.uploads[slot].get();
        staging.map_async(wgpu::MapMode::Write, .., |_| ());
        let (sender, mapped) = mpsc::channel();
        let size = self.download_size(tile) + STAMP_BYTES;
        let buffer = self.lane.buffers.downloads[slot].get();
        buffer.map_async(wgpu::MapMode::Read, ..size, move |result| {
            // The receiver is gone where the run has failed: nobody wants to know.
            let _ = sender.send(result);
        });
        Ok(Pending {
            tile,
            slot,
            prepared: [begun, packed],
            handed: self.begun.elapsed(),
            submission,
            mapped,
        })
    }

    fn encode(&self, tile: Tile, slot: usize, encoder: &mut wgpu::CommandEncoder) {
        let groups = (tile.n_series as u32).div_ceil(WORKGROUP);
        let pipelines = &self.lane.pipelines;
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
            label: None,
            timestamp_writes: self.lane.clock.as_ref().map(|clock| clock.writes(slot)),
        });
        pass.set_pipeline(&pipelines.gain);
        pass.set_bind_group(0, &self.gain, &[]);
        pass.dispatch_workgroups(groups, tile.n_bars as u32, 1);
        for (pipeline, bound) in self.kernels.iter().zip(&self.families) {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bound, &[]);
            pass.dispatch_workgroups(groups, 1, 1);
        }
        pass.set_pipeline(&pipelines.average);
        pass.set_bind_group(0, &self.average, &[]);
        pass.dispatch_workgroups(groups, tile.n_bars as u32, 1);
        if matches!(self.wanted, Wanted::Last | Wanted::Endings) {
            pass.set_pipeline(&pipelines.trend);
            pass.set_bind_group(0, &self.trend, &[]);
            pass.dispatch_workgroups(groups, 1, 1);
        }
    }

    fn download(&self, tile: Tile, slot: usize, encoder: &mut wgpu::CommandEncoder) {
        let buffers = &self.lane.buffers;
        let value = T::PRECISION.bytes();
        let row = tile.n_series as u64 * value;
        let column = tile.n_bars as u64 * row;
        let last = (u64::from(LAYER2) * row, u64::from(READING) * row);
        let ending = (0, ENDING_ROWS as u64 * row);
        let flips = (0, tile.n_series as u64 * self.wanted.flip_rows() * 4);
        let mut parts: Vec<(&Pooled, (u64, u64))> = Vec::with_capacity(7);
        match self.wanted {
            Wanted::Averages => {}
            Wanted::Columns => parts.extend(buffers.columns.iter().map(|b| (b, (0, 2 * column)))),
            Wanted::Last => parts.extend(buffers.state.iter().map(|b| (b, last))),
            Wanted::Endings => parts.extend(buffers.state.iter().map(|b| (b, ending))),
        }
        parts.push(match self.wanted {
            Wanted::Averages | Wanted::Columns => (&buffers.average, (0, column)),
            Wanted::Last | Wanted::Endings => (&buffers.trend, flips),
        });
        let target = buffers.downloads[slot].get();
        let mut at = 0;
        for (buffer, (from, size)) in parts {
            encoder.copy_buffer_to_buffer(buffer.get(), from, target, at, size);
            at += size;
        }
        if let Some(clock) = &self.lane.clock {
            clock.download(slot, encoder, (target, at));
        }
    }

    fn download_size(&self, tile: Tile) -> u64 {
        let sizes = (tile.n_series, tile.n_bars);
        self.wanted.bytes(sizes, T::PRECISION.bytes())
    }

    /// Waits for a tile and takes its results.
    pub(crate) fn collect(
        &mut self,
        pending: &Pending,
        out: &mut Output<'_, '_>,
    ) -> Result<(), Error> {
        let asked = self.begun.elapsed();
        self.wait(pending)?;
        let come = self.begun.elapsed();
        let buffer = self.lane.buffers.downloads[pending.slot].get();
        let size = self.download_size(pending.tile);
        let view = buffer
            .get_mapped_range(..size + STAMP_BYTES)
            .map_err(|error| refused(&error))?;
        let (values, stamps) = view.split_at(size as usize);
        out.place::<T>(pending.tile, values);
        let stamps = bytemuck::pod_read_unaligned(stamps);
        drop(view);
        buffer.unmap();
        let clock = self.lane.clock.as_ref();
        let [uploaded, computed, downloaded] = clock.map_or([None; 3], |clock| clock.times(stamps));
        self.times.push(TileTimes {
            bars: pending.tile.n_series * pending.tile.n_bars,
            prepared: pending.prepared,
            handed: pending.handed,
            uploaded,
            computed,
            downloaded,
            awaited: [asked, come],
            placed: self.begun.elapsed(),
        });
        Ok(())
    }

    fn wait(&self, pending: &Pending) -> Result<(), Error> {
        let Lane {
            device,
            health,
            options,
            ..
        } = self.lane;
        let poll = wgpu::PollType::Wait {
            submission_index: Some(pending.submission.clone()),
            timeout: Some(options.timeout),
        };
        // A device that is lost in mid-wait makes wgpu panic rather than say so.
        match catch_unwind(AssertUnwindSafe(|| device.poll(poll))) {
            Ok(Ok(_)) => {}
            Ok(Err(wgpu::PollError::Timeout)) => {
                health.lose("it did not answer in time");
                return Err(Error::Timeout {
                    limit: options.timeout,
                });
            }
            // The submission never reached the device: it was gone before.
            Ok(Err(error)) => health.lose(&error.to_string()),
            Err(_) => health.lose("the driver gave up"),
        }
        health.check()?;
        match pending.mapped.try_recv() {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(refused(&error)),
            Err(_) => Err(refused(&"results did not come down")),
        }
    }
}

fn refused(reason: &dyn std::fmt::Display) -> Error {
    Error::Device {
        reason: reason.to_string(),
    }
}
