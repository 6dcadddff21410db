//! Many parameter sets over the same sources, each of which is read once.

use std::sync::{Arc, Mutex, PoisonError};

use atc_core::{Plan, Series, Sweep, SweepWorkspace, Swept, Trend};
use atc_parallel::Slot;

use super::cache::{Cache, Looked, Stands, SweptQuestion, SweptSource};
use super::dataset::{Bars, Request, Source};
use super::{Engine, EvaluateError, Failure};

/// Where one symbol stands at its last bar, under every parameter set.
#[derive(Clone, Debug, PartialEq)]
pub struct SweptSymbol {
    /// The symbol.
    pub symbol: String,
    /// The sets, in the order of the sweep.
    pub sets: Vec<SetStand>,
    /// The last close.
    pub close: f64,
    /// Time of the last bar, nanoseconds since 1970-01-01 UTC.
    pub time: Option<i64>,
    /// Bars that exist.
    pub n_bars: usize,
    /// The input as the user named it.
    pub input: String,
}

/// What one parameter set says of a symbol.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SetStand {
    /// What the average signal says.
    pub trend: Trend,
    /// The weighted vote of the six families, -1 ..= 1.
    pub average_signal: f64,
    /// Bars since the trend flipped last, 0 if the last bar is the flip; `None` without a flip.
    pub bars_since_flip: Option<usize>,
}

/// What a sweep found, in the order of the sources.
#[derive(Debug, Default)]
pub struct SweepScan {
    /// The symbols.
    pub symbols: Vec<SweptSymbol>,
    /// Inputs and symbols that failed.
    pub failed: Vec<Failure>,
    /// Whether a cancellation left sources out.
    pub is_cancelled: bool,
}

