//! Following sources that go on: what has changed since the last look.

mod change;
mod feed;
mod patience;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::dataset::{Discovered, Request, Source};
use super::{Engine, Failure, Row};

pub use self::change::{Change, Event};
use self::change::{Found, Told};
pub use self::feed::Feed;
use self::patience::{Patience, Sight};

/// Sources that are looked at again and again.
///
/// A look is a scan, so what it says has the bits of [`Engine::scan`]. With a [`Cache`](super::Cache), which the engine
/// should have, sources that have not changed are not opened, and of text that grew only the new rows are computed.
///
/// Nothing half-written is told: what is new in a file counts if the file looked the same before and after it was read
/// and ends with a line feed; any other one, and one that cannot be read, once it has stayed the same for two seconds.
///
/// ```
/// use atc_cli::engine::{Cache, Engine, Event, dataset::{Request, discover}};
/// use atc_core::{Params, Plan};
///
/// # let folder = tempfile::tempdir()?;
/// # let paths = [folder.path().to_str().unwrap().to_owned()];
/// # let closes = |n| (0..n).map(|bar| format!("{}\n", 100 + bar % 60)).collect::<String>();
/// # std::fs::write(folder.path().join("a.csv"), format!("close\n{}", closes(400)))?;
/// let engine = Engine::builder(Plan::new(Params::default())?).cache(Cache::in_memory()).build()?;
/// let mut watch = engine.watch(Request::default());
/// let look = watch.look(discover(&paths));
/// assert_eq!(look.changes[0].event(), Event::Start);
///
/// # std::fs::write(folder.path().join("a.csv"), format!("close\n{}", closes(401)))?;
/// let look = watch.look(discover(&paths)); // some time later: a bar has come
/// assert_eq!(look.changes[0].n_new_bars(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Watch {
    engine: Engine,
    request: Request,
    /// What was told of each input.
    told: HashMap<Arc<str>, Told>,
    patience: Patience,
}

/// What a look found that those before it had not.
#[derive(Debug, Default)]
pub struct Look {
    /// Symbols that stand elsewhere, in the order of the sources.
    pub changes: Vec<Change>,
    /// What fails since now, or fails in another way.
    pub failed: Vec<Failure>,
    /// Where symbols stood that are no longer there.
    pub gone: Vec<Row>,
    /// How many inputs and symbols fail, told now or before.
    pub n_failing: usize,
    /// Whether a cancellation came; nothing is told then.
    pub is_cancelled: bool,
}

/// What a scan said of each input, in the order of the sources.
#[derive(Debug, Default)]
struct Inputs {
    order: Vec<Arc<str>>,
    found: HashMap<Arc<str>, Found>,
}

impl Engine {
    /// Begins to follow sources: the first look tells where every symbol stands, later ones what has changed.
    pub fn watch(&self, request: Request) -> Watch {
        Watch {
            engine: self.clone(),
            request,
            told: HashMap::new(),
            patience: Patience::default(),
        }
    }
}

impl Watch {
    /// Looks at what was discovered just now, which may be more or less than the last time.
    pub fn look(&mut self, found: Discovered) -> Look {
        let is_first = self.told.is_empty();
        let sources = Arc::new(found.sources);
        let before = (!is_first).then(|| Sight::of_all(&sources));
        let missing = found.failed.into_iter().map(Failure::from).collect();
        let Some(inputs) = self.scan(&sources, missing) else {
            let is_cancelled = true;
            return Look {
                is_cancelled,
                ..Look::default()
            };
        };
        let being_written = before.map_or_else(HashSet::new, |before| {
            let is_news = |(source, _): &(&Source, Sight)| {
                let name = source.name();
                let found = inputs.found.get(&name);
                found.is_some_and(|found| found.is_news(self.told.get(&name)))
            };
            let news = sources.iter().zip(before).filter(is_news);
            self.patience.waits_for(news)
        });
        self.tell(inputs, &being_written)
    }

    /// What all inputs say; `None` after a cancellation.
    fn scan(&self, sources: &Arc<Vec<Source>>, missing: Vec<Failure>) -> Option<Inputs> {
        let scan = self.engine.scan(Arc::clone(sources), &self.request);
        if scan.is_cancelled {
            return None;
        }
        let n_done = scan.rows.len();
        let failed = scan.failed.into_iter();
        let failed = failed.filter(|failure| failure.counts(n_done));
        let mut inputs = Inputs::default();
        for row in scan.rows {
            let input = Arc::clone(&row.input);
            inputs.of(input).rows.push(row);
        }
        for failure in missing.into_iter().chain(failed) {
            let input = failure.input.as_str().into();
            inputs.of(input).failed.push(failure);
        }
        Some(inputs)
    }

    fn tell(&mut self, mut inputs: Inputs, being_written: &HashSet<Arc<str>>) -> Look {
        let mut look = Look::default();
        self.told.retain(|input, told| {
            let is_there = inputs.found.contains_key(input);
            if !is_there {
                look.gone.append(&mut told.rows);
            }
            is_there
        });
        look.gone.sort_by(|a, b| a.input.cmp(&b.input));
        for input in inputs.order {
            let found = inputs.found.remove(&input).unwrap_or_default();
            if being_written.contains(&input) {
                // Known from now on, even if there is nothing to tell yet.
                self.told.entry(input).or_default();
            } else {
                let told = self.told.entry(input).or_default();
                told.take(found, &mut look);
            }
        }
        look.n_failing = self.told.values().map(|told| told.failed.len()).sum();
        look
    }
}

impl Inputs {
    fn of(&mut self, input: Arc<str>) -> &mut Found {
        if !self.found.contains_key(&input) {
            self.order.push(Arc::clone(&input));
        }
        self.found.entry(input).or_default()
    }
}
