//! One tile of sources: read, then computed.

use std::ops::ControlFlow;
use std::sync::Arc;

use atc_parallel::{Control, ExecutorExt, Slot};
use futures::StreamExt;
use futures::executor::{block_on, block_on_stream};

use super::dataset::{Bars, DatasetError, Request, Source};
use super::stream::Overlap;
use super::{Cache, Engine, Failure, Output, Prices, Tile, Wanted};

/// Sources that a job takes at least, if most of them are known.
const KNOWN_PER_JOB: usize = 32;

/// What reading a source gave.
pub(super) struct Read {
    /// The input as the user named it.
    pub(super) input: Arc<str>,
    pub(super) bars: Result<Vec<Bars>, DatasetError>,
}

/// A symbol that was read and computed.
pub(super) struct Done {
    /// The input as the user named it.
    pub(super) input: Arc<str>,
    pub(super) bars: Bars,
    pub(super) output: Output,
}

/// What is done with a tile of sources on a lane.
pub(super) trait TileWork<T>:
    Fn(&Engine, &[Source], &Request, Slot) -> T + Clone + Send + Sync + 'static
{
}

impl<T, W> TileWork<T> for W where
    W: Fn(&Engine, &[Source], &Request, Slot) -> T + Clone + Send + Sync + 'static
{
}

/// What became of a symbol, or of an input that gave none.
pub(super) type Outcome = Result<Done, Failure>;

impl Engine {
    /// How many sources a job takes: what the evaluator likes, unless lanes would stay idle.
    pub(super) fn sources_per_job(&self, n_sources: usize) -> usize {
        self.at_most(self.evaluator.tile_len(), n_sources)
    }

    /// As [`sources_per_job`](Self::sources_per_job), and more if most of the sources are known: to look one up takes
    /// less than to hand out a job.
    pub(super) fn sources_per_look(&self, n_sources: usize) -> usize {
        let is_known = |cache: &Arc<Cache>| n_sources <= 2 * cache.n_known();
        if self.cache.as_ref().is_some_and(is_known) {
            let tile = self.evaluator.tile_len().max(KNOWN_PER_JOB);
            return self.at_most(tile, n_sources);
        }
        self.sources_per_job(n_sources)
    }

    fn at_most(&self, tile: usize, n_sources: usize) -> usize {
        let share = n_sources.div_ceil(self.executor.lanes());
        tile.min(share).max(1)
    }

    /// What `work` makes of each tile of sources, in order; `None` where a cancellation came first.
    pub(super) fn run_tiles<T: Send + 'static>(
        &self,
        sources: Arc<Vec<Source>>,
        request: &Request,
        work: impl TileWork<T>,
    ) -> Vec<Option<T>> {
        let per_job = self.sources_per_job(sources.len());
        self.run_jobs((sources, per_job), request, work)
    }

    /// As [`run_tiles`](Self::run_tiles), of `per_job` sources each.
    pub(super) fn run_jobs<T: Send + 'static>(
        &self,
        (sources, per_job): (Arc<Vec<Source>>, usize),
        request: &Request,
        work: impl TileWork<T>,
    ) -> Vec<Option<T>> {
        if let Some(overlap) = &self.overlap {
            let overlap = Overlap {
                skips_known: true,
                ..overlap.clone()
            };
            let (n_jobs, tiles) = self.stream_tiles(&overlap, sources, request, work);
            let mut tiles: Vec<Option<T>> = block_on(tiles.map(Some).collect());
            tiles.resize_with(n_jobs, || None);
            return tiles;
        }
        let control = Control::new().cancel_with(&self.cancel);
        let (n_jobs, job) = self.jobs((sources, per_job), request, work);
        self.executor.map_with(n_jobs, &control, job)
    }

    /// How many jobs there are, and each of them: `work` on `per_job` sources.
    fn jobs<T>(
        &self,
        (sources, per_job): (Arc<Vec<Source>>, usize),
        request: &Request,
        work: impl TileWork<T>,
    ) -> (usize, impl Fn(Slot) -> T + Send + Sync + 'static) {
        let n_jobs = sources.len().div_ceil(per_job);
        let (engine, request) = (self.clone(), request.clone());
        let job = move |slot: Slot| {
            let first = slot.job * per_job;
            let tile = &sources[first..sources.len().min(first + per_job)];
            work(&engine, tile, &request, slot)
        };
        (n_jobs, job)
    }

    /// Hands `take` what `work` makes of each tile of sources, in order, while later tiles are worked on;
    /// whether all were, or a cancellation came first.
    pub(super) fn for_each_tile<T: Send + 'static, E>(
        &self,
        sources: Arc<Vec<Source>>,
        request: &Request,
        work: impl TileWork<T>,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<bool, E> {
        if let Some(overlap) = &self.overlap {
            let (n_jobs, tiles) = self.stream_tiles(overlap, sources, request, work);
            let mut n_taken = 0;
            for tile in block_on_stream(tiles) {
                take(tile)?;
                n_taken += 1;
            }
            return Ok(n_taken == n_jobs);
        }
        let per_job = self.sources_per_job(sources.len());
        let (n_jobs, job) = self.jobs((sources, per_job), request, work);
        let take = |tile| match take(tile) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        };
        let executor = &self.executor;
        match executor.for_each_in_order(n_jobs, &self.cancel, job, take) {
            ControlFlow::Continue(n_taken) => Ok(n_taken == n_jobs),
            ControlFlow::Break(error) => Err(error),
        }
    }

    /// Reads sources and computes what is in them, in their order.
    pub(super) fn run_tile(
        &self,
        sources: &[Source],
        request: &Request,
        (wanted, slot): (Wanted, Slot),
    ) -> Vec<Outcome> {
        let read = sources.iter().map(|source| Read {
            input: source.to_string().into(),
            bars: self.meter.read(|| source.read(request)),
        });
        let outcomes = self.evaluate_tile(read.collect(), wanted, slot.lane);
        for _ in sources {
            (self.on_source)();
        }
        outcomes
    }

    /// Computes what sources held, in their order.
    pub(super) fn evaluate_tile(
        &self,
        read: Vec<Read>,
        wanted: Wanted,
        lane: usize,
    ) -> Vec<Outcome> {
        let mut items: Vec<Result<(Arc<str>, Bars), Failure>> = Vec::new();
        for Read { input, bars } in read {
            match bars {
                Ok(all) => items.extend(all.into_iter().map(|bars| Ok((Arc::clone(&input), bars)))),
                Err(error) => items.push(Err(Failure {
                    input: input.to_string(),
                    ..error.into()
                })),
            }
        }
        let outputs = {
            let prices: Vec<Prices<'_>> = items
                .iter()
                .flatten()
                .map(|(_, bars)| Prices {
                    close: &bars.close,
                    source: bars.source.as_deref(),
                })
                .collect();
            let tile = Tile {
                plan: &self.plan,
                wanted,
                states: false,
                lane,
                series: &prices,
            };
            self.meter.compute(|| self.evaluate(&tile))
        };
        let mut outputs = outputs.into_iter();
        let outcome = |item: Result<(Arc<str>, Bars), Failure>| {
            let (input, bars) = item?;
            match outputs.next().expect("one output per series") {
                Ok(output) => Ok(Done {
                    input,
                    bars,
                    output,
                }),
                Err(error) => Err(Failure::of_series(&input, &bars, error)),
            }
        };
        items.into_iter().map(outcome).collect()
    }
}
