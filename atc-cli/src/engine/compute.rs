//! Every bar of every symbol, streamed into a sink.

use atc_parallel::Slot;

use super::dataset::{Request, Source};
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
    has_symbol: bool,
    has_times: bool,
}

impl Engine {
    /// Computes every bar of every symbol in `sources` and writes one frame per symbol to `sink`,
    /// in the order of the sources. The sink is not finished.
    ///
    /// Frames have a symbol column if `with_symbol` says so, and always if there are several
    /// sources or the only one holds several symbols. Memory holds as many sources as are worked
    /// on at once.
    ///
    /// # Errors
    ///
    /// What the sink cannot write. A source that fails is listed and does not affect the others.
    pub fn compute(
        &self,
        sources: &[Source],
        request: &Request,
        (content, with_symbol): (Content, bool),
        sink: &mut dyn Sink,
    ) -> Result<Computed, SinkError> {
        let per_wave = self.sources_per_wave(sources.len());
        let mut computed = Computed::default();
        let mut shape = None;
        for wave in sources.chunks(per_wave) {
            let wanted = content.wanted();
            let work = move |engine: &Self, tile: &[Source], request: &Request, slot: Slot| {
                engine.run_tile(tile, request, (wanted, slot))
            };
            let tiles = self.run_tiles(wave.into(), request, work);
            let is_complete = tiles.iter().all(Option::is_some);
            let outcomes: Vec<Outcome> = tiles.into_iter().flatten().flatten().collect();
            let has_symbol = with_symbol || sources.len() > 1 || outcomes.len() > 1;
            for outcome in outcomes {
                let done = outcome.and_then(|done| fit(done, has_symbol, &mut shape));
                let (done, shape) = match done {
                    Ok(fitting) => fitting,
                    Err(failure) => {
                        computed.failed.push(failure);
                        continue;
                    }
                };
                computed.n_symbols += 1;
                computed.n_bars += done.bars.len();
                sink.write(&Frame::new(&done.bars, done.output, shape.has_symbol))?;
            }
            if !is_complete {
                computed.is_cancelled = true;
                break;
            }
        }
        Ok(computed)
    }
}

/// Checks that a result has the shape of those before it; the first one sets it.
fn fit(done: Done, has_symbol: bool, shape: &mut Option<Shape>) -> Result<(Done, &Shape), Failure> {
    let has_times = done.bars.time.is_some();
    let shape = shape.get_or_insert(Shape {
        has_symbol,
        has_times,
    });
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
