//! One tile of sources through the cache.

use std::sync::{Arc, atomic::Ordering::Relaxed};

use atc_cache::{Chain, ChainBuilder, Known, Tier};
use atc_core::Plan;

use super::answers::{Asking, Series};
use super::facts::{Content, Facts, SeriesFacts};
use super::looked::Looked;
use super::statistics::Counters;
use super::{Cache, Trust, read, write};
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

/// What became of a source before anything is evaluated.
enum Seen {
    Stands(Vec<Stand>),
    Failed(Failure),
    /// It had to be read.
    Read(Arc<str>, Arc<Have>),
}

/// What a source was found to hold.
pub(super) struct Have {
    bars: Vec<Bars>,
    facts: Vec<SeriesFacts>,
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
        let seen: Vec<Seen> = looked.iter().map(|looked| asking.see(looked)).collect();
        let at_hand: Vec<Series<'_>> = seen.iter().flat_map(Seen::series).collect();
        let mut answers = asking.answers(&at_hand).into_iter();
        let mut stands = Vec::with_capacity(seen.len());
        for one in seen {
            match one {
                Seen::Stands(all) => stands.extend(all.into_iter().map(Ok)),
                Seen::Failed(failure) => stands.push(Err(failure)),
                Seen::Read(input, have) => {
                    for (bars, facts) in have.bars.iter().zip(&have.facts) {
                        let answer = answers.next().expect("an answer for each series");
                        let stand = |ending| Stand::new(&input, facts, ending);
                        let failed = |error| Failure::of_series(&input, bars, error);
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
        let content = |prices: &Prices<'_>| Content::of(prices.close, prices.source);
        let contents: Vec<Content> = series.iter().map(content).collect();
        let pairs = series.iter().zip(&contents);
        let series: Vec<Series<'_>> = pairs
            .map(|(prices, content)| Series {
                prices: *prices,
                content,
            })
            .collect();
        Asking::new(self, cache, &self.plan, 0).answers(&series)
    }
}

impl Stand {
    fn new(input: &Arc<str>, facts: &SeriesFacts, ending: Ending) -> Self {
        Self {
            input: Arc::clone(input),
            symbol: facts.symbol.clone(),
            last: facts.last,
            ending,
        }
    }
}

impl Seen {
    fn series(&self) -> impl Iterator<Item = Series<'_>> {
        let (bars, facts): (&[Bars], &[SeriesFacts]) = match self {
            Self::Read(_, have) => (&have.bars, &have.facts),
            _ => (&[], &[]),
        };
        bars.iter().zip(facts).map(|(bars, facts)| Series {
            prices: Prices {
                close: &bars.close,
                source: bars.source.as_deref(),
            },
            content: &facts.content,
        })
    }
}

impl Asking<'_> {
    /// Looks at a source, and opens it only if that is not enough.
    fn see(&self, looked: &Looked<'_>) -> Seen {
        let counters = &self.cache.counters;
        if let Some(have) = looked.have.get() {
            return Seen::Read(looked.input(), Arc::clone(have));
        }
        if let Some((location, stamp)) = looked
            .place
            .as_ref()
            .filter(|_| self.cache.trust != Trust::Nothing)
        {
            let known = read(&self.cache.index).look_up(location, stamp);
            let stands = match known {
                Known::Unchanged(facts) => Facts::decode(&facts).and_then(|facts| {
                    let stands = self.stands_of(&facts, looked)?;
                    Counters::add(&counters.sources_unchanged, 1);
                    Some(stands)
                }),
                Known::Racy(facts) => {
                    Facts::decode(&facts).and_then(|facts| self.unless_changed(&facts, looked))
                }
                Known::Grown { facts, length } => Facts::decode(&facts)
                    .filter(|facts| facts.resume.is_some_and(|then| then.seal.length == length))
                    .and_then(|facts| self.grown(&facts, looked)),
                Known::Nothing | Known::Changed => None,
            };
            if let Some(stands) = stands {
                return Seen::Stands(stands);
            }
        }
        Counters::add(&counters.sources_opened, 1);
        let meter = &self.engine.meter;
        let fetched = meter.read(|| looked.source.fetch_blocking(looked.request));
        let source = fetched.as_ref().unwrap_or(looked.source);
        match meter.read(|| source.read_marked(looked.request)) {
            Ok(Marked { bars, resume }) => {
                let facts = Facts::of(&bars, resume);
                match &fetched {
                    Some(source) => {
                        let fetched = Looked::at(self.cache, source, looked.request);
                        self.record(&fetched, &facts);
                    }
                    None => self.record(looked, &facts),
                }
                let facts = facts.series;
                let have = looked.have.get_or_init(|| Arc::new(Have { bars, facts }));
                Seen::Read(looked.input(), Arc::clone(have))
            }
            Err(error) => Seen::Failed(Failure {
                input: looked.source.to_string(),
                ..error.into()
            }),
        }
    }

    /// The answers for all series of a source that is not opened, if all are known.
    fn stands_of(&self, facts: &Facts, looked: &Looked<'_>) -> Option<Vec<Stand>> {
        let known = |series: &SeriesFacts| self.known(&series.content);
        let known: Vec<(Ending, Option<Tier>)> =
            facts.series.iter().map(known).collect::<Option<_>>()?;
        let input = looked.input();
        let stand = |((ending, tier), series): ((Ending, Option<Tier>), &SeriesFacts)| {
            let n_bars = series.content.close.n_values();
            self.cache.counters.hit(tier, n_bars);
            self.cache.note(series.interval);
            Stand::new(&input, series, ending)
        };
        Some(known.into_iter().zip(&facts.series).map(stand).collect())
    }

    /// The answers for a source that may have changed unseen, if its bytes have not.
    fn unless_changed(&self, facts: &Facts, looked: &Looked<'_>) -> Option<Vec<Stand>> {
        if !looked.source.is_as_it_was(facts.resume.as_ref()?) {
            return None;
        }
        self.record(looked, facts);
        let stands = self.stands_of(facts, looked)?;
        Counters::add(&self.cache.counters.sources_opened, 1);
        Counters::add(&self.cache.counters.sources_equal, 1);
        Some(stands)
    }

    /// The answer for a text that has grown, if it was only appended to and its state is known.
    fn grown(&self, facts: &Facts, looked: &Looked<'_>) -> Option<Vec<Stand>> {
        let [old] = facts.series.as_slice() else {
            return None;
        };
        let (then, last) = (facts.resume?, old.last?);
        let entry = self.entry(&old.content)?;
        let appended = match self.cache.trust {
            Trust::Appends => looked
                .source
                .read_only_appended(looked.request, &then, last)?,
            _ => looked.source.read_appended(looked.request, &then, last)?,
        };
        let [bars] = appended.bars.as_slice() else {
            return None;
        };
        let (close, mut partial) = lengthened(&old.content.close, &entry.partial.0, &bars.close)?;
        let chain = old.content.source.as_ref();
        let more = chain
            .zip(entry.partial.1.as_deref())
            .zip(bars.source.as_deref());
        let source = more.map(|((chain, partial), more)| lengthened(chain, partial, more));
        if old.content.source.is_some() && !source.as_ref().is_some_and(Option::is_some) {
            return None;
        }
        let (source, partial_source) = source.flatten().unzip();
        let new = Facts {
            series: vec![SeriesFacts {
                content: Content { close, source },
                last: SeriesFacts::of(bars).last.or(old.last),
                ..old.clone()
            }],
            resume: appended.resume,
        };
        let ending = self.go_on(
            &entry.state,
            Prices {
                close: &bars.close,
                source: bars.source.as_deref(),
            },
        )?;
        let counters = &self.cache.counters;
        Counters::add(&counters.sources_opened, 1);
        Counters::add(&counters.sources_grown, 1);
        Counters::add(&counters.bars_saved, old.content.close.n_values());
        partial.shrink_to_fit();
        let partial = Prices {
            close: &partial,
            source: partial_source.as_deref(),
        };
        let content = &new.series[0].content;
        self.keep(content, partial, &ending, std::time::Duration::ZERO);
        self.record(looked, &new);
        Some(vec![Stand::new(&looked.input(), &new.series[0], ending)])
    }

    /// Remembers what a source holds, by how it looked before it was opened.
    fn record(&self, looked: &Looked<'_>, facts: &Facts) {
        for series in &facts.series {
            self.cache.note(series.interval);
        }
        if let Some((location, stamp)) = &looked.place {
            write(&self.cache.index).record(location, stamp.clone(), facts.encode());
        }
    }
}

impl Cache {
    /// Remembers the shortest time between bars.
    fn note(&self, interval: Option<i64>) {
        if let Some(interval) = interval.filter(|interval| 0 < *interval) {
            self.interval.fetch_min(interval, Relaxed);
        }
    }
}

/// The chain of a series with `more` values, and what follows its last whole block; `None` if
/// `partial` is not what the old chain ended with.
fn lengthened(old: &Chain, partial: &[f64], more: &[f64]) -> Option<(Chain, Vec<f64>)> {
    let mut builder = ChainBuilder::resume(old);
    builder.update(partial);
    if builder.fingerprint() != old.fingerprint() {
        return None;
    }
    builder.update(more);
    let chain = builder.finish();
    let mut rest = [partial, more].concat();
    let n_rest = chain.n_values() % atc_cache::BLOCK_VALUES;
    rest.drain(..rest.len() - n_rest);
    Some((chain, rest))
}
