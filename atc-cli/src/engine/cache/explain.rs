//! Why a source hits or misses.

use std::sync::Arc;

use atc_cache::{Explanation, Known};
use atc_core::{Plan, Series};
use serde::Serialize;

use super::answers::Asking;
use super::facts::Facts;
use super::looked::Looked;
use super::tile::Held;
use super::{Cache, read};
use crate::engine::dataset::{DatasetError, Request, Source};
use crate::engine::{Engine, EngineError};

/// What is recorded of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recorded {
    /// It looks as it did, and is not opened.
    Unchanged,
    /// It looks as it did, but was modified so shortly before it was read that it is read again.
    Racy,
    /// It is the same file, and longer.
    Grown,
    /// It looks different.
    Changed,
    /// Nothing.
    Nothing,
    /// It is read each time: standard input, an object without a version, or a file that is not there.
    NotRecorded,
}

/// Why a source hits or misses.
#[derive(Clone, Debug, Serialize)]
pub struct Explained {
    /// The input as the user named it.
    pub input: String,
    /// What is recorded of it.
    pub recorded: Recorded,
    /// Its series, without those that are refused.
    pub series: Vec<SeriesExplained>,
    /// Why the others are refused, a line each: nothing is kept of them.
    pub refused: Vec<String>,
}

/// Why a series hits or misses.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesExplained {
    /// The symbol.
    pub symbol: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// The key of its entry.
    pub key: String,
    /// Whether its reading is in a table, so that the store is not opened.
    pub in_table: bool,
    /// What the store says.
    pub store: Explanation,
}

impl Engine {
    /// Says why a source hits or misses under this engine's plan; reads it unless it is unchanged and hits.
    ///
    /// `None` if the engine has no cache.
    ///
    /// # Errors
    ///
    /// If it has to be read and cannot be.
    pub fn explain(
        &self,
        source: &Source,
        request: &Request,
    ) -> Result<Option<Explained>, DatasetError> {
        let Some(cache) = &self.cache else {
            return Ok(None);
        };
        let looked = Looked::at(cache, source, request);
        let (recorded, facts) = cache.recorded(&looked);
        let plan: &Arc<Plan> = &self.plan;
        let asking = Asking::new(self, cache, plan, 0);
        let mut explained = Explained {
            input: source.to_string(),
            recorded,
            series: Vec::new(),
            refused: Vec::new(),
        };
        let known = facts.map_or_else(Vec::new, |facts| facts.series);
        let known: Vec<_> = known.iter().map(|series| asking.explain(series)).collect();
        if !known.is_empty() && known.iter().all(SeriesExplained::is_hit) {
            explained.series = known;
            return Ok(Some(explained));
        }
        // A miss may be a refusal, which only the bars tell.
        let mut known = known.into_iter();
        for bars in source.read(request)? {
            let one = known.next();
            if let Err(error) = Series::new(plan, &bars.close, bars.source.as_deref()) {
                let refused = EngineError::refused(&bars, error);
                explained.refused.push(refused.to_string());
            } else {
                let one = one.unwrap_or_else(|| asking.explain(&Held::of(bars).facts));
                explained.series.push(one);
            }
        }
        Ok(Some(explained))
    }
}

impl SeriesExplained {
    fn is_hit(&self) -> bool {
        self.in_table || matches!(self.store, Explanation::Hit { .. })
    }
}

impl Cache {
    fn recorded(&self, looked: &Looked<'_>) -> (Recorded, Option<Facts>) {
        let Some((location, stamp)) = &looked.place else {
            return (Recorded::NotRecorded, None);
        };
        match read(self.index()).look_up(location, stamp) {
            Known::Unchanged(facts) => match Facts::decode(&facts) {
                Some(facts) => (Recorded::Unchanged, Some(facts)),
                None => (Recorded::Nothing, None),
            },
            Known::Racy(_) => (Recorded::Racy, None),
            Known::Grown { .. } => (Recorded::Grown, None),
            Known::Changed => (Recorded::Changed, None),
            Known::Nothing => (Recorded::Nothing, None),
        }
    }
}
