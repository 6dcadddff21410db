//! Computing on a GPU, with the bits of the processor.

mod choose;
mod dense;
mod ending;
mod program;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use atc_core::{Columns, PerFamily};
pub use atc_gpu::Options;
use atc_gpu::{Demand, Device, Error, Lane, Lanes, Precision, Tiling};

pub use self::choose::{Choice, Job, Measured, choose, measure};
use self::dense::Dense;
pub use self::program::{growth_of, program_of};
use super::{CpuEvaluator, Evaluate, EvaluateError, Output, Tile, Wanted};

/// Bars of a series that a tile is made for; others are computed too.
const TYPICAL_BARS: usize = 2_000;

/// Series of a tile at most: what a job reads before it computes is held in memory.
const MOST_SERIES: usize = 4_096;

/// Version of what kernels compute in `f32`.
const SINGLE: u32 = 1;

/// What to do once a device has failed.
#[derive(Clone)]
pub enum OnFault {
    /// Each series of the tile fails with the fault, and so does all that follows on that lane.
    Fail,
    /// The processor computes the tile and all that follow; called once, with the first fault.
    Continue(Arc<dyn Fn(&Error) + Send + Sync>),
}

impl fmt::Debug for OnFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fail => "Fail",
            Self::Continue(_) => "Continue",
        })
    }
}

/// Computes on lanes of a GPU; what kernels do not do goes to the processor: the 54 lines of
/// [`Wanted::Detail`], and series with prices outside 1e-100 ..= 1e100.
///
/// Tiles of executor lane `l` go to GPU lane `l` modulo the number of lanes. An executor with more
/// lanes than that reads some tiles while others are computed.
///
/// ```
/// use atc_cli::engine::gpu::{GpuEvaluator, OnFault, Options};
/// use atc_cli::engine::{Engine, dataset::{Request, discover}};
/// use atc_core::{Params, Plan};
///
/// let engine = Engine::builder(Plan::new(Params::default())?);
/// let engine = match GpuEvaluator::open(2, &Options::default(), OnFault::Fail) {
///     Ok(gpu) => engine.evaluator(gpu),
///     Err(error) => {
///         println!("{error}");
///         engine
///     }
/// };
/// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
/// let scan = engine.build()?.scan(discover(&[folder.to_owned()]).sources, &Request::default());
/// assert_eq!(scan.rows.len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct GpuEvaluator {
    lanes: Lanes,
    device: Device,
    precision: Precision,
    on_fault: OnFault,
    /// Whether the processor computes everything from now on.
    given_up: AtomicBool,
    cpu: CpuEvaluator,
}

impl GpuEvaluator {
    /// Opens `n_lanes` lanes, at least one, of the device that `options` select.
    ///
    /// # Errors
    ///
    /// As [`Lane::open`].
    pub fn open(n_lanes: usize, options: &Options, on_fault: OnFault) -> Result<Self, Error> {
        let lanes = Lanes::open(n_lanes, options)?;
        let device = lanes.with(0, |lane| lane.device().clone());
        Ok(Self {
            lanes,
            device,
            precision: options.precision,
            on_fault,
            given_up: AtomicBool::new(false),
            cpu: CpuEvaluator::new(),
        })
    }

    /// The device.
    pub const fn device(&self) -> &Device {
        &self.device
    }

    /// The lanes, for their timelines, and for programs that want to do more with them.
    pub const fn lanes(&self) -> &Lanes {
        &self.lanes
    }

