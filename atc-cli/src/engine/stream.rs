//! Reads that overlap: a bounded number of sources is fetched while others are computed.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use atc_parallel::{Control, ExecutorExt, InFlight, Slot, TokioPool};
use futures::stream::{BoxStream, Stream, StreamExt};
use futures::{FutureExt, future};
use tokio::runtime::Handle;

use super::dataset::{Bars, Request, Source};
use super::run::{Outcome, TileWork};
use super::{Engine, Failure, Output, Wanted};

/// A symbol that was read and computed.
#[derive(Clone, Debug)]
pub struct Classified {
    /// The input as the user named it.
    pub input: Arc<str>,
    /// What was read.
    pub bars: Bars,
    /// What was computed of it.
    pub output: Output,
}

/// Where and how many reads overlap, for an engine that waits on its caller's thread.
#[derive(Clone, Debug)]
pub(super) struct Overlap {
    pub(super) runtime: Handle,
    pub(super) in_flight: usize,
    /// Whether what the cache knows to be unchanged is left where it is.
    pub(super) skips_known: bool,
}

/// The results of [`Engine::classify_stream`].
#[must_use = "sources are read when the stream is polled"]
pub struct ClassifyStream {
    results: BoxStream<'static, Result<Classified, Failure>>,
}

impl Stream for ClassifyStream {
    type Item = Result<Classified, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.results.poll_next_unpin(cx)
    }
}

impl fmt::Debug for ClassifyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClassifyStream").finish_non_exhaustive()
    }
}

impl Engine {
    /// Reads and computes sources inside an async program: one result per symbol, in the order of the
    /// sources; an input that fails gives an error in its place.
    ///
    /// Up to `in_flight` sources (at least one) are fetched, computed or waiting to be taken: a reader that is
    /// slow holds up the reads, not memory. Requests are tasks of the runtime that calls this; what
    /// computes or reads disks runs on its blocking threads and the engine's executor, so the
    /// runtime is never blocked, and no second one is started. Dropping the stream ends the requests.
    ///
    /// # Panics
    ///
    /// If it is called outside of a tokio runtime with the time and I/O drivers. Polling it raises
    /// the panic of a job again.
    ///
    /// ```
    /// use atc_cli::engine::{Engine, Wanted, dataset::{Request, discover}};
    /// use atc_core::{Params, Plan};
    /// use futures::StreamExt;
    ///
    /// # let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
    /// # let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    /// # runtime.block_on(async {
    /// let engine = Engine::builder(Plan::new(Params::default())?).build()?;
    /// let sources = discover(&[folder.to_owned()]).sources;
    /// let mut results = engine.classify_stream(sources, &Request::default(), Wanted::Columns, 16);
    /// while let Some(result) = results.next().await {
    ///     let done = result?;
    ///     println!("{}: {} bars", done.bars.symbol, done.bars.len());
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn classify_stream(
        &self,
        sources: Vec<Source>,
        request: &Request,
        wanted: Wanted,
        in_flight: usize,
    ) -> ClassifyStream {
        let overlap = Overlap {
            runtime: Handle::current(),
            in_flight,
            skips_known: false,
        };
        let work = move |engine: &Self, tile: &[Source], request: &Request, slot: Slot| {
            engine.run_tile(tile, request, (wanted, slot))
        };
        let (_, tiles) = self.stream_tiles(&overlap, sources.into(), request, work);
        let results = tiles.flat_map(futures::stream::iter);
        let results = results.map(|outcome: Outcome| {
            outcome.map(|done| Classified {
                input: done.input,
                bars: done.bars,
                output: done.output,
            })
        });
        ClassifyStream {
            results: results.boxed(),
        }
    }

    /// How many tiles there are, and what `work` makes of each, in order.
    pub(super) fn stream_tiles<T: Send + 'static>(
        &self,
        overlap: &Overlap,
        sources: Arc<Vec<Source>>,
        request: &Request,
        work: impl TileWork<T>,
    ) -> (usize, BoxStream<'static, T>) {
        let in_flight = overlap.in_flight.max(1);
        let per_job = self.sources_per_job(sources.len()).min(in_flight);
        let n_jobs = sources.len().div_ceil(per_job);
        let (engine, handle) = (self.clone(), overlap.runtime.clone());
        let request = request.clone();
        let skips_known = overlap.skips_known;
        let job = move |number: usize| {
            let first = number * per_job;
            let tile = sources[first..sources.len().min(first + per_job)].to_vec();
            let (engine, request, work) = (engine.clone(), request.clone(), work.clone());
            let handle = handle.clone();
            async move {
                let fetched = tile.iter().map(async |source| {
                    if !source.is_remote() {
                        return source.clone();
                    }
                    if let Some(cache) = engine.cache.as_ref().filter(|_| skips_known)
                        && let Some(unchanged) = cache.unchanged_object(source, &request).await
                    {
                        return unchanged;
                    }
                    engine.meter.fetch(source.fetch(&request)).await
                });
                let fetched = future::join_all(fetched).await;
                let compute = move || {
                    // One job: its lane is not shared with what else the executor runs.
                    let executor = Arc::clone(&engine.executor);
                    let kept = executor.map(1, move |slot| work(&engine, &fetched, &request, slot));
                    kept.into_iter().next().expect("one job, one result")
                };
                handle.spawn_blocking(compute).await
            }
        };
        let control = Control::new().cancel_with(&self.cancel);
        let window = InFlight::in_order(in_flight / per_job);
        let tiles = TokioPool::with_handle(overlap.runtime.clone(), 1)
            .run_async(n_jobs, window, &control, move |slot| job(slot.job).boxed())
            .map(|(_, result)| match result {
                Ok(Ok(tile)) => tile,
                Ok(Err(error)) => match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(error) => panic!("{error}"),
                },
                Err(error) => panic!("{error}"),
            })
            .boxed();
        (n_jobs, tiles)
    }
}
