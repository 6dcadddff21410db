//! Where series stand, from the cache as far as it knows, and kept there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_cache::{BLOCK_VALUES, Explanation, Key, MissReason, Tier};
use atc_core::{Bar, Classifier, Gaps, Plan};

use super::beginnings::End;
use super::ending::{self, Kept};
use super::explain::SeriesExplained;
use super::facts::{Content, SeriesFacts};
use super::question::key_of_end;
use super::statistics::Counters;
use super::{Asked, Cache, read, write};
use crate::engine::{Ending, Engine, EvaluateError, Output, Prices, Tile, Wanted};

/// A question put to a cache by one lane.
#[derive(Clone, Debug)]
pub(super) struct Asking<'a> {
    pub(super) engine: &'a Engine,
    pub(super) cache: &'a Cache,
    plan: &'a Arc<Plan>,
    pub(super) asked: Arc<Asked>,
    lane: usize,
}

/// A series at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series<'a> {
    pub(super) prices: Prices<'a>,
    pub(super) content: &'a Content,
}

impl<'a> Asking<'a> {
    pub(super) fn new(
        engine: &'a Engine,
        cache: &'a Cache,
        plan: &'a Arc<Plan>,
        lane: usize,
    ) -> Self {
        Self {
            engine,
            cache,
            plan,
            asked: cache.asked(plan, engine.evaluator.version()),
            lane,
        }
    }

    /// The answer for a series that is not at hand, if it is known whole, and the tier it was in.
    pub(super) fn known(&self, content: &Content) -> Option<(Ending, Option<Tier>)> {
        let key = self.asked.question.key(content);
        if let Some(ending) = self.in_table(&key) {
            return Some((ending, None));
        }
        let entry = self.cache.store()?.get(&key)?;
        let kept = Kept::decode(&entry)?;
        write(&self.asked.readings).insert(key, &ending::encode(&kept.ending));
        Some((kept.ending, Some(entry.tier())))
    }

    /// The entry of a whole series, with the state to go on from.
    pub(super) fn entry(&self, content: &Content) -> Option<Kept> {
        let entry = self.cache.store()?.get(&self.asked.question.key(content))?;
        Kept::decode(&entry).filter(|kept| !kept.state.is_empty())
    }

