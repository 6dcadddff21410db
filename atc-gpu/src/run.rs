//! One run: series in, tile by tile through the device, columns out.

use std::collections::VecDeque;
use std::ops::Range;

use crate::buffers::{Buffers, RING, Sizes};
use crate::constants::{Constants, TREND_ROWS};
use crate::output::{Output, Wanted};
use crate::program::{Kind, PerFamily};
use crate::real::Real;
use crate::shaders::Kernel;
use crate::stage::Stage;
use crate::tiling::{Demand, Tile, Tiling};
use crate::timeline::STAMP_BYTES;
use crate::{Error, Lane, Precision, Program, Series};

/// What is to be computed, checked.
pub(crate) struct Run<'a> {
    pub(crate) program: &'a Program,
    pub(crate) growth: &'a [f64],
    series: &'a [Series<'a>],
    pub(crate) closes: Vec<&'a [f64]>,
    /// Source values, where some series has others than its closes.
    pub(crate) source: Option<Vec<&'a [f64]>>,
    /// After how many bars the state of each series is kept, if it is to be kept at all.
    marks: &'a [Option<usize>],
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        program: &'a Program,
        growth: &'a [f64],
        series: &'a [Series<'a>],
    ) -> Result<Self, Error> {
        program.check()?;
        for series in series {
            series.check(growth)?;
        }
        let closes = series.iter().map(|s| s.close).collect();
        let other = series.iter().any(|s| s.source.is_some());
        let source = || series.iter().map(|s| s.source.unwrap_or(s.close));
        Ok(Self {
            program,
            growth,
            series,
            closes,
            source: other.then(|| source().collect()),
            marks: &[],
        })
    }

    /// Keeps the state of series after so many bars.
    pub(crate) const fn keeping(mut self, marks: &'a [Option<usize>]) -> Self {
        self.marks = marks;
        self
    }

    /// After how many bars the states of some series are kept, 0 for never.
    pub(crate) fn marks(&self, series: Range<usize>) -> impl Iterator<Item = u32> {
        let mark = |at: usize| self.marks.get(at).copied().flatten().unwrap_or(0);
        series.map(move |at| mark(at) as u32)
    }

    /// Computes everything on a lane.
    pub(crate) fn compute(&self, lane: &mut Lane, out: &mut Output<'_, '_>) -> Result<(), Error> {
        lane.health.check()?;
        let result = match lane.precision() {
            Precision::F64 => self.compute_as::<f64>(lane, out),
            Precision::F32 => self.compute_as::<f32>(lane, out),
        };
        if result.is_err() {
            // Some may still be mapped, or in use by the device.
            lane.buffers = Buffers::default();
        }
        result
    }

    fn compute_as<T: Real>(&self, lane: &mut Lane, out: &mut Output<'_, '_>) -> Result<(), Error> {
        let constants = Kind::ALL.map(|kind| Constants::new(self.program, kind, T::PRECISION));
        let tiling = self.tiling::<T>(lane, &constants)?;
        let sizes = self.sizes::<T>(tiling, &constants, out.wanted());
        lane.buffers.reserve(&lane.device, &lane.health, &sizes)?;
        let device = (&lane.device, &lane.health);
        lane.pipelines
            .reserve(device, self.kernels(), T::PRECISION)?;
        let mut stage = Stage::<T>::new(self, lane, &constants, out.wanted());
        let mut pending = VecDeque::with_capacity(RING);
        for (number, tile) in tiling.tiles().filter(|t| self.is_live(*t)).enumerate() {
            if pending.len() == RING
                && let Some(oldest) = pending.pop_front()
            {
                stage.collect(&oldest, out)?;
            }
            pending.push_back(stage.launch(tile, number % RING)?);
        }
        for pending in pending {
            stage.collect(&pending, out)?;
        }
        lane.timeline = stage.into_timeline();
        Ok(())
    }

    /// The kernels of the families.
    pub(crate) fn kernels(&self) -> PerFamily<Kernel> {
        Kind::ALL.map(|kind| Kernel::of(self.program, kind, self.source.is_some()))
    }

    /// Whether some series of a tile has bars in it.
    fn is_live(&self, tile: Tile) -> bool {
        let mut closes = self.closes[tile.first_series..][..tile.n_series].iter();
        closes.any(|closes| closes.len() > tile.first_bar)
    }

    fn tiling<T: Real>(
        &self,
        lane: &Lane,
        constants: &PerFamily<Constants>,
    ) -> Result<Tiling, Error> {
        let rows = constants.iter().map(|constants| constants.state_rows);
        let keeps = self.marks.iter().any(Option::is_some);
        let kernels = self.kernels().into_iter().zip(constants);
        let steps = kernels.map(|(kernel, constants)| constants.shape.steps(kernel, keeps));
        let most = |most: [u64; 2], steps: [u64; 2]| [0, 1].map(|i| most[i].max(steps[i]));
        let demand = Demand {
            value: T::PRECISION.bytes(),
            columns: 2,
            history: self.program.history() as u64,
            state: u64::from(rows.max().unwrap_or(0)),
            steps: steps.fold([0, 0], most),
        };
        let longest = self.closes.iter().map(|closes| closes.len()).max();
        let shape = (self.series.len(), longest.unwrap_or(0));
        Tiling::new(lane.info.limits, demand, shape)
    }

    fn sizes<T: Real>(
        &self,
        tiling: Tiling,
        constants: &PerFamily<Constants>,
        wanted: Wanted,
    ) -> Sizes {
        let value = T::PRECISION.bytes();
        let (series, bars) = (tiling.series() as u64, tiling.bars() as u64);
        let cells = series * bars * value;
        let input = series * (self.program.history() as u64 + bars) * value;
        let input = [input, if self.source.is_some() { input } else { 0 }];
        Sizes {
            input,
            upload: input[0].next_multiple_of(wgpu::MAP_ALIGNMENT) + input[1],
            growth: bars * value,
            ends: 2 * series * 4,
            state: constants
                .each_ref()
                .map(|constants| series * u64::from(constants.state_rows) * value),
            column: cells,
            trend: series * TREND_ROWS * 4,
            download: wanted.bytes((tiling.series(), tiling.bars()), value) + STAMP_BYTES,
        }
    }
}
