//! Tiles of series and bars that fit a device.
//!
//! A tile is a rectangle: some series, some bars. Its input is `history + bars`
//! rows of one value per series, its output `columns` values per bar and
//! series, its state `state` values per series, each in a buffer of its own.
//! A state is carried from a tile to the next one in time, so that tiles
//! of the same series follow each other.

use crate::{Error, Precision};

/// Fewer bars than this make a launch cost more than it computes.
const WORTHWHILE_BARS: u64 = 256;

/// What a device allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the largest buffer.
    pub max_buffer: u64,
    /// Bytes of a buffer that a kernel may see at once.
    pub max_binding: u64,
    /// Workgroups along one dimension of a launch.
    pub max_workgroups: u32,
    /// Series per workgroup.
    pub workgroup: u32,
    /// Steps of loops that an invocation may take in a launch, all loops
    /// together: llvmpipe ends loops, without a word, after 65,535.
    pub max_steps: u64,
    /// Bytes that the largest buffer of a tile should not exceed, so that
    /// several tiles are on their way at once; exceeded where nothing smaller
    /// would do.
    pub preferred: u64,
}

impl Default for Limits {
    /// What every device with compute shaders allows; 64 series per workgroup
    /// and 32 MiB per buffer preferred.
    fn default() -> Self {
        Self {
            max_buffer: 256 << 20,
            max_binding: 128 << 20,
            max_workgroups: 65_535,
            workgroup: 64,
            max_steps: u64::MAX,
            preferred: 32 << 20,
        }
    }
}

impl Limits {
    /// Bytes of the largest buffer that a kernel can use.
    fn buffer(self) -> u64 {
        self.max_buffer.min(self.max_binding)
    }
}

/// What computing needs, in values of `value` bytes. Where there is nothing of one, neither bytes nor
/// columns, one is reckoned with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Bytes of a value.
    pub value: u64,
    /// Output values per bar and series in the largest output buffer.
    pub columns: u64,
    /// Bars that a tile reads behind its first one.
    pub history: u64,
    /// State values per series in the largest state buffer.
    pub state: u64,
    /// Steps of loops at most: per bar, and per launch beside those.
    pub steps: [u64; 2],
}

impl Demand {
    /// Input bytes of a series with `bars` bars in a tile.
    fn input(self, bars: u64) -> u64 {
        let value = self.value.max(1);
        value.saturating_mul(self.history.saturating_add(bars))
    }

    /// Output bytes of a series per bar.
    fn output(self) -> u64 {
        self.value.max(1).saturating_mul(self.columns.max(1))
    }
}

impl Default for Demand {
    /// Two columns of `f64`, no history, no state, no loops.
    fn default() -> Self {
        Self {
            value: Precision::F64.bytes(),
            columns: 2,
            history: 0,
            state: 0,
            steps: [0, 0],
        }
    }
}

/// Some bars of some series, to be computed in one launch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Number of the first series.
    pub first_series: usize,
    /// Series.
    pub n_series: usize,
    /// Number of the first bar.
    pub first_bar: usize,
    /// Bars.
    pub n_bars: usize,
}

/// How a batch of series is cut into tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    n_series: usize,
    n_bars: usize,
    series: usize,
    bars: usize,
}

impl Tiling {
    /// Cuts `n_series` series of up to `n_bars` bars into tiles that keep to
    /// `limits`.
    ///
    /// # Errors
    ///
    /// [`Error::DoesNotFit`] if the state, or the history, of one series is
    /// larger than a buffer; [`Error::TooManySteps`] if one bar takes more than
    /// a launch may.
    pub fn new(
        limits: Limits,
        demand: Demand,
        (n_series, n_bars): (usize, usize),
    ) -> Result<Self, Error> {
        let buffer = limits.buffer();
        let state = demand.state.saturating_mul(demand.value);
        let smallest = demand.input(1).max(demand.output());
        for (what, needed) in [("state", state), ("history", smallest)] {
            if needed > buffer {
                return Err(Error::DoesNotFit {
                    what,
                    needed,
                    limit: buffer,
                });
            }
        }
        let by_steps = bars_by_steps(limits.max_steps, demand.steps)?;
        let workgroup = u64::from(limits.workgroup.max(1));
        let worthwhile = (n_bars.max(1) as u64).min(WORTHWHILE_BARS.max(demand.history));
        let output = demand.output().saturating_mul(worthwhile);
        let good = demand.input(worthwhile).max(output);
        let fits = [
            u64::from(limits.max_workgroups).max(1) * workgroup,
            buffer / state.max(1),
            buffer / smallest,
            (limits.preferred / good.max(state).max(1)).max(1),
        ];
        let most = fits.into_iter().fold(u64::MAX, u64::min);
        let series = even_share(n_series.max(1) as u64, most, workgroup);
        let by_buffer = (buffer / series / demand.output())
            .min((buffer / series / demand.value.max(1)).saturating_sub(demand.history))
            .min(u64::from(limits.max_workgroups).max(1));
        let by_preference = limits.preferred / series / demand.output();
        let bars = by_preference.max(worthwhile).min(by_buffer).min(by_steps);
        Ok(Self {
            n_series,
            n_bars,
            series: series as usize,
            bars: (bars as usize).max(1), // without loops no number of steps is too small
        })
    }

    /// Series per tile; the last tile may have fewer.
    pub const fn series(&self) -> usize {
        self.series
    }

    /// Bars per tile; the last tile may have fewer.
    pub const fn bars(&self) -> usize {
        self.bars
    }

    /// The tiles: those of the same series one after another in time.
    pub const fn tiles(&self) -> Tiles {
        Tiles {
            tiling: *self,
            series: 0,
            bar: 0,
        }
    }
}

/// Bars whose loops a launch may go through.
fn bars_by_steps(limit: u64, [per_bar, per_launch]: [u64; 2]) -> Result<u64, Error> {
    let needed = per_bar.saturating_add(per_launch);
    if needed > limit {
        return Err(Error::TooManySteps { needed, limit });
    }
    Ok((limit - per_launch) / per_bar.max(1))
}

/// The most even share of `n` that is at most `most`, in whole workgroups where
/// that is possible.
fn even_share(n: u64, most: u64, workgroup: u64) -> u64 {
    let share = n.div_ceil(n.div_ceil(most));
    let whole = share.next_multiple_of(workgroup);
    if whole <= most { whole.min(n) } else { share }
}

/// The tiles of a [`Tiling`].
#[derive(Clone, Debug)]
pub struct Tiles {
    tiling: Tiling,
    series: usize,
    bar: usize,
}

impl Iterator for Tiles {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        let Tiling {
            n_series,
            n_bars,
            series,
            bars,
        } = self.tiling;
        if self.series >= n_series || n_bars == 0 {
            return None;
        }
        let tile = Tile {
            first_series: self.series,
            n_series: series.min(n_series - self.series),
            first_bar: self.bar,
            n_bars: bars.min(n_bars - self.bar),
        };
        self.bar += tile.n_bars;
        if self.bar == n_bars {
            (self.series, self.bar) = (self.series + tile.n_series, 0);
        }
        Some(tile)
    }
}
