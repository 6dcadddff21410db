//! A tile of sources at a glance: index and table are asked for all of it under one lock each.
//!
//! Locks and sums that two threads change by turns cost more than what is looked up here.

use atc_cache::{Key, Known, SourceIndex, Table};

use super::answers::Asking;
use super::ending::{self, ENDING_BYTES};
use super::facts::Facts;
use super::looked::Looked;
use super::statistics::Counters;
use super::tile::Stand;
use super::{Cache, Trust, read, write};

/// What is known of a source before anything is opened.
pub(super) enum First {
    /// It has not changed, and all answers are in the table.
    Stands(Vec<Stand>),
    Known(Known),
}

/// What is new of a text that has grown.
pub(super) struct News<'a> {
    pub(super) looked: &'a Looked<'a>,
    pub(super) facts: Facts,
    /// Under which key its reading was, and is now.
    pub(super) keys: [Key; 2],
    pub(super) reading: [u8; ENDING_BYTES],
    /// Bars that did not have to be computed.
    pub(super) n_saved: usize,
}

/// What a glance has found.
#[derive(Default)]
struct Tally {
    sources: usize,
    series: usize,
    bars: usize,
}

impl Asking<'_> {
    /// What is known of the sources of a tile, in their order.
    pub(super) fn glance(&self, looked: &[Looked<'_>]) -> Vec<First> {
        let mut tally = Tally::default();
        let index = read(&self.cache.index);
        let readings = read(&self.asked.readings);
        let first = |looked: &Looked<'_>| {
            if looked.have.get().is_some() {
                return First::Known(Known::Nothing);
            }
            let known = self.cache.known_in(&index, looked);
            let stands = match &known {
                Known::Unchanged(facts) => self.stands_in(&readings, (looked, facts), &mut tally),
                _ => None,
            };
            stands.map_or(First::Known(known), First::Stands)
        };
        let first = looked.iter().map(first).collect();
        drop(readings);
        drop(index);
        let counters = &self.cache.counters;
        Counters::add(&counters.sources_unchanged, tally.sources);
        Counters::add(&counters.hits_table, tally.series);
        Counters::add(&counters.bars_saved, tally.bars);
        first
    }

    /// The answers for all series of an unchanged source, if all are in the table.
    fn stands_in(
        &self,
        readings: &Table,
        (looked, facts): (&Looked<'_>, &[u8]),
        tally: &mut Tally,
    ) -> Option<Vec<Stand>> {
        let Facts { series, .. } = Facts::decode(facts)?;
        let mut stands = Vec::with_capacity(series.len());
        let mut n_bars = 0;
        for series in series {
            let key = self.asked.question.key(series.trail.end());
            let ending = ending::decode(readings.get(&key)?)?;
            n_bars += series.n_bars;
            self.cache.note(series.interval);
            stands.push(Stand::new(looked, (series.symbol, series.last), ending));
        }
        tally.sources += 1;
        tally.series += stands.len();
        tally.bars += n_bars;
        Some(stands)
    }

    /// Remembers what is new of the texts of a tile that have grown.
    pub(super) fn publish(&self, news: &[News<'_>]) {
        if news.is_empty() {
            return;
        }
        let counters = &self.cache.counters;
        Counters::add(&counters.sources_opened, news.len());
        Counters::add(&counters.sources_grown, news.len());
        let n_saved = news.iter().map(|news| news.n_saved).sum();
        Counters::add(&counters.bars_saved, n_saved);
        let mut readings = write(&self.asked.readings);
        for News { keys, reading, .. } in news {
            // A text that grows every quarter of an hour would fill the table with where it stood.
            readings.remove(&keys[0]);
            readings.insert(keys[1], reading);
        }
        drop(readings);
        self.cache
            .record_all(news.iter().map(|news| (news.looked, &news.facts)));
    }
}

impl Cache {
    /// What is known of a source by its looks, as far as they are trusted.
    pub(super) fn known(&self, looked: &Looked<'_>) -> Known {
        self.known_in(&read(&self.index), looked)
    }

    fn known_in(&self, index: &SourceIndex, looked: &Looked<'_>) -> Known {
        let place = looked.place.as_ref();
        match place.filter(|_| self.trust != Trust::Nothing) {
            Some((location, stamp)) => index.look_up(location, stamp),
            None => Known::Nothing,
        }
    }
}
