//! One tile of sources through the cache.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use atc_cache::Chain;
use atc_core::Plan;

use super::answers::{Asking, Series};
use super::facts::{Facts, SeriesFacts};
use super::looked::Looked;
use super::see::Seen;
use super::statistics::Counters;
use super::trail::Name;
use super::{Cache, read, write};
use crate::engine::dataset::{Bars, Marked};
use crate::engine::{Ending, Engine, EvaluateError, Failure, Prices};

/// Where one symbol stands.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Stand {
    /// The input as the user named it.
    pub(in crate::engine) input: Arc<str>,
    pub(in crate::engine) symbol: String,
    /// Close and time of the last bar that exists.
    pub(in crate::engine) last: Option<(f64, Option<i64>)>,
    pub(in crate::engine) ending: Ending,
}

/// What a source was found to hold.
pub(in crate::engine) struct Have(pub(super) Vec<Held>);

/// A series at hand.
pub(super) struct Held {
    pub(super) bars: Bars,
    pub(super) content: Content,
    pub(super) facts: SeriesFacts,
}

/// Who a series at hand is: the chains of its closes and of what its averages are taken of.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Content {
    pub(super) close: Chain,
    pub(super) source: Option<Chain>,
}

impl Content {
    fn of(prices: Prices<'_>) -> Self {
        Self {
            close: Chain::of(prices.close),
            source: prices.source.map(Chain::of),
        }
    }

    pub(super) fn name(&self) -> Name {
        Name::of(&self.close, self.source.as_ref())
    }
}

impl Held {
    pub(super) fn of(bars: Bars) -> Self {
        let content = Content::of(prices(&bars));
        Self {
            facts: SeriesFacts::of(&bars, content.name()),
            content,
            bars,
        }
    }
}

pub(super) fn prices(bars: &Bars) -> Prices<'_> {
    Prices {
        close: &bars.close,
        source: bars.source.as_deref(),
    }
}

impl Engine {
    /// Where the symbols of a tile stand under `plan`, in the order of the sources.
    pub(in crate::engine) fn stands(
        &self,
        cache: &Cache,
        plan: &Arc<Plan>,
        looked: &[Looked<'_>],
        lane: usize,
    ) -> Vec<Result<Stand, Failure>> {
        let asking = Asking::new(self, cache, plan, lane);
        let glance = asking.glance(looked);
        if glance.is_all() {
            return glance.stands;
        }
        let seen = asking.see_all(looked, glance);
        let at_hand: Vec<Series<'_>> = seen.iter().flat_map(Seen::series).collect();
        let mut answers = asking.answers(&at_hand).into_iter();
        let mut stands = Vec::with_capacity(seen.len());
        for one in seen {
            match one {
                Seen::Stands(all) => stands.extend(all),
                Seen::Failed(failure) => stands.push(Err(failure)),
                Seen::Read(looked, have) => {
                    for Held { bars, facts, .. } in &have.0 {
                        let answer = answers.next().expect("an answer for each series");
                        let told = (facts.symbol.clone(), facts.last);
                        let stand = |ending| Stand::new(looked, told, ending);
                        let failed = |error| Failure::of_series(&looked.input, bars, error);
                        stands.push(answer.map(stand).map_err(failed));
                    }
                }
            }
        }
        stands
    }
}

impl Engine {
    /// Where series in memory stand.
    pub(in crate::engine) fn endings_through(
        &self,
        cache: &Cache,
        series: &[Prices<'_>],
    ) -> Vec<Result<Ending, EvaluateError>> {
        let content = |prices: &Prices<'_>| Content::of(*prices);
        let contents: Vec<Content> = series.iter().map(content).collect();
        let pairs = series.iter().zip(&contents);
        let series: Vec<Series<'_>> = pairs
            .map(|(prices, content)| Series {
                prices: *prices,
                content,
            })
            .collect();
        let asking = Asking::new(self, cache, &self.plan, 0).of_memory();
        asking.answers(&series)
    }
}

impl Stand {
    /// Where a series of this symbol stands, whose last bar has this close and time.
    pub(super) fn new(
        looked: &Looked<'_>,
        (symbol, last): (String, Option<(f64, Option<i64>)>),
        ending: Ending,
    ) -> Self {
        Self {
            input: Arc::clone(&looked.input),
            symbol,
            last,
            ending,
        }
    }
}

impl Engine {
    /// Reads a source, and remembers what it holds; it has not changed since `unchanged` was known of it.
    pub(super) fn open_source(
        &self,
        cache: &Cache,
        looked: &Looked<'_>,
        unchanged: Option<Facts>,
    ) -> Result<Arc<Have>, Failure> {
        Counters::add(&cache.counters.sources_opened, 1);
        let fetched = self
            .meter
            .read(|| looked.source.fetch_blocking(looked.request));
        let source = fetched.as_ref().unwrap_or(looked.source);
        let marked = self.meter.read(|| source.read_marked(looked.request));
        let Marked { bars, resume } = marked.map_err(|error| Failure {
            input: looked.source.to_string(),
            ..error.into()
        })?;
        let held: Vec<Held> = bars.into_iter().map(Held::of).collect();
        let mut facts = Facts {
            series: held.iter().map(|held| held.facts.clone()).collect(),
            resume,
        };
        if let (Some(old), [new]) = (unchanged, facts.series.as_mut_slice())
            && let Ok([old]) = <[SeriesFacts; 1]>::try_from(old.series)
        {
            new.trail.join(old.trail);
        }
        match &fetched {
            Some(source) => cache.record(&Looked::at(cache, source, looked.request), &facts),
            None => cache.record(looked, &facts),
        }
        let have = looked.have.get_or_init(|| Arc::new(Have(held)));
        Ok(Arc::clone(have))
    }
}

impl Cache {
    /// How many sources are recorded.
    pub(in crate::engine) fn n_known(&self) -> usize {
        read(self.index()).len()
    }

    /// Remembers what a source holds, by how it looked before it was opened.
    pub(super) fn record(&self, looked: &Looked<'_>, facts: &Facts) {
        self.record_all([(looked, facts)]);
    }

    /// As [`record`](Self::record), of several sources.
    pub(super) fn record_all<'a>(
        &self,
        all: impl IntoIterator<Item = (&'a Looked<'a>, &'a Facts)>,
    ) {
        let mut bytes = Vec::with_capacity(512);
        let mut index = write(self.index());
        for (looked, facts) in all {
            for series in &facts.series {
                self.note(series.interval);
            }
            if let Some((location, stamp)) = &looked.place {
                bytes.clear();
                facts.encode(&mut bytes);
                index.record(location, stamp.clone(), &bytes[..]);
            }
        }
    }

    /// Remembers the shortest time between bars.
    pub(super) fn note(&self, interval: Option<i64>) {
        let known = self.interval.load(Relaxed);
        if let Some(interval) = interval.filter(|interval| (1..known).contains(interval)) {
            self.interval.fetch_min(interval, Relaxed);
        }
    }
}
