//! Texts that have grown: what they say now, from what was kept and what is new.

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_core::Classifier;

use super::Trust;
use super::answers::{Asking, standing};
use super::ending::{self, Kept};
use super::facts::Facts;
use super::glance::News;
use super::looked::Looked;
use super::tile::{Stand, prices};
use super::trail::{Name, Trail};
use crate::engine::dataset::Marked;
use crate::engine::{Ending, Prices};

/// A text that has grown, and what is new of it.
pub(super) struct Grown<'a> {
    pub(super) looked: &'a Looked<'a>,
    /// Of its only series.
    old: Facts,
    new: Marked,
    /// Where computing goes on, as far as that is known.
    walk: Option<Walk>,
}

impl Asking<'_> {
    /// What is new of a text that has grown, if it was only appended to and a state may be known.
    pub(super) fn read_grown<'a>(&self, facts: Facts, looked: &'a Looked<'a>) -> Option<Grown<'a>> {
        let then = facts.resume?;
        let length = looked.place.as_ref()?.1.length();
        let [old] = facts.series.as_slice() else {
            return None;
        };
        let last = old.last?;
        // Before the file is opened: there has to be something to go on from. But while the store is being opened,
        // files are read.
        let walk = if self.cache.is_open() {
            Some(self.begin(&old.trail)?)
        } else {
            None
        };
        let (source, request) = (looked.source, looked.request);
        let new = self.engine.meter.read(|| match self.cache.trust {
            Trust::Appends => source.read_only_appended(request, (&then, length), last),
            _ => source.read_appended(request, &then, last),
        })?;
        Some(Grown {
            looked,
            old: facts,
            new,
            walk,
        })
    }

    /// The answer for a text that has grown, if a state is known, and what is new.
    pub(super) fn stand_of_grown<'a>(&self, grown: Grown<'a>) -> Option<(Stand, News<'a>)> {
        let Grown {
            looked,
            old: mut facts,
            new: Marked { bars, resume },
            walk,
        } = grown;
        let ([series], [bars]) = (facts.series.as_mut_slice(), bars.as_slice()) else {
            return None;
        };
        let more = prices(bars);
        if more.source.is_some() != series.trail.anchor.source.is_some() {
            return None;
        }
        let walk = walk.or_else(|| self.begin(&series.trail))?;
        let compute = || self.finish(walk, &series.trail, more);
        let (ending, trail) = self.engine.meter.compute(compute)?;
        let row = |name| self.asked.question.row(name);
        let rows = [series.trail.end(), trail.end()].map(row);
        let n_saved = series.n_bars;
        series.n_bars += bars.len();
        series.last = bars.last().or(series.last);
        series.trail = trail;
        let told = (series.symbol.clone(), series.last);
        facts.resume = resume;
        let news = News {
            looked,
            rows,
            reading: ending::encode(&ending),
            n_saved,
            facts,
        };
        Some((Stand::new(looked, told, ending), news))
    }

    /// The answer at the end of a trail, from the state of one of its anchors.
    pub(super) fn at_end(&self, trail: &Trail) -> Option<Ending> {
        if trail.ends_at_anchor() && trail.before.is_none() {
            return None;
        }
        let nothing = Prices {
            close: &[],
            source: trail.anchor.source.map(|_| &[][..]),
        };
        let (ending, _) = self.finish(self.begin(trail)?, trail, nothing)?;
        Some(ending)
    }

    /// The last state that is kept along a trail.
    fn begin(&self, trail: &Trail) -> Option<Walk> {
        let at = |name: Name| {
            let entry = self.cache.store()?.get(&self.asked.question.key(name))?;
            let Kept { state, .. } = Kept::decode(&entry)?;
            let classifier = Classifier::restore(Arc::clone(self.plan), state).ok()?;
            Some((classifier, entry.cost()))
        };
        let walk = |is_at_anchor| {
            move |(classifier, cost)| Walk {
                classifier,
                is_at_anchor,
                cost,
            }
        };
        at(trail.anchor).map(walk(true)).or_else(|| {
            let (before, _) = trail.before.as_ref()?;
            at(*before).map(walk(false))
        })
    }

    /// Walks on to the end of the trail and over `more` bars; keeps the state where one belongs.
    fn finish(&self, walk: Walk, trail: &Trail, more: Prices<'_>) -> Option<(Ending, Trail)> {
        let begun = Instant::now();
        let Walk {
            mut classifier,
            is_at_anchor,
            cost,
        } = walk;
        let question = &self.asked.question;
        let mut n_bars = trail.since.close.len() + more.close.len();
        if let (false, Some((_, way))) = (is_at_anchor, &trail.before) {
            self.feed(&mut classifier, way.prices())?;
            n_bars += way.close.len();
            // So that this question is as far as the others.
            let ending = standing(&classifier, true);
            self.put(question.key(trail.anchor), &ending, cost);
        }
        self.feed(&mut classifier, trail.since.prices())?;
        self.feed(&mut classifier, more)?;
        let longer = trail.longer(more);
        let is_anchor = longer.ends_at_anchor() && !more.close.is_empty();
        let mut ending = standing(&classifier, is_anchor);
        if is_anchor {
            self.put(question.key(longer.anchor), &ending, cost);
            ending.state = None;
        }
        self.count_prefix(begun, n_bars);
        Some((ending, longer))
    }
}

/// A series on its way from a state to its end.
struct Walk {
    classifier: Classifier,
    /// Whether it is at the anchor of the trail, or at the one before.
    is_at_anchor: bool,
    /// What it takes to compute it from the start.
    cost: Duration,
}
