//! One computation per key at a time: the others wait for it.

use std::{
    cell::Cell,
    collections::{HashMap, hash_map},
    sync::{Mutex, PoisonError},
};

use tokio::sync::watch;

use super::Entry;
use crate::Key;

/// What a follower waits on: the entry, or the end of the channel if its leader gave up.
pub(super) type Landing = watch::Receiver<Option<Entry>>;

/// The keys that are being computed.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Key, Landing>>);

/// What a caller is to do about a missing entry.
#[derive(Debug)]
pub(super) enum Role<'a> {
    /// Compute it and tell the others.
    Lead(Lead<'a>),
    /// Wait for the one who computes it.
    Follow(Landing),
}

thread_local! {
    /// How many flights this thread leads.
    static LEADING: Cell<usize> = const { Cell::new(0) };
}

tokio::task_local! {
    /// Set while a future that computes an entry is polled, whichever thread and runtime does it.
    static LEADS: ();
}

/// Whether this thread, or the future it polls, is computing an entry. Then it must not wait for another: a pool may
/// have put the job it would wait for below it on its own stack, or two may wait for each other.
pub(super) fn is_leading() -> bool {
    0 < LEADING.get() || LEADS.try_with(|()| ()).is_ok()
}

/// Marks what `compute` does as part of a computation.
pub(super) async fn leading<F: Future>(compute: impl FnOnce() -> F) -> F::Output {
    LEADS.scope((), async { compute().await }).await
}

/// Counts a flight of this thread as long as it lives.
#[derive(Debug)]
pub(super) struct OnThisThread;

impl OnThisThread {
    pub(super) fn begin() -> Self {
        LEADING.set(LEADING.get() + 1);
        Self
    }
}

impl Drop for OnThisThread {
    fn drop(&mut self) {
        LEADING.set(LEADING.get() - 1);
    }
}

impl Flights {
    /// Leads the computation of `key` if nobody does.
    pub(super) fn join(&self, key: Key) -> Role<'_> {
        match self.lock().entry(key) {
            hash_map::Entry::Occupied(flight) => Role::Follow(flight.get().clone()),
            hash_map::Entry::Vacant(free) => {
                let (sender, landing) = watch::channel(None);
                free.insert(landing);
                Role::Lead(Lead {
                    flights: self,
                    key,
                    sender,
                })
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Key, Landing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The duty to compute an entry. Dropped without landing (an error, a panic, a cancelled task), it
/// leaves the followers to try themselves.
#[derive(Debug)]
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    key: Key,
    sender: watch::Sender<Option<Entry>>,
}

impl Lead<'_> {
    /// Hands the entry to all who wait.
    pub(super) fn land(self, entry: &Entry) {
        self.sender.send_replace(Some(entry.clone()));
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

/// The entry a leader lands; `None` if it gave up.
pub(super) async fn landed(mut landing: Landing) -> Option<Entry> {
    let entry = landing.wait_for(Option::is_some).await.ok()?;
    entry.clone()
}
