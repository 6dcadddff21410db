//! Where series stand, from the cache as far as it knows, and kept there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_cache::{BLOCK_VALUES, Explanation, Key, MissReason};
use atc_core::{Bar, Classifier, Gaps, Plan};

use super::beginnings::End;
use super::ending::{self, Kept};
use super::explain::SeriesExplained;
use super::facts::SeriesFacts;
use super::question::key_of_end;
use super::statistics::Counters;
use super::tile::Content;
use super::trail::{Name, STRIDE};
use super::{Asked, Cache, read, write};
use crate::engine::{Ending, Engine, EvaluateError, Prices, Tile, Wanted};

/// A question put to a cache by one lane.
#[derive(Clone, Debug)]
pub(super) struct Asking<'a> {
    pub(super) engine: &'a Engine,
    pub(super) cache: &'a Cache,
    pub(super) plan: &'a Arc<Plan>,
    pub(super) asked: Arc<Asked>,
    lane: usize,
    /// Whether every answer is kept with its state, however near the last one is.
    keeps_all: bool,
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
            keeps_all: true,
        }
    }

    /// For series that are at hand the next time as well: a state now and then will do.
    pub(super) fn of_memory(self) -> Self {
        Self {
            keeps_all: false,
            ..self
        }
    }

    /// The answer for a series that is not at hand, if it is known whole.
    pub(super) fn known(&self, facts: &SeriesFacts) -> Option<Ending> {
        let counters = &self.cache.counters;
        let name = facts.trail.end();
        if let Some(ending) = self.in_table(name) {
            counters.hit(None, facts.n_bars);
            return Some(ending);
        }
        if facts.trail.ends_at_anchor()
            && let Some(entry) = self.cache.store()?.get(&self.asked.question.key(name))
        {
            let Kept { ending, .. } = Kept::decode(&entry)?;
            self.tabulate(name, &ending);
            counters.hit(Some(entry.tier()), facts.n_bars);
            return Some(ending);
        }
        let ending = self.at_end(&facts.trail)?;
        self.tabulate(name, &ending);
        Counters::add(&counters.bars_saved, facts.n_bars);
        Some(ending)
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
        let evaluate = || self.engine.evaluate(&tile);
        let outputs = self.engine.meter.compute(evaluate);
        let took = begun.elapsed();
        Counters::add(&counters.computing_nanos, took.as_nanos() as usize);
        let cost = took / u32::try_from(missing.len()).unwrap_or(u32::MAX);
        for ((at, one), output) in missing.into_iter().zip(outputs) {
            answers[at] = Some(output.map(|output| {
                let ending = output.into_ending();
                Counters::add(&counters.computed, 1);
                Counters::add(&counters.bars_computed, one.prices.close.len());
                self.keep(one, &ending, cost);
                without_states(ending)
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
        let prices = &series.prices;
        let n_bars = prices.close.len();
        let name = series.content.name();
        if let Some(ending) = self.in_table(name) {
            counters.hit(None, n_bars);
            return Some(ending);
        }
        let mut keys = vec![self.asked.question.key(name)];
        let mut lengths = vec![n_bars];
        for (beginning, length) in self.beginnings(series) {
            keys.push(beginning);
            lengths.push(length);
        }
        let (at, entry) = self.cache.store()?.get_first(&keys)?;
        let kept = Kept::decode(&entry)?;
        if at == 0 {
            counters.hit(Some(entry.tier()), n_bars);
            self.tabulate(name, &kept.ending);
            return Some(kept.ending);
        }
        let from = lengths[at];
        let rest = Prices {
            close: &prices.close[from..],
            source: prices.source.map(|source| &source[from..]),
        };
        let is_kept = self.keeps_all || STRIDE < n_bars - from;
        let ending = self.go_on(kept.state, rest, is_kept)?;
        Counters::add(&counters.bars_saved, from);
        if is_kept {
            self.keep(series, &ending, entry.cost());
        } else {
            self.tabulate(name, &ending);
        }
        Some(without_states(ending))
    }

    /// Says where the answer for a series is, or why it is nowhere.
    pub(super) fn explain(&self, series: &SeriesFacts) -> SeriesExplained {
        let name = series.trail.end();
        let key = self.asked.question.key(name);
        let store = self.cache.store();
        SeriesExplained {
            symbol: series.symbol.clone(),
            fingerprint: name.close.to_string(),
            key: key.to_string(),
            in_table: self.in_table(name).is_some(),
            store: store.map_or(Explanation::Miss(MissReason::Unknown), |store| {
                store.explain(&key)
            }),
        }
    }

    fn in_table(&self, name: Name) -> Option<Ending> {
        let row = self.asked.question.row(name);
        ending::decode(read(&self.asked.readings).get(&row)?)
    }

    fn tabulate(&self, name: Name, ending: &Ending) {
        let row = self.asked.question.row(name);
        write(&self.asked.readings).insert(row, &ending::encode(ending));
    }

    /// Computes a few bars from a state; `None` if that is refused, by the state or by the bars.
    fn go_on(&self, state: &[u8], rest: Prices<'_>, with_state: bool) -> Option<Ending> {
        let begun = Instant::now();
        let mut classifier = Classifier::restore(Arc::clone(self.plan), state).ok()?;
        self.feed(&mut classifier, rest)?;
        self.count_prefix(begun, rest.close.len());
        Some(standing(&classifier, with_state))
    }

    /// Goes on with a few bars; `None` if they are refused.
    pub(super) fn feed(&self, classifier: &mut Classifier, rest: Prices<'_>) -> Option<()> {
        let skips = self.plan.params().gaps == Gaps::Skip;
        for (at, close) in rest.close.iter().enumerate() {
            let source = rest.source.map_or(*close, |source| source[at]);
            let is_there = close.is_finite() && source.is_finite();
            if is_there || !skips {
                classifier.update(Bar::with_source(*close, source).ok()?);
            }
        }
        Some(())
    }

    /// Counts a series that was computed from a state.
    pub(super) fn count_prefix(&self, begun: Instant, n_bars: usize) {
        let counters = &self.cache.counters;
        Counters::add(&counters.hits_prefix, 1);
        Counters::add(&counters.bars_computed, n_bars);
        let nanos = begun.elapsed().as_nanos() as usize;
        Counters::add(&counters.computing_nanos, nanos);
    }

    /// Keeps an answer, and where the series ended.
    fn keep(&self, series: &Series<'_>, ending: &Ending, cost: Duration) {
        let Series { content, prices } = series;
        let name = content.name();
        self.tabulate(name, ending);
        let whole = content.close.whole_blocks();
        // Without a whole block, what follows the last one is the series.
        let rest = &prices.close[whole * BLOCK_VALUES..];
        if let Some(beginning) = key_of_end(content, whole, rest) {
            write(self.cache.ends()).insert(beginning, &End::of(content).encode());
        }
        self.put(self.asked.question.key(name), ending, cost);
        if let Some(ending) = &ending.at_block {
            let key = self.asked.question.key_of_blocks(content, whole);
            self.put(key, ending, cost);
        }
    }

    pub(super) fn put(&self, key: Key, ending: &Ending, cost: Duration) {
        let Some(store) = self.cache.store() else {
            return;
        };
        let bytes = Kept::encode(ending);
        Counters::add(&self.cache.counters.kept, 1);
        Counters::add(&self.cache.counters.kept_bytes, bytes.len());
        store.insert(key, bytes, cost);
    }
}

/// Where a classifier stands.
pub(super) fn standing(classifier: &Classifier, with_state: bool) -> Ending {
    Ending {
        reading: classifier.reading(),
        last_flip: classifier.last_flip(),
        n_bars: classifier.n_bars(),
        state: with_state.then(|| classifier.snapshot()),
        at_block: None,
    }
}

/// An answer as every tier gives it.
fn without_states(mut ending: Ending) -> Ending {
    ending.state = None;
    ending.at_block = None;
    ending
}