    /// Whether the processor computes everything from now on, since the device failed.
    pub fn has_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Computes series that were checked, on a lane.
    fn compute(&self, tile: &Tile<'_>, series: &[&Dense<'_>]) -> Result<Vec<Output>, Error> {
        let longest = series.iter().map(|dense| dense.n_present()).max();
        let growth = growth_of(tile.plan, longest.unwrap_or(0));
        let program = program_of(tile.plan);
        let given: Vec<_> = series.iter().map(|dense| dense.series()).collect();
        let on_lane = |lane: &mut Lane| match tile.wanted {
            Wanted::Average => {
                let room = |dense: &&Dense<'_>| vec![0.0; dense.n_present()];
                let mut averages: Vec<Vec<f64>> = series.iter().map(room).collect();
                let mut out: Vec<_> = averages.iter_mut().map(Vec::as_mut_slice).collect();
                lane.averages(&program, &growth, &given, &mut out)?;
                let spread = series.iter().zip(averages);
                let spread = spread.map(|(dense, values)| dense.spread(values));
                Ok(spread.map(Output::Average).collect())
            }
            // A state of `f32` would be continued in `f64`.
            Wanted::Last if tile.states && self.precision == Precision::F64 => {
                ending::with_states(lane, tile.plan, (&program, &growth), series)
            }
            Wanted::Last => ending::readings(lane, tile.plan, (&program, &growth), series),
            Wanted::Columns | Wanted::Detail => {
                let columns = lane.columns(&program, &growth, &given)?;
                let outputs = series.iter().zip(columns).map(|(dense, columns)| {
                    let columns = columns_of(dense, columns);
                    Output::Columns(Box::new(columns))
                });
                Ok(outputs.collect())
            }
        };
        self.lanes.with(tile.lane % self.lanes.n_lanes(), on_lane)
    }

    /// One series of a tile on the processor.
    fn alone(&self, tile: &Tile<'_>, at: usize) -> Result<Output, EvaluateError> {
        let series = &tile.series[at..=at];
        let mut outputs = self.cpu.evaluate(&Tile { series, ..*tile });
        outputs.pop().expect("one output per series")
    }

    /// Gives the device up, and says so once.
    fn give_up(&self, error: &Error, tell: &(dyn Fn(&Error) + Send + Sync)) {
        if !self.given_up.swap(true, Ordering::Relaxed) {
            tell(error);
        }
    }
}

impl Evaluate for GpuEvaluator {
    fn tile_len(&self) -> usize {
        let [n_series, _] = tile_of(&self.device);
        n_series
    }

    /// The processor's, since the bits are the same; in `f32` one of its own.
    fn version(&self) -> (&'static str, u32) {
        match self.precision {
            Precision::F64 => self.cpu.version(),
            Precision::F32 => ("f32", SINGLE),
        }
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        if tile.wanted == Wanted::Detail || self.has_given_up() {
            return self.cpu.evaluate(tile);
        }
        // What kernels take; the rest is refused, or left to the processor.
        let taken: Vec<Option<Dense<'_>>> = tile
            .series
            .iter()
            .map(|prices| {
                Dense::new(tile.plan, prices).filter(|dense| dense.is_plain(self.precision))
            })
            .collect();
        let given: Vec<&Dense<'_>> = taken.iter().flatten().collect();
        let mut computed = match (self.compute(tile, &given), &self.on_fault) {
            (Ok(outputs), _) => Ok(outputs.into_iter()),
            (Err(error), OnFault::Fail) => Err(error),
            (Err(error), OnFault::Continue(tell)) => {
                self.give_up(&error, tell.as_ref());
                return self.cpu.evaluate(tile);
            }
        };
        let output = |(at, taken): (usize, &Option<Dense<'_>>)| match &mut computed {
            _ if taken.is_none() => self.alone(tile, at),
            Ok(outputs) => Ok(outputs.next().expect("one output per series")),
            Err(error) => Err(EvaluateError::Device(Box::new(error.clone()))),
        };
        taken.iter().enumerate().map(output).collect()
    }
}

/// Series and bars of a tile on a device, for series of 2,000 bars at the default lengths.
pub fn tile_of(device: &Device) -> [usize; 2] {
    let demand = Demand {
        history: 64,
        ..Demand::default()
    };
    let shape = (MOST_SERIES, TYPICAL_BARS);
    let tiling = Tiling::new(device.limits, demand, shape);
    tiling.map_or([1, 1], |tiling| {
        [tiling.series(), tiling.bars().min(TYPICAL_BARS)]
    })
}

fn columns_of(dense: &Dense<'_>, columns: atc_gpu::Columns) -> Columns {
    let spread = |columns: [Vec<f64>; 6]| PerFamily(columns.map(|values| dense.spread(values)));
    Columns {
        signals: spread(columns.signals),
        equities: spread(columns.equities),
        average_signal: dense.spread(columns.average),
    }
}