impl SweepScan {
    /// A digest of every bit of it, as 64 hexadecimal digits: the same whatever the executor, the number of
    /// threads and the processor.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for symbol in &self.symbols {
            hasher.update(&(symbol.symbol.len() as u64).to_le_bytes());
            hasher.update(symbol.symbol.as_bytes());
            hasher.update(&symbol.close.to_bits().to_le_bytes());
            for set in &symbol.sets {
                let since = set.bars_since_flip.map_or(u64::MAX, |bars| bars as u64);
                hasher.update(&set.average_signal.to_bits().to_le_bytes());
                hasher.update(&since.to_le_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// The parameter sets, and workspaces nobody is using.
struct Shop {
    cache: Option<(Arc<Cache>, SweptQuestion)>,
    sweep: Arc<Sweep>,
    spare: Mutex<Vec<SweepWorkspace>>,
}

impl Engine {
    /// Computes the last bar of every symbol in `sources` under every parameter set of `sweep`, on the processor.
    ///
    /// Each source is read once, and what sets have in common is computed once; see [`Sweep`]. With a cache, a sweep
    /// that was asked before is answered from it, and sources that have not changed are not opened. The engine's own
    /// plan and evaluator have no part in it. A source that fails does not affect the others.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use atc_cli::engine::{Engine, dataset::{Request, discover}};
    /// use atc_core::{Params, Plan, Sweep};
    ///
    /// let plan = |decay| Plan::new(Params { decay, ..Params::default() });
    /// let sweep = Arc::new(Sweep::new([plan(0.0)?, plan(0.03)?, plan(0.1)?])?);
    /// let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
    /// let engine = Engine::builder(Arc::clone(&sweep.plans()[0])).build()?;
    /// let sources = discover(&[folder.to_owned()]).sources;
    /// let swept = engine.sweep(sources, &Request::default(), &sweep);
    /// assert_eq!((swept.symbols.len(), swept.symbols[0].sets.len()), (5, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sweep(&self, sources: Vec<Source>, request: &Request, sweep: &Arc<Sweep>) -> SweepScan {
        let _first = self.goes_first();
        let cache = self.cache.as_ref();
        let shop = Arc::new(Shop {
            cache: cache.map(|cache| (Arc::clone(cache), SweptQuestion::new(sweep))),
            sweep: Arc::clone(sweep),
            spare: Mutex::default(),
        });
        let work = move |engine: &Self, tile: &[Source], request: &Request, _: Slot| {
            let outcomes = match &shop.cache {
                Some(cache) => shop.cached_tile(engine, tile, request, cache),
                None => shop.tile(engine, tile, request),
            };
            for _ in tile {
                (engine.on_source)();
            }
            outcomes
        };
        let mut scan = SweepScan::default();
        for tile in self.run_tiles(sources.into(), request, work) {
            scan.is_cancelled |= tile.is_none();
            for outcome in tile.into_iter().flatten() {
                match outcome {
                    Ok(symbol) => scan.symbols.push(symbol),
                    Err(failure) => scan.failed.push(failure),
                }
            }
        }
        scan
    }
}

impl Shop {
    /// Reads a tile of sources and computes what is in them, in their order.
    fn tile(
        &self,
        engine: &Engine,
        sources: &[Source],
        request: &Request,
    ) -> Vec<Result<SweptSymbol, Failure>> {
        let mut symbols: Vec<Result<(String, Bars), Failure>> = Vec::new();
        for source in sources {
            let input = source.to_string();
            match engine.meter.read(|| source.read(request)) {
                Ok(all) => symbols.extend(all.into_iter().map(|bars| Ok((input.clone(), bars)))),
                Err(error) => symbols.push(Err(Failure {
                    input,
                    ..error.into()
                })),
            }
        }
        let bars: Vec<&Bars> = symbols.iter().flatten().map(|(_, bars)| bars).collect();
        let mut stands = self.checked(engine, &bars).into_iter();
        drop(bars);
        let outcome = |symbol: Result<(String, Bars), Failure>| {
            let (input, bars) = symbol?;
            let stands = stands.next().expect("an answer for each series");
            let stands = stands.map_err(|error| Failure::of_series(&input, &bars, error))?;
            let last = bars.last();
            Ok(SweptSymbol::new(input, bars.symbol, last, stands))
        };
        symbols.into_iter().map(outcome).collect()
    }

    /// As [`tile`](Self::tile), asking the cache first.
    fn cached_tile(
        &self,
        engine: &Engine,
        sources: &[Source],
        request: &Request,
        (cache, question): &(Arc<Cache>, SweptQuestion),
    ) -> Vec<Result<SweptSymbol, Failure>> {
        let plans = self.sweep.plans();
        let looked = Looked::at_all(cache, sources, request);
        let see = |looked| engine.see_swept(cache, looked, (question, plans));
        let seen: Vec<Result<SweptSource, Failure>> = looked.iter().map(see).collect();
        let at_hand: Vec<_> = seen
            .iter()
            .flatten()
            .flat_map(SweptSource::at_hand)
            .collect();
        let known = |(_, name): &(&Bars, _)| cache.swept(question, plans, *name);
        let known: Vec<Option<Stands>> = at_hand.iter().map(known).collect();
        let missing = at_hand
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none());
        let missing: Vec<&Bars> = missing.map(|((bars, _), _)| *bars).collect();
        let mut computed = self.checked(engine, &missing).into_iter();
        let answer = |(known, (_, name)): (Option<Stands>, &(&Bars, _))| {
            known.map_or_else(
                || {
                    let stands = computed.next().expect("an answer for each series")?;
                    cache.keep_swept(question, *name, &stands);
                    Ok(stands)
                },
                Ok,
            )
        };
        let answers: Vec<Result<Stands, EvaluateError>> =
            known.into_iter().zip(&at_hand).map(answer).collect();
        drop(at_hand);
        let mut answers = answers.into_iter();
        let mut symbols = Vec::with_capacity(sources.len());
        for (source, seen) in sources.iter().zip(seen) {
            let input = source.to_string();
            match seen {
                Err(failure) => symbols.push(Err(failure)),
                Ok(SweptSource::Known(series)) => symbols.extend(series.into_iter().map(|one| {
                    let (symbol, stands) = (one.symbol, one.stands);
                    Ok(SweptSymbol::new(input.clone(), symbol, one.last, stands))
                })),
                Ok(seen) => symbols.extend(seen.at_hand().map(|(bars, _)| {
                    let answer = answers.next().expect("an answer for each series");
                    let failed = |error| Failure::of_series(&input, bars, error);
                    let stands = answer.map_err(failed)?;
                    let symbol = bars.symbol.clone();
                    Ok(SweptSymbol::new(input.clone(), symbol, bars.last(), stands))
                })),
            }
        }
        symbols
    }

    /// What each set says of each series, or why it is refused.
    fn checked(&self, engine: &Engine, bars: &[&Bars]) -> Vec<Result<Stands, EvaluateError>> {
        let mut series: Vec<Series<'_>> = Vec::new();
        let mut refused: Vec<Option<EvaluateError>> = Vec::new();
        for bars in bars {
            let checked = self.sweep.series(&bars.close, bars.source.as_deref());
            refused.push(match checked {
                Ok(one) => {
                    series.push(one);
                    None
                }
                Err(error) => Some(EvaluateError::Refused(error)),
            });
        }
        let mut stands = engine.meter.compute(|| self.compute(&series)).into_iter();
        let answer = |refused: Option<EvaluateError>| match refused {
            Some(error) => Err(error),
            None => Ok(stands.next().expect("sets for each series")),
        };
        refused.into_iter().map(answer).collect()
    }

    /// Bars of each series, and what each set says of it.
    fn compute(&self, series: &[Series<'_>]) -> Vec<Stands> {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let workspace = spare().pop();
        let mut workspace =
            workspace.unwrap_or_else(|| SweepWorkspace::new(Arc::clone(&self.sweep)));
        let plans = self.sweep.plans();
        let blank = SetStand {
            trend: Trend::Neutral,
            average_signal: f64::NAN,
            bars_since_flip: None,
        };
        let mut stands = vec![(0, vec![blank; plans.len()]); series.len()];
        workspace.last(series, |set, at, end| {
            let (n_bars, sets) = &mut stands[at];
            *n_bars = end.n_bars();
            sets[set] = SetStand::new(&plans[set], &end);
        });
        spare().push(workspace);
        stands
    }
}

impl SetStand {
    fn new(plan: &Plan, end: &Swept) -> Self {
        let reading = end.reading();
        let average_signal = reading.map_or(f64::NAN, |reading| reading.average_signal);
        Self {
            trend: Trend::of(plan, average_signal),
            average_signal,
            bars_since_flip: end.last_flip().map(|flip| end.n_bars() - 1 - flip.bar),
        }
    }
}

impl SweptSymbol {
    fn new(
        input: String,
        symbol: String,
        last: Option<(f64, Option<i64>)>,
        (n_bars, sets): Stands,
    ) -> Self {
        Self {
            close: last.map_or(f64::NAN, |(close, _)| close),
            time: last.and_then(|(_, time)| time),
            n_bars,
            symbol,
            sets,
            input,
        }
    }
}
