//! What was asked, and what is worth asking again before anybody does.

use std::time::{Duration, SystemTime};

use atc_cache::{Access, Candidate, Journal, Ranking};
use atc_core::Params;
use serde::{Deserialize, Serialize};

use super::Cache;
use crate::engine::dataset::Request;

/// Bytes at which the journal is cut to its newer half.
const LIMIT: u64 = 4 << 20;
/// What reading and computing a bar takes, about.
const COST_OF_A_BAR: Duration = Duration::from_nanos(250);
/// What a series takes on disk under one question, about.
const BYTES_OF_A_SERIES: u64 = 12 << 10;

/// What was asked, in words enough to ask it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// The inputs as the user named them, paths made absolute.
    pub inputs: Vec<String>,
    /// What averages are taken of.
    pub source: String,
    /// The one symbol that was wanted, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// The parameters.
    pub params: Params,
}

impl Query {
    /// The query of these inputs; `None` if one of them cannot be asked again, as standard input.
    pub fn new(inputs: &[String], request: &Request, params: Params) -> Option<Self> {
        let absolute = |input: &String| {
            let is_place = !input.is_empty() && input != "-";
            let path = is_place.then(|| std::path::absolute(input).ok())??;
            // What has a scheme is no path.
            let place = if input.contains("://") {
                Some(input.as_str())
            } else {
                path.to_str()
            };
            place.map(str::to_owned)
        };
        Some(Self {
            inputs: inputs.iter().map(absolute).collect::<Option<_>>()?,
            source: request.source.to_string(),
            symbol: request.symbol.clone(),
            params,
        })
    }

    /// How inputs are to be read.
    pub fn request(&self) -> Request {
        let Ok(source) = self.source.parse();
        Request {
            source,
            symbol: self.symbol.clone(),
        }
    }
}

impl Cache {
    /// Notes in the journal that `query` was asked just now.
    ///
    /// One line per query, not per series: a folder is asked for as a whole, with what it will
    /// hold by then.
    pub fn note_query(&self, query: &Query) {
        let Some(home) = self.directory() else {
            return;
        };
        let statistics = self.statistics();
        let n_bars = statistics.bars_saved + statistics.bars_computed;
        let access = |subject| Access {
            subject,
            at: SystemTime::now(),
            hit: statistics.computed + statistics.hits_prefix == 0,
            cost: COST_OF_A_BAR.saturating_mul(u32::try_from(n_bars).unwrap_or(u32::MAX)),
            bytes: statistics.lookups() * BYTES_OF_A_SERIES,
            period: self.interval(),
        };
        let noted = serde_json::to_string(query)
            .map_err(std::io::Error::from)
            .and_then(|subject| {
                Self::claim(home)?;
                let mut journal = Journal::open(home.join("journal"), LIMIT)?;
                journal.append(&access(subject))?;
                journal.flush()
            });
        if let Err(error) = noted {
            self.warn(&format!("{}: cannot be written: {error}", home.display()));
        }
    }

    /// What is worth having ready at `now` within `bytes`, best first: asked often, lately, soon
    /// again, costly, small.
    ///
    /// # Errors
    ///
    /// If the journal is there and cannot be read.
    pub fn likely_queries(
        &self,
        now: SystemTime,
        bytes: u64,
    ) -> std::io::Result<Vec<(Query, Candidate)>> {
        let Some(home) = self.directory() else {
            return Ok(Vec::new());
        };
        let journal = Journal::read(&home.join("journal"))?;
        let candidates = Ranking::default().pick(&journal, now, bytes);
        let query = |candidate: Candidate| {
            let query = serde_json::from_str(&candidate.subject).ok()?;
            Some((query, candidate))
        };
        Ok(candidates.into_iter().filter_map(query).collect())
    }
}
