//! A lane: a device of its own, with its queue, kernels and buffers.

use std::time::{Duration, Instant};

use crate::buffers::Buffers;
use crate::carry::{Ending, EndingRows};
use crate::device::{features, find};
use crate::health::Health;
use crate::output::{self, LastRows, Output};
use crate::pipelines::Pipelines;
use crate::program::Program;
use crate::run::Run;
use crate::timeline::Clock;
use crate::turns::Turns;
use crate::{
    Columns, Device, Error, Precision, Reading, Select, Series, Timeline, columns, timeline,
};

/// How a lane is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The device.
    pub select: Select,
    /// The numbers it computes with.
    pub precision: Precision,
    /// How long the device may take over a tile before it is given up.
    pub timeout: Duration,
    /// Bytes that the largest buffer of a tile should not exceed. By default
    /// 4 MiB on a software driver and 128 MiB on hardware, which has thousands
    /// of series to keep busy with; of a lane's buffers about nine are so large.
    pub tile_bytes: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            select: Select::default(),
            precision: Precision::default(),
            timeout: Duration::from_mins(1),
            tile_bytes: None,
        }
    }
}

/// A lane: one device, its queue, its compiled kernels and its buffers, which
/// are kept from run to run.
///
/// Lanes share nothing: several on the same hardware overlap preparation,
/// upload, kernels and download. Those of one [`Lanes`](crate::Lanes) on a software
/// driver take turns, two at once.
#[derive(Debug)]
pub struct Lane {
    pub(crate) info: Device,
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) pipelines: Pipelines,
    pub(crate) buffers: Buffers,
    pub(crate) health: Health,
    pub(crate) options: Options,
    pub(crate) clock: Option<Clock>,
    pub(crate) timeline: Timeline,
    pub(crate) turns: Turns,
}

impl Lane {
    /// Opens a device and compiles the kernels of the default program for it; others are compiled
    /// when a run first needs them.
    ///
    /// # Errors
    ///
    /// [`Error::NoDevice`], [`Error::NoF64`], [`Error::Open`],
    /// [`Error::Kernel`].
    pub fn open(options: Options) -> Result<Self, Error> {
        let (info, adapter) = find(&options.select, options.precision)?;
        Self::on(info, &adapter, options, Turns::default())
    }

