//! Filling the cache before anybody asks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use atc_core::Plan;
use atc_parallel::Slot;

use super::background::yield_to_others;
use super::cache::{Cache, Looked};
use super::dataset::{Request, Source};
use super::{Engine, Failure};

/// How often what was warmed is put on disk.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// How much a warming may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Bytes handed to the store; `None` is as many as it takes.
    pub bytes: Option<u64>,
    /// Time; `None` is as long as it takes.
    pub time: Option<Duration>,
}

/// What a warming did.
#[derive(Debug, Default)]
pub struct Warmed {
    /// Sources that are warm now.
    pub n_sources: usize,
    /// Series that are warm now, counted once per plan.
    pub n_series: usize,
    /// Inputs and symbols that failed, once per plan.
    pub failed: Vec<Failure>,
    /// Whether a cancellation left sources out.
    pub is_cancelled: bool,
    /// Whether the budget left sources out.
    pub is_spent: bool,
}

/// One warming.
struct Warming {
    engine: Engine,
    cache: Arc<Cache>,
    plans: Vec<Arc<Plan>>,
    request: Request,
    budget: Budget,
    begun: Instant,
    kept_before: u64,
    is_spent: AtomicBool,
    saved: Mutex<Instant>,
    n_sources: AtomicUsize,
}

impl Engine {
    /// Computes where the series of `sources` stand under each of `plans`, for a later scan to find.
    /// Each source is read once at most; what is known already is not computed again, so a warming
    /// that was interrupted goes on where it was. Without a cache it does nothing.
    pub fn warm(
        &self,
        sources: Vec<Source>,
        request: &Request,
        plans: &[Arc<Plan>],
        budget: Budget,
    ) -> Warmed {
        let Some(cache) = &self.cache else {
            return Warmed::default();
        };
        let warming = Arc::new(Warming {
            engine: self.clone(),
            cache: Arc::clone(cache),
            plans: plans.to_vec(),
            request: request.clone(),
            budget,
            begun: Instant::now(),
            kept_before: cache.statistics().kept_bytes,
            is_spent: AtomicBool::new(false),
            saved: Mutex::new(Instant::now()),
            n_sources: AtomicUsize::new(0),
        });
        let working = Arc::clone(&warming);
        let work =
            move |_: &Self, tile: &[Source], _: &Request, slot: Slot| working.tile(tile, slot.lane);
        let tiles = self.run_tiles(sources.into(), request, work);
        cache.save();
        let mut warmed = Warmed {
            n_sources: warming.n_sources.load(Relaxed),
            is_cancelled: self.cancel.is_cancelled(),
            is_spent: warming.is_spent.load(Relaxed),
            ..Warmed::default()
        };
        for (n_series, failed) in tiles.into_iter().flatten() {
            warmed.n_series += n_series;
            warmed.failed.extend(failed);
        }
        warmed
    }
}

impl Warming {
    /// Warms a tile; how many series, and what failed.
    fn tile(&self, sources: &[Source], lane: usize) -> (usize, Vec<Failure>) {
        self.give_way();
        if self.is_over() {
            return (0, Vec::new());
        }
        let looked = Looked::at_all(&self.cache, sources, &self.request);
        let (mut n_series, mut failed) = (0, Vec::new());
        for (at, plan) in self.plans.iter().enumerate() {
            if 0 < at {
                self.give_way();
            }
            for stand in self.engine.stands(&self.cache, plan, &looked, lane) {
                match stand {
                    Ok(_) => n_series += 1,
                    Err(failure) => failed.push(failure),
                }
            }
        }
        for _ in sources {
            (self.engine.on_source)();
        }
        self.n_sources.fetch_add(sources.len(), Relaxed);
        self.save_now_and_then();
        (n_series, failed)
    }

    /// Waits while somebody asks, if it works in the background.
    fn give_way(&self) {
        if !self.engine.in_background {
            return;
        }
        yield_to_others();
        self.cache.yield_to_others();
        let traffic = self.cache.traffic();
        while traffic.is_busy() && !self.engine.cancel.is_cancelled() {
            traffic.give_way();
        }
    }

    fn is_over(&self) -> bool {
        let kept = self.cache.statistics().kept_bytes - self.kept_before;
        let is_spent = self.budget.bytes.is_some_and(|bytes| bytes <= kept)
            || self
                .budget
                .time
                .is_some_and(|time| time <= self.begun.elapsed());
        if is_spent {
            self.is_spent.store(true, Relaxed);
        }
        is_spent || self.engine.cancel.is_cancelled()
    }

    /// What a kill would lose is a few seconds' work.
    fn save_now_and_then(&self) {
        if let Ok(mut saved) = self.saved.try_lock()
            && SAVE_EVERY < saved.elapsed()
        {
            self.cache.save();
            *saved = Instant::now();
        }
    }
}
