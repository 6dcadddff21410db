//! Sweeps through the cache: what all sets of a sweep say of a series is one entry.
//!
//! A set takes 16 bytes of it. Entries of their own would take a page each on disk, for every series and set.

use std::sync::Arc;

use atc_cache::{Fingerprint, Key, KeyBuilder, Known};
use atc_core::{Plan, Sweep, Trend};

use super::Cache;
use super::bytes::{Bytes as _, take};
use super::facts::{Facts, SeriesFacts};
use super::looked::Looked;
use super::question::{Question, SCHEMA};
use super::statistics::Counters;
use super::tile::Have;
use super::trail::Name;
use crate::engine::dataset::Bars;
use crate::engine::{CpuEvaluator, Engine, Failure, SetStand};

/// No flip.
const NEVER: u64 = u64::MAX;

/// What a sweep asks of a series.
#[derive(Debug)]
pub(in crate::engine) struct SweptQuestion(Key);

/// Bars of a series that exist, and what each set says of it.
pub(in crate::engine) type Stands = (usize, Vec<SetStand>);

/// A series of a source, as a sweep shows it.
pub(in crate::engine) struct SweptSeries {
    pub(in crate::engine) symbol: String,
    /// Close and time of the last bar that exists.
    pub(in crate::engine) last: Option<(f64, Option<i64>)>,
    pub(in crate::engine) stands: Stands,
}

/// What became of a source of a sweep before anything is computed.
pub(in crate::engine) enum SweptSource {
    Known(Vec<SweptSeries>),
    /// It had to be read; `names` are those its series are known by.
    Read {
        have: Arc<Have>,
        names: Vec<Name>,
    },
}

impl SweptSource {
    /// The series that were read, and what they are called.
    pub(in crate::engine) fn at_hand(&self) -> impl Iterator<Item = (&Bars, Name)> {
        let (held, names) = match self {
            Self::Known(_) => (&[][..], &[][..]),
            Self::Read { have, names } => (have.0.as_slice(), names.as_slice()),
        };
        held.iter()
            .map(|held| &held.bars)
            .zip(names.iter().copied())
    }
}

impl SweptQuestion {
    pub(in crate::engine) fn new(sweep: &Sweep) -> Self {
        let (name, version) = CpuEvaluator::VERSION;
        let mut keys = KeyBuilder::new("swept", SCHEMA).evaluator(name, version);
        for plan in sweep.plans() {
            let set = Question::new(plan, CpuEvaluator::VERSION);
            keys = keys.content("set", Fingerprint::from_bytes(*set.all().as_bytes()));
        }
        Self(keys.finish())
    }

    fn key(&self, name: Name) -> Key {
        match name.source {
            Some(source) => self.0.about(&[name.close, source]),
            None => self.0.about(&[name.close]),
        }
    }
}

impl Cache {
    /// What all sets say of a series, if it was asked before.
    pub(in crate::engine) fn swept(
        &self,
        question: &SweptQuestion,
        plans: &[Arc<Plan>],
        name: Name,
    ) -> Option<Stands> {
        let entry = self.store()?.get(&question.key(name))?;
        let stands = decode(&entry, plans)?;
        self.counters.hit(Some(entry.tier()), stands.0);
        Some(stands)
    }

    /// Keeps what all sets say of a series.
    pub(in crate::engine) fn keep_swept(
        &self,
        question: &SweptQuestion,
        name: Name,
        stands: &Stands,
    ) {
        let bytes = encode(stands);
        Counters::add(&self.counters.computed, 1);
        Counters::add(&self.counters.bars_computed, stands.0);
        Counters::add(&self.counters.kept, 1);
        Counters::add(&self.counters.kept_bytes, bytes.len());
        if let Some(store) = self.store() {
            store.insert(question.key(name), bytes, std::time::Duration::ZERO);
        }
    }
}

impl Engine {
    /// Looks at a source of a sweep, and opens it only if that is not enough.
    pub(in crate::engine) fn see_swept(
        &self,
        cache: &Cache,
        looked: &Looked<'_>,
        (question, plans): (&SweptQuestion, &[Arc<Plan>]),
    ) -> Result<SweptSource, Failure> {
        let unchanged = match cache.known(looked) {
            Known::Unchanged(facts) => Facts::decode(&facts),
            _ => None,
        };
        let known = |series: &SeriesFacts| {
            Some(SweptSeries {
                symbol: series.symbol.clone(),
                last: series.last,
                stands: cache.swept(question, plans, series.trail.end())?,
            })
        };
        if let Some(facts) = &unchanged
            && let Some(series) = facts.series.iter().map(known).collect()
        {
            Counters::add(&cache.counters.sources_unchanged, 1);
            return Ok(SweptSource::Known(series));
        }
        let have = self.open_source(cache, looked, unchanged)?;
        let names = have.0.iter().map(|held| held.facts.trail.end());
        Ok(SweptSource::Read {
            names: names.collect(),
            have,
        })
    }
}

/// Bars; then for each set its average signal and how long ago its last flip was.
fn encode((n_bars, sets): &Stands) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + 16 * sets.len());
    out.put(&(*n_bars as u64).to_le_bytes());
    for set in sets {
        let since = set.bars_since_flip.map_or(NEVER, |bars| bars as u64);
        out.put(&set.average_signal.to_le_bytes());
        out.put(&since.to_le_bytes());
    }
    out
}

fn decode(mut bytes: &[u8], plans: &[Arc<Plan>]) -> Option<Stands> {
    let rest = &mut bytes;
    let n_bars = usize::try_from(u64::from_le_bytes(take(rest)?)).ok()?;
    let set = |plan: &Arc<Plan>| {
        let average_signal = f64::from_le_bytes(take(rest)?);
        let since = u64::from_le_bytes(take(rest)?);
        Some(SetStand {
            trend: Trend::of(plan, average_signal),
            average_signal,
            bars_since_flip: (since != NEVER).then_some(since as usize),
        })
    };
    let sets = plans.iter().map(set).collect::<Option<_>>()?;
    bytes.is_empty().then_some((n_bars, sets))
}
