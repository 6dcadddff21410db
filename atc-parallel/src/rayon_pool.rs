//! Jobs on rayon's threads.

mod awake;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    },
};

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

use crate::{
    BuildError, Control, Executor, Outcome, Work, executor::startable, lane_set::LaneSet, run::Run,
};

/// Runs jobs on a rayon pool: its own, a given one, or the global one.
///
/// Jobs may use rayon inside, on the same pool. May be used from a thread of the pool.
pub struct RayonPool {
    /// `None` is the global pool.
    pool: Option<Arc<ThreadPool>>,
    lanes: Arc<LaneSet>,
}

impl RayonPool {
    /// A pool of its own with `n_lanes` threads, one per core if zero. They end after it is dropped.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread, or above 65,535.
    pub fn new(n_lanes: usize) -> Result<Self, BuildError> {
        let n_lanes = startable(n_lanes, "rayon")?;
        build(named(n_lanes), n_lanes).map(Self::with_pool)
    }

    /// As [`new`](Self::new), with threads that stay awake from the beginning until nothing came for a millisecond: for
    /// programs that do a few short things and end, where waking a thread takes longer than what it is woken for.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread, or above 65,535.
    ///
    /// ```
    /// # fn main() -> Result<(), atc_parallel::BuildError> {
    /// use atc_parallel::{ExecutorExt, RayonPool};
    ///
    /// let pool = RayonPool::kept_awake(2)?;
    /// assert_eq!(pool.map(3, |slot| slot.job), [0, 1, 2]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn kept_awake(n_lanes: usize) -> Result<Self, BuildError> {
        let n_lanes = startable(n_lanes, "rayon")?;
        let pool = named(n_lanes).start_handler(|_| awake::serve());
        build(pool, n_lanes).map(Self::with_pool)
    }

    /// Runs jobs on `pool`, as many lanes as it has threads.
    pub fn with_pool(pool: Arc<ThreadPool>) -> Self {
        Self {
            lanes: LaneSet::new(pool.current_num_threads()),
            pool: Some(pool),
        }
    }

    /// Runs jobs on rayon's global pool, which is started with its defaults if it was not. (As
    /// everywhere in rayon: on a thread of another pool, that pool takes its place.)
    pub fn global() -> Self {
        Self {
            pool: None,
            lanes: LaneSet::new(rayon::current_num_threads()),
        }
    }

    /// Does two things at once: `other` on a thread of the pool.
    ///
    /// # Panics
    ///
    /// If one of them does.
    ///
    /// ```
    /// # fn main() -> Result<(), atc_parallel::BuildError> {
    /// let pool = atc_parallel::RayonPool::new(1)?;
    /// assert_eq!(pool.beside(|| 1, || 2), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn beside<A, B: Send>(
        &self,
        here: impl FnOnce() -> A,
        other: impl FnOnce() -> B + Send,
    ) -> (A, B) {
        let mut done = None;
        let is_done = AtomicBool::new(false);
        let here = self.scope(|scope| {
            scope.spawn(|_| {
                done = Some(other());
                is_done.store(true, Release);
            });
            let here = here();
            awake::until(|| is_done.load(Acquire));
            here
        });
        (here, done.expect("a scope ends after what it has spawned"))
    }

    fn scope<'s, T>(&self, spawn: impl FnOnce(&Scope<'s>) -> T) -> T {
        match &self.pool {
            Some(pool) => pool.in_place_scope(spawn),
            None => rayon::in_place_scope(spawn),
        }
    }
}

impl Executor for RayonPool {
    fn lanes(&self) -> usize {
        self.lanes.len()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        self.lanes.refuse_nested();
        let run = Run::new(n_jobs, work, control);
        self.scope(|scope| {
            for _ in 0..n_jobs.min(self.lanes()) {
                let ticket = run.ticket();
                let lanes = Arc::clone(&self.lanes);
                scope.spawn(move |_| {
                    if let Some(lease) = lanes.try_lease() {
                        ticket.drive(lease.lane);
                    }
                });
            }
        });
        run.complete_with(&self.lanes)
    }
}

fn named(n_lanes: usize) -> ThreadPoolBuilder {
    let pool = ThreadPoolBuilder::new().num_threads(n_lanes);
    pool.thread_name(|thread| format!("atc-rayon-{thread}"))
}

fn build(pool: ThreadPoolBuilder, n_lanes: usize) -> Result<Arc<ThreadPool>, BuildError> {
    let pool = pool.build().map_err(|source| BuildError {
        kind: "rayon",
        n_lanes,
        source: source.into(),
    })?;
    Ok(Arc::new(pool))
}

impl fmt::Debug for RayonPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.pool.is_some() { "own" } else { "global" };
        f.debug_struct("RayonPool")
            .field("pool", &kind)
            .field("lanes", &self.lanes())
            .finish_non_exhaustive()
    }
}
