//! A source before anything is evaluated: whether it has to be opened, and what it says then.

use std::sync::Arc;

use atc_cache::Known;

use super::answers::{Asking, Series};
use super::facts::Facts;
use super::glance::{First, Glance, News};
use super::grown::Grown;
use super::looked::Looked;
use super::statistics::Counters;
use super::tile::{Have, Held, Stand, prices};
use crate::engine::Failure;

/// What became of a source before anything is evaluated.
pub(super) enum Seen<'a> {
    Stands(Vec<Result<Stand, Failure>>),
    Failed(Failure),
    /// It had to be read.
    Read(&'a Looked<'a>, Arc<Have>),
}

/// What became of a source at first sight.
enum Glimpse<'a> {
    Seen(Seen<'a>),
    /// It has grown, and what is new was read.
    Grown(Box<Grown<'a>>),
}

impl Seen<'_> {
    /// What of it has to be answered.
    pub(super) fn series(&self) -> impl Iterator<Item = Series<'_>> {
        let held: &[Held] = match self {
            Self::Read(_, have) => &have.0,
            _ => &[],
        };
        held.iter().map(|held| Series {
            prices: prices(&held.bars),
            content: &held.content,
        })
    }
}

impl Asking<'_> {
    /// Looks closer at the sources of a tile, and opens those of which that does not say enough.
    pub(super) fn see_all<'a>(&self, looked: &'a [Looked<'a>], glance: Glance) -> Vec<Seen<'a>> {
        let first = looked.iter().zip(glance.first);
        let mut stands = glance.stands.into_iter();
        let mut news = Vec::new();
        let look = |(looked, first)| match first {
            First::Stands(n_series) => {
                Glimpse::Seen(Seen::Stands(stands.by_ref().take(n_series).collect()))
            }
            First::Known(known) => match self.see(looked, known) {
                // One after the other, in memory that the one before has used.
                glimpse if self.cache.is_open() => Glimpse::Seen(self.settle(glimpse, &mut news)),
                glimpse => glimpse,
            },
        };
        // While the store is being opened, what has grown is read.
        let glimpses: Vec<Glimpse<'a>> = first.map(look).collect();
        let settle = |glimpse| self.settle(glimpse, &mut news);
        let seen = glimpses.into_iter().map(settle).collect();
        self.publish(&news);
        seen
    }

    /// Goes on from where a source that has grown stood.
    fn settle<'a>(&self, glimpse: Glimpse<'a>, news: &mut Vec<News<'a>>) -> Seen<'a> {
        let grown = match glimpse {
            Glimpse::Seen(seen) => return seen,
            Glimpse::Grown(grown) => grown,
        };
        let looked = grown.looked;
        match self.stand_of_grown(*grown) {
            Some((stand, new)) => {
                news.push(new);
                Seen::Stands(vec![Ok(stand)])
            }
            None => self.open(looked, None),
        }
    }

    fn open<'a>(&self, looked: &'a Looked<'a>, unchanged: Option<Facts>) -> Seen<'a> {
        match self.engine.open_source(self.cache, looked, unchanged) {
            Ok(have) => Seen::Read(looked, have),
            Err(failure) => Seen::Failed(failure),
        }
    }

    /// Looks closer at a source, and opens it only if that is not enough.
    fn see<'a>(&self, looked: &'a Looked<'a>, known: Known) -> Glimpse<'a> {
        if let Some(have) = looked.have.get() {
            return Glimpse::Seen(Seen::Read(looked, Arc::clone(have)));
        }
        let mut unchanged = None;
        let stands = match known {
            Known::Unchanged(facts) => {
                unchanged = Facts::decode(&facts);
                let stands = unchanged.as_ref();
                let stands = stands.and_then(|facts| self.stands_of(facts, looked));
                let is_known = usize::from(stands.is_some());
                Counters::add(&self.cache.counters.sources_unchanged, is_known);
                stands
            }
            Known::Racy(facts) => {
                Facts::decode(&facts).and_then(|facts| self.unless_changed(&facts, looked))
            }
            Known::Grown { facts, length } => {
                let is_then =
                    |facts: &Facts| facts.resume.is_some_and(|then| then.seal.length == length);
                let grown = Facts::decode(&facts).filter(is_then);
                let grown = grown.and_then(|facts| self.read_grown(facts, looked));
                if let Some(grown) = grown {
                    return Glimpse::Grown(Box::new(grown));
                }
                None
            }
            Known::Nothing | Known::Changed => None,
        };
        if let Some(stands) = stands {
            return Glimpse::Seen(Seen::Stands(stands));
        }
        Glimpse::Seen(self.open(looked, unchanged))
    }

    /// The answers for all series of a source that is not opened, if all are known.
    fn stands_of(&self, facts: &Facts, looked: &Looked<'_>) -> Option<Vec<Result<Stand, Failure>>> {
        let mut stands = Vec::with_capacity(facts.series.len());
        for series in &facts.series {
            let ending = self.known(series)?;
            let told = (series.symbol.clone(), series.last);
            stands.push(Ok(Stand::new(looked, told, ending)));
            self.cache.note(series.interval);
        }
        Some(stands)
    }

    /// The answers for a source that may have changed unseen, if its bytes have not.
    fn unless_changed(
        &self,
        facts: &Facts,
        looked: &Looked<'_>,
    ) -> Option<Vec<Result<Stand, Failure>>> {
        if !looked.source.is_as_it_was(facts.resume.as_ref()?) {
            return None;
        }
        self.cache.record(looked, facts);
        let stands = self.stands_of(facts, looked)?;
        Counters::add(&self.cache.counters.sources_opened, 1);
        Counters::add(&self.cache.counters.sources_equal, 1);
        Some(stands)
    }
}
