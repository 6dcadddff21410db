//! Computing what is missing, once.

use std::{sync::Arc, time::Instant};

use super::{
    Entry, MissReason, Store, Tier,
    entry::Value,
    flight::{self, Lead, OnThisThread, Role},
    shared::time_limited,
};
use crate::Key;

impl Store {
    /// Finds the entry of `key`, or computes and keeps it.
    ///
    /// Of several threads that ask for the same key at once, one computes and the others wait for
    /// it; if it fails or panics, the next one tries. A thread that is computing an entry never
    /// waits for another: it computes that one itself, so that nested calls cannot block each other.
    /// Then, and after [`Timeouts::flight`](super::Timeouts::flight), an entry is computed more than once:
    /// each caller gets what it has computed itself, and the store keeps what was ready first. So if
    /// `compute` asks for its own `key`, the store keeps the inner value and the outer call returns
    /// the outer one. They are the same if a key stands for all that its value depends on, as it should.
    ///
    /// In an async program with a single thread use
    /// [`get_or_compute_async`](Self::get_or_compute_async): this one would park the thread that
    /// computes, until [`Timeouts::flight`](super::Timeouts::flight) has passed.
    ///
    /// # Errors
    ///
    /// What `compute` returned; nothing is kept then.
    ///
    /// ```
    /// use atc_cache::{Config, KeyBuilder, Store, Tier};
    ///
    /// let store = Store::open(&Config::memory_only())?;
    /// let key = KeyBuilder::new("sum", 1).uint("n", 10).finish();
    /// let sum = |store: &Store| store.get_or_compute(key, || Ok::<_, std::io::Error>([55_u8]));
    /// assert_eq!(sum(&store)?.tier(), Tier::Computed);
    /// assert_eq!(sum(&store)?.tier(), Tier::Memory);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get_or_compute<P, E>(
        &self,
        key: Key,
        compute: impl FnOnce() -> Result<P, E>,
    ) -> Result<Entry, E>
    where
        P: Into<Arc<[u8]>>,
    {
        loop {
            let reason = match self.find(&key) {
                Ok(entry) => return Ok(self.hit(entry)),
                Err(reason) => reason,
            };
            let lead = match self.inner.flights.join(key) {
                Role::Lead(lead) => match self.find(&key) {
                    Ok(entry) => return Ok(self.landed_before(lead, entry)),
                    Err(_) => Some(lead),
                },
                Role::Follow(_) if flight::is_leading() => None,
                Role::Follow(landing) => {
                    let landed = flight::landed(landing);
                    match self.inner.threads.wait(self.inner.timeouts.flight, landed) {
                        Ok(Some(entry)) => return Ok(self.share(entry)),
                        Ok(None) => continue,
                        Err(_) => None,
                    }
                }
            };
            let started = Instant::now();
            let payload = {
                let _leading = OnThisThread::begin();
                compute()?
            };
            let value = Value {
                key,
                cost: started.elapsed(),
                payload: payload.into(),
            };
            self.insert(key, Arc::clone(&value.payload), value.cost);
            return Ok(self.computed(value, reason, lead));
        }
    }

    /// As [`get_or_compute`](Self::get_or_compute), without parking the thread. If the future is
    /// dropped while it computes, the next one tries.
    ///
    /// What `compute` awaits may ask for entries as well, the same one included, and waits for no other computation. A
    /// task it *spawns* is not known to be part of it: if the two wait for each other, that lasts until
    /// [`Timeouts::flight`](super::Timeouts::flight) has passed.
    ///
    /// # Errors
    ///
    /// What `compute` returned; nothing is kept then.
    pub async fn get_or_compute_async<P, E, F>(
        &self,
        key: Key,
        compute: impl FnOnce() -> F,
    ) -> Result<Entry, E>
    where
        P: Into<Arc<[u8]>>,
        F: Future<Output = Result<P, E>>,
    {
        loop {
            let reason = match self.find_async(&key).await {
                Ok(entry) => return Ok(self.hit(entry)),
                Err(reason) => reason,
            };
            let lead = match self.inner.flights.join(key) {
                Role::Lead(lead) => match self.find_async(&key).await {
                    Ok(entry) => return Ok(self.landed_before(lead, entry)),
                    Err(_) => Some(lead),
                },
                Role::Follow(_) if flight::is_leading() => None,
                Role::Follow(landing) => {
                    let landed = flight::landed(landing);
                    let landed = time_limited(self.inner.timeouts.flight, landed);
                    match self.inner.threads.run(landed).await {
                        Ok(Ok(Some(entry))) => return Ok(self.share(entry)),
                        Ok(Ok(None)) => continue,
                        _ => None,
                    }
                }
            };
            let started = Instant::now();
            let payload = flight::leading(compute).await?;
            let value = Value {
                key,
                cost: started.elapsed(),
                payload: payload.into(),
            };
            let payload = Arc::clone(&value.payload);
            self.insert_async(key, payload, value.cost).await;
            return Ok(self.computed(value, reason, lead));
        }
    }

    fn hit(&self, entry: Entry) -> Entry {
        self.inner.shared.count_hit(&entry);
        entry
    }

    fn landed_before(&self, lead: Lead<'_>, entry: Entry) -> Entry {
        lead.land(&entry);
        self.hit(entry)
    }

    fn share(&self, entry: Entry) -> Entry {
        self.hit(entry.into_shared())
    }

    fn computed(&self, value: Value, reason: MissReason, lead: Option<Lead<'_>>) -> Entry {
        self.inner.shared.counters.miss(reason);
        let entry = Entry::new(value, Tier::Computed);
        if let Some(lead) = lead {
            lead.land(&entry);
        }
        entry
    }
}