    /// The answers for series that are at hand; what is not known is computed, all at once.
    pub(super) fn answers(&self, series: &[Series<'_>]) -> Vec<Result<Ending, EvaluateError>> {
        let counters = &self.cache.counters;
        let mut answers: Vec<_> = series.iter().map(|one| self.find(one).map(Ok)).collect();
        let missing = |(at, _): &(usize, _)| answers[*at].is_none();
        let missing: Vec<(usize, &Series<'_>)> =
            series.iter().enumerate().filter(missing).collect();
        if missing.is_empty() {
            return answers.into_iter().flatten().collect();
        }
        let prices: Vec<Prices<'_>> = missing.iter().map(|(_, one)| one.prices).collect();
        let begun = Instant::now();
        let tile = Tile {
            plan: self.plan,
            wanted: Wanted::Last,
            states: true,
            lane: self.lane,
            series: &prices,
        };
        let evaluate = || self.engine.evaluator.evaluate(&tile);
        let outputs = self.engine.meter.compute(evaluate);
        let took = begun.elapsed();
        Counters::add(&counters.computing_nanos, took.as_nanos() as usize);
        let cost = took / u32::try_from(missing.len()).unwrap_or(u32::MAX);
        for ((at, one), output) in missing.into_iter().zip(outputs) {
            answers[at] = Some(output.map(|output| {
                let Output::Last(ending) = output else {
                    unreachable!("endings were asked for")
                };
                Counters::add(&counters.computed, 1);
                Counters::add(&counters.bars_computed, one.prices.close.len());
                self.keep(one.content, tails(one), &ending, cost);
                without_states(*ending)
            }));
        }
        let answers: Vec<Result<Ending, EvaluateError>> = answers.into_iter().flatten().collect();
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        Counters::add(&counters.refused, refused);
        answers
    }

    /// The answer for a series at hand, if it or enough of its beginning is known.
    fn find(&self, series: &Series<'_>) -> Option<Ending> {
        let counters = &self.cache.counters;
        let (content, prices) = (series.content, &series.prices);
        let n_bars = prices.close.len();
        let key = self.asked.question.key(content);
        if let Some(ending) = self.in_table(&key) {
            counters.hit(None, n_bars);
            return Some(ending);
        }
        let mut keys = vec![key];
        let mut lengths = vec![n_bars];
        for (beginning, length) in self.beginnings(series) {
            keys.push(beginning);
            lengths.push(length);
        }
        let (at, entry) = self.cache.store()?.get_first(&keys)?;
        let kept = Kept::decode(&entry)?;
        if at == 0 {
            counters.hit(Some(entry.tier()), n_bars);
            write(&self.asked.readings).insert(key, &ending::encode(&kept.ending));
            return Some(kept.ending);
        }
        let from = lengths[at];
        let rest = Prices {
            close: &prices.close[from..],
            source: prices.source.map(|source| &source[from..]),
        };
        let ending = self.go_on(&kept.state, rest)?;
        Counters::add(&counters.bars_saved, from);
        self.keep(content, tails(series), &ending, entry.cost());
        Some(without_states(ending))
    }

    /// Says where the answer for a series is, or why it is nowhere.
    pub(super) fn explain(&self, series: &SeriesFacts) -> SeriesExplained {
        let key = self.asked.question.key(&series.content);
        let store = self.cache.store();
        SeriesExplained {
            symbol: series.symbol.clone(),
            fingerprint: series.content.close.fingerprint().to_string(),
            key: key.to_string(),
            in_table: self.in_table(&key).is_some(),
            store: store.map_or(Explanation::Miss(MissReason::Unknown), |store| {
                store.explain(&key)
            }),
        }
    }

    fn in_table(&self, key: &Key) -> Option<Ending> {
        ending::decode(read(&self.asked.readings).get(key)?)
    }

    /// Computes a few bars from a state; `None` if that is refused, by the state or by the bars.
    pub(super) fn go_on(&self, state: &[u8], rest: Prices<'_>) -> Option<Ending> {
        let begun = Instant::now();
        let mut classifier = Classifier::restore(Arc::clone(self.plan), state).ok()?;
        let skips = self.plan.params().gaps == Gaps::Skip;
        for (at, close) in rest.close.iter().enumerate() {
            let source = rest.source.map_or(*close, |source| source[at]);
            let is_there = close.is_finite() && source.is_finite();
            if is_there || !skips {
                classifier.update(Bar::with_source(*close, source).ok()?);
            }
        }
        let counters = &self.cache.counters;
        Counters::add(&counters.hits_prefix, 1);
        Counters::add(&counters.bars_computed, rest.close.len());
        let nanos = begun.elapsed().as_nanos() as usize;
        Counters::add(&counters.computing_nanos, nanos);
        Some(Ending {
            reading: classifier.reading(),
            last_flip: classifier.last_flip(),
            n_bars: classifier.n_bars(),
            state: Some(classifier.snapshot()),
            at_block: None,
        })
    }

    /// Keeps an answer, and where the series ended; `partial` is what follows its last whole block.
    pub(super) fn keep(
        &self,
        content: &Content,
        partial: Prices<'_>,
        ending: &Ending,
        cost: Duration,
    ) {
        let key = self.asked.question.key(content);
        write(&self.asked.readings).insert(key, &ending::encode(ending));
        let whole = content.close.whole_blocks();
        // Without a whole block, what follows the last one is the series.
        if let Some(beginning) = key_of_end(content, whole, partial.close) {
            write(self.cache.ends()).insert(beginning, &End::of(content).encode());
        }
        self.put(key, ending, partial, cost);
        if let Some(ending) = &ending.at_block {
            let key = self.asked.question.key_of_blocks(content, whole);
            let nothing = Prices {
                close: &[],
                source: partial.source.map(|_| &[][..]),
            };
            self.put(key, ending, nothing, cost);
        }
    }

    fn put(&self, key: Key, ending: &Ending, partial: Prices<'_>, cost: Duration) {
        let Some(store) = self.cache.store() else {
            return;
        };
        let state = ending.state.as_ref().map(|state| state.as_bytes().to_vec());
        let kept = Kept {
            ending: ending.clone(),
            state: state.unwrap_or_default(),
            partial: (partial.close.to_vec(), partial.source.map(<[f64]>::to_vec)),
        };
        let bytes = kept.encode();
        Counters::add(&self.cache.counters.kept, 1);
        Counters::add(&self.cache.counters.kept_bytes, bytes.len());
        store.insert(key, bytes, cost);
    }
}

/// An answer as every tier gives it.
fn without_states(mut ending: Ending) -> Ending {
    ending.state = None;
    ending.at_block = None;
    ending
}

/// What follows the last whole block.
fn tails<'a>(series: &Series<'a>) -> Prices<'a> {
    let from = series.content.close.whole_blocks() * BLOCK_VALUES;
    Prices {
        close: &series.prices.close[from..],
        source: series.prices.source.map(|source| &source[from..]),
    }
}
