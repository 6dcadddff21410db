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
use crate::engine::Failure;

/// What is known of a source before anything is opened.
pub(super) enum First {
    /// It has not changed, and all answers are in the table: so many.
    Stands(usize),
    Known(Known),
}

/// What is known of a tile of sources before anything is opened.
#[derive(Default)]
pub(super) struct Glance {
    pub(super) first: Vec<First>,
    /// The answers of [`First::Stands`], one source after the other.
    pub(super) stands: Vec<Result<Stand, Failure>>,
}

impl Glance {
    /// Whether nothing is left to be asked.
    pub(super) fn is_all(&self) -> bool {
        let is_known = |first: &First| matches!(first, First::Stands(_));
        self.first.iter().all(is_known)
    }
}

/// What is new of a text that has grown.
pub(super) struct News<'a> {
    pub(super) looked: &'a Looked<'a>,
    pub(super) facts: Facts,
    /// In which row its reading was, and is now.
    pub(super) rows: [Key; 2],
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
    pub(super) fn glance(&self, looked: &[Looked<'_>]) -> Glance {
        let mut tally = Tally::default();
        let index = read(self.cache.index());
        let readings = read(&self.asked.readings);
        // Of most sources there is one series.
        let mut stands = Vec::with_capacity(looked.len());
        let first = |looked: &Looked<'_>| {
            if looked.have.get().is_some() {
                return First::Known(Known::Nothing);
            }
            let known = self.cache.known_in(&index, looked);
            if let Known::Unchanged(facts) = known {
                let n_before = stands.len();
                if let Some(n_bars) = self.stands_in(&readings, (looked, facts), &mut stands) {
                    let n_series = stands.len() - n_before;
                    tally.sources += 1;
                    tally.series += n_series;
                    tally.bars += n_bars;
                    return First::Stands(n_series);
                }
                stands.truncate(n_before);
            }
            First::Known(known.into_owned())
        };
        let first = looked.iter().map(first).collect();
        drop(readings);
        drop(index);
        let counters = &self.cache.counters;
        Counters::add(&counters.sources_unchanged, tally.sources);
        Counters::add(&counters.hits_table, tally.series);
        Counters::add(&counters.bars_saved, tally.bars);
        Glance { first, stands }
    }

    /// Adds the answers for all series of an unchanged source to `stands`, and says of how many bars; `None` if not all
    /// are in the table.
    fn stands_in(
        &self,
        readings: &Table,
        (looked, facts): (&Looked<'_>, &[u8]),
        stands: &mut Vec<Result<Stand, Failure>>,
    ) -> Option<usize> {
        let Facts { series, .. } = Facts::decode(facts)?;
        let mut n_bars = 0;
        for series in series {
            let row = self.asked.question.row(series.trail.end());
            let ending = ending::decode(readings.get(&row)?)?;
            n_bars += series.n_bars;
            self.cache.note(series.interval);
            let told = (series.symbol, series.last);
            stands.push(Ok(Stand::new(looked, told, ending)));
        }
        Some(n_bars)
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
        for News { rows, reading, .. } in news {
            // A text that grows every quarter of an hour would fill the table with where it stood.
            readings.remove(&rows[0]);
            readings.insert(rows[1], reading);
        }
        drop(readings);
        self.cache
            .record_all(news.iter().map(|news| (news.looked, &news.facts)));
    }
}

impl Cache {
    /// What is known of a source by its looks, as far as they are trusted.
    pub(super) fn known(&self, looked: &Looked<'_>) -> Known {
        self.known_in(&read(self.index()), looked).into_owned()
    }

    fn known_in<'a>(&self, index: &'a SourceIndex, looked: &Looked<'_>) -> Known<&'a [u8]> {
        let place = looked.place.as_ref();
        match place.filter(|_| self.trust != Trust::Nothing) {
            Some((location, stamp)) => index.known(location, stamp),
            None => Known::Nothing,
        }
    }
}
