//! Every bar of every symbol, streamed into a sink.

use std::sync::Arc;

use atc_parallel::{CancelToken, Slot};

use super::dataset::{Request, Source};
use super::meter::Meter;
use super::run::{Done, Outcome};
use super::sink::{Frame, Sink, SinkError};
use super::{Engine, EngineError, Failure, Wanted};

/// Which columns a computation gives, beside symbol, time or bar, and close.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Content {
    /// `average_signal` alone.
    Average,
    /// The 13 columns.
    #[default]
    All,
    /// The 13 columns, and average, signal and equity of the 54 lines.
    Detail,
}

impl Content {
    /// What an evaluator is asked for.
    pub const fn wanted(self) -> Wanted {
        match self {
            Self::Average => Wanted::Average,
            Self::All => Wanted::Columns,
            Self::Detail => Wanted::Detail,
        }
    }
}

/// Which columns tell rows of different inputs apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Labels {
    /// `symbol`, if there are several sources, or the only one holds several symbols.
    #[default]
    AsNeeded,
    /// `symbol`.
    Symbol,
    /// `symbol`, and `input`: where the rows come from, as the user named it.
    Input,
}

impl Labels {
    /// What they are where so many sources or symbols are side by side.
    #[must_use]
    pub const fn among(self, n: usize) -> Self {
        match self {
            Self::AsNeeded if 1 < n => Self::Symbol,
            labels => labels,
        }
    }

    /// Their columns, of rows of this symbol from this input.
    fn columns<'a>(self, symbol: &'a str, input: &'a str) -> Vec<(&'static str, &'a str)> {
        let n_columns = match self {
            Self::AsNeeded => 0,
            Self::Symbol => 1,
            Self::Input => 2,
        };
        let all = [("symbol", symbol), ("input", input)];
        all[..n_columns].to_vec()
    }
}

/// What a computation did.
#[derive(Debug, Default)]
pub struct Computed {
    /// Symbols written.
    pub n_symbols: usize,
    /// Bars written.
    pub n_bars: usize,
    /// Inputs and symbols that failed.
    pub failed: Vec<Failure>,
    /// Whether a cancellation left sources out.
    pub is_cancelled: bool,
}

/// What all frames of one output have in common.
struct Shape {
    labels: Labels,
    has_times: bool,
}

impl Engine {
    /// Computes every bar of every symbol in `sources` and writes one frame per symbol to `sink`,
    /// in the order of the sources. The sink is not finished.
    ///
    /// `labels` are columns before the others, the same for all frames. Reading, computing and writing overlap: while
    /// a frame is written, lanes are at later sources, at most two tiles each ahead of it. Memory holds those.
    ///
    /// # Errors
    ///
    /// What the sink cannot write. A source that fails is listed and does not affect the others.
    pub fn compute(
        &self,
        sources: &[Source],
        request: &Request,
        (content, labels): (Content, Labels),
        sink: &mut dyn Sink,
    ) -> Result<Computed, SinkError> {
        let wanted = content.wanted();
        let work = move |engine: &Self, tile: &[Source], request: &Request, slot: Slot| {
            engine.run_tile(tile, request, (wanted, slot))
        };
        let mut frames = Frames {
            sink,
            computed: Computed::default(),
            shape: None,
            labels: labels.among(sources.len()),
            cancel: &self.cancel,
            meter: &self.meter,
        };
        let take = |tile| frames.take(tile);
        let is_complete = self.for_each_tile(Arc::new(sources.to_vec()), request, work, take)?;
        frames.computed.is_cancelled |= !is_complete;
        Ok(frames.computed)
    }
}

/// Where frames go, and what has become of the symbols so far.
struct Frames<'a> {
    sink: &'a mut dyn Sink,
    computed: Computed,
    shape: Option<Shape>,
    labels: Labels,
    cancel: &'a CancelToken,
    meter: &'a Meter,
}

impl Frames<'_> {
    /// Writes what a tile gave.
    fn take(&mut self, tile: Vec<Outcome>) -> Result<(), SinkError> {
        let labels = self.labels.among(tile.len());
        for outcome in tile {
            // Writing a frame may take longer than computing it.
            if self.cancel.is_cancelled() {
                self.computed.is_cancelled = true;
                break;
            }
            let done = outcome.and_then(|done| fit(done, labels, &mut self.shape));
            let (done, shape) = match done {
                Ok(fitting) => fitting,
                Err(failure) => {
                    self.computed.failed.push(failure);
                    continue;
                }
            };
            self.computed.n_symbols += 1;
            self.computed.n_bars += done.bars.len();
            let labels = shape.labels.columns(&done.bars.symbol, &done.input);
            let frame = Frame::new(&done.bars, done.output, &labels);
            self.meter.write(|| self.sink.write(&frame))?;
        }
        Ok(())
    }
}

/// Checks that a result has the shape of those before it; the first one sets it.
fn fit(done: Done, labels: Labels, shape: &mut Option<Shape>) -> Result<(Done, &Shape), Failure> {
    let has_times = done.bars.time.is_some();
    let shape = shape.get_or_insert(Shape { labels, has_times });
    if shape.has_times == has_times {
        return Ok((done, shape));
    }
    Err(Failure {
        input: done.input.to_string(),
        symbol: Some(done.bars.symbol),
        error: EngineError::MixedTimes {
            input: done.input.to_string(),
            has_times,
        },
    })
}