    /// Opens an adapter that was found before.
    pub(crate) fn on(
        mut info: Device,
        adapter: &wgpu::Adapter,
        options: Options,
        turns: Turns,
    ) -> Result<Self, Error> {
        if let Some(bytes) = options.tile_bytes {
            info.limits.preferred = bytes;
        }
        let required = features(options.precision);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("atc lane"),
            // A clock where there is one; nothing depends on it.
            required_features: required | (adapter.features() & timeline::FEATURES),
            required_limits: adapter.limits(),
            experimental_features: experimental(required),
            ..wgpu::DeviceDescriptor::default()
        };
        let opened = pollster::block_on(adapter.request_device(&descriptor));
        let (device, queue) = opened.map_err(|error| Error::Open {
            name: info.name.clone(),
            reason: error.to_string(),
        })?;
        let health = Health::default();
        health.watch(&device);
        let pipelines = Pipelines::new(&device, &health, options.precision)?;
        let clock = Clock::new(&device, &queue);
        health.check()?;
        Ok(Self {
            info,
            device,
            queue,
            pipelines,
            buffers: Buffers::default(),
            health,
            options,
            clock,
            timeline: Timeline {
                begun: Instant::now(),
                tiles: Vec::new(),
            },
            turns,
        })
    }

    /// The device it runs on.
    pub const fn device(&self) -> &Device {
        &self.info
    }

    /// The numbers it computes with.
    pub const fn precision(&self) -> Precision {
        self.options.precision
    }

    /// When the tiles of the last run that succeeded were prepared, computed and taken.
    pub const fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Whether it can still be used: a device that was lost or did not answer
    /// in time is gone for good.
    pub fn is_alive(&self) -> bool {
        !self.health.is_lost()
    }

    /// Computes the average signal of each series; `growth` has a factor for
    /// each bar, `out[i]` is as long as series `i`.
    ///
    /// Series may differ in length, and there may be any number of them, of
    /// any number of bars. Bars before the cutout become NaN.
    ///
    /// # Errors
    ///
    /// What [`Program::check`] and [`Series::check`] refuse,
    /// [`Error::DoesNotFit`], and what becomes of the device:
    /// [`Error::OutOfMemory`], [`Error::Device`], [`Error::Lost`],
    /// [`Error::Timeout`]. What is in `out` is then of no meaning.
    ///
    /// # Panics
    ///
    /// If `out` has another shape than `series`.
    pub fn averages(
        &mut self,
        program: &Program,
        growth: &[f64],
        series: &[Series<'_>],
        out: &mut [&mut [f64]],
    ) -> Result<(), Error> {
        assert_eq!(series.len(), out.len(), "one output per series");
        for (series, out) in series.iter().zip(&*out) {
            assert_eq!(series.close.len(), out.len(), "one value per bar");
        }
        Run::new(program, growth, series)?.compute(self, &mut Output::Averages(out))?;
        for average in out {
            columns::finish_average(program, average);
        }
        Ok(())
    }

    /// Computes all columns of each series; see [`averages`](Self::averages).
    ///
    /// # Errors
    ///
    /// As [`averages`](Self::averages).
    pub fn columns(
        &mut self,
        program: &Program,
        growth: &[f64],
        series: &[Series<'_>],
    ) -> Result<Vec<Columns>, Error> {
        let run = Run::new(program, growth, series)?;
        let mut out: Vec<Columns> = series
            .iter()
            .map(|series| Columns::blank(series.close.len()))
            .collect();
        run.compute(self, &mut Output::Columns(&mut out))?;
        for columns in &mut out {
            columns::finish(program, columns);
        }
        Ok(out)
    }

    /// Computes the columns of each series at its last bar alone, which is all
    /// that comes down; `None` for a series without bars after the cutout. See
    /// [`averages`](Self::averages).
    ///
    /// # Errors
    ///
    /// As [`averages`](Self::averages).
    pub fn last(
        &mut self,
        program: &Program,
        growth: &[f64],
        series: &[Series<'_>],
    ) -> Result<Vec<Option<Reading>>, Error> {
        let mut rows = vec![LastRows::default(); series.len()];
        Run::new(program, growth, series)?.compute(self, &mut Output::Last(&mut rows))?;
        let precision = self.precision();
        let reading = |(series, rows): (&Series<'_>, &LastRows)| {
            let n_bars = series.close.len();
            (program.cutout < n_bars).then(|| output::reading(program, precision, n_bars, rows))
        };
        Ok(series.iter().zip(&rows).map(reading).collect())
    }

    /// Computes where each series stands at its end, and after `marks[i]` of its bars if that is
    /// given, with all that it carries on from there. See [`averages`](Self::averages).
    ///
    /// There is nothing of a series without bars, nor of a mark that is none of its bars, counted
    /// from 1.
    ///
    /// # Errors
    ///
    /// As [`averages`](Self::averages).
    ///
    /// # Panics
    ///
    /// If there is not one mark for each series.
    pub fn endings(
        &mut self,
        program: &Program,
        growth: &[f64],
        (series, marks): (&[Series<'_>], &[Option<usize>]),
    ) -> Result<Vec<[Option<Ending>; 2]>, Error> {
        assert_eq!(series.len(), marks.len(), "one mark per series");
        let mut rows = vec![EndingRows::BLANK; series.len()];
        let run = Run::new(program, growth, series)?.keeping(marks);
        run.compute(self, &mut Output::Endings(&mut rows))?;
        let precision = self.precision();
        let ending = |((series, mark), rows): ((&Series<'_>, &Option<usize>), &EndingRows)| {
            let n_bars = series.close.len();
            let stood = |n: usize, kept| rows.ending(program, precision, (n, kept));
            let mark = mark.filter(|mark| (1..=n_bars).contains(mark));
            [
                (0 < n_bars).then(|| stood(n_bars, false)),
                mark.map(|mark| stood(mark, true)),
            ]
        };
        Ok(series.iter().zip(marks).zip(&rows).map(ending).collect())
    }

    /// The device and queue of `wgpu` behind the lane, for programs that want
    /// to do more with them: the one door to that crate, and as stable as it.
    pub const fn wgpu(&self) -> (&wgpu::Device, &wgpu::Queue) {
        (&self.device, &self.queue)
    }
}

/// The consent to features that wgpu calls experimental, where they are asked for.
fn experimental(required: wgpu::Features) -> wgpu::ExperimentalFeatures {
    if !required.contains(wgpu::Features::PASSTHROUGH_SHADERS) {
        return wgpu::ExperimentalFeatures::disabled();
    }
    #[expect(unsafe_code, reason = "kernels are passed through as SPIR-V")]
    // SAFETY: the only such feature in use is passing shaders through; see `pipelines`.
    unsafe {
        wgpu::ExperimentalFeatures::enabled()
    }
}

#[cfg(test)]
mod tests;
