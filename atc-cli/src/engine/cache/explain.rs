//! Why a source hits or misses.

use std::sync::Arc;

use atc_cache::{Explanation, Known};
use atc_core::Plan;
use serde::Serialize;

use super::answers::Asking;
use super::facts::Facts;
use super::looked::Looked;
use super::tile::Held;
use super::{Cache, read};
use crate::engine::Engine;
use crate::engine::dataset::{DatasetError, Request, Source};

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
    /// Its series.
    pub series: Vec<SeriesExplained>,
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
    /// Says why a source hits or misses under this engine's plan; reads it unless it is unchanged.
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
        let series = match facts {
            Some(facts) => facts.series,
            None => source
                .read(request)?
                .into_iter()
                .map(|bars| Held::of(bars).facts)
                .collect(),
        };
        let plan: &Arc<Plan> = &self.plan;
        let asking = Asking::new(self, cache, plan, 0);
        let explained = series.iter().map(|series| asking.explain(series)).collect();
        Ok(Some(Explained {
            input: source.to_string(),
            recorded,
            series: explained,
        }))
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
