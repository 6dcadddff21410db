//! Where the time of runs goes.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::dataset::waited;

/// What an engine's runs have spent so far, summed over lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// From asking for an object to having it, summed over those that were asked for at once.
    pub fetching: Duration,
    /// Waiting for files.
    pub reading: Duration,
    /// Making bars of bytes, fetching included where it was not done ahead.
    pub decoding: Duration,
    /// Evaluating tiles.
    pub computing: Duration,
    /// Writing frames, which one lane does.
    pub writing: Duration,
}

impl Spent {
    const NAMES: [&str; 5] = ["fetching", "reading", "decoding", "computing", "writing"];

    fn parts(&self) -> [Duration; 5] {
        let Self {
            fetching,
            reading,
            decoding,
            computing,
            writing,
        } = *self;
        [fetching, reading, decoding, computing, writing]
    }
}

impl fmt::Display for Spent {
    /// `reading 12 %, decoding 50 %, computing 38 % of 0.81 s`; fetching, which is waiting, stands apart.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [fetching, busy @ ..] = self.parts();
        let all: Duration = busy.iter().sum();
        let named = Self::NAMES[1..].iter().zip(busy);
        let shares: Vec<String> = named
            .filter(|(_, part)| !part.is_zero())
            .map(|(name, part)| format!("{name} {:.0} %", 100.0 * part.div_duration_f64(all)))
            .collect();
        write!(f, "{} of {:.2} s", shares.join(", "), all.as_secs_f64())?;
        if !fetching.is_zero() {
            write!(
                f,
                "; objects took {:.2} s, many at once",
                fetching.as_secs_f64()
            )?;
        }
        Ok(())
    }
}

impl Serialize for Spent {
    /// Seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Spent", 5)?;
        for (name, part) in Self::NAMES.iter().zip(self.parts()) {
            record.serialize_field(name, &part.as_secs_f64())?;
        }
        record.end()
    }
}

/// Adds up what is spent, by all lanes.
#[derive(Debug, Default)]
pub(super) struct Meter {
    fetching: AtomicU64,
    reading: AtomicU64,
    decoding: AtomicU64,
    computing: AtomicU64,
    writing: AtomicU64,
}

impl Meter {
    pub(super) fn spent(&self) -> Spent {
        let of = |nanos: &AtomicU64| Duration::from_nanos(nanos.load(Relaxed));
        Spent {
            fetching: of(&self.fetching),
            reading: of(&self.reading),
            decoding: of(&self.decoding),
            computing: of(&self.computing),
            writing: of(&self.writing),
        }
    }

    /// Times reading and decoding on this thread.
    pub(super) fn read<T>(&self, read: impl FnOnce() -> T) -> T {
        let (begun, before) = (Instant::now(), waited());
        let result = read();
        let reading = waited().saturating_sub(before);
        add(&self.reading, reading);
        add(&self.decoding, begun.elapsed().saturating_sub(reading));
        result
    }

    pub(super) fn compute<T>(&self, compute: impl FnOnce() -> T) -> T {
        timed(&self.computing, compute)
    }

    pub(super) fn write<T>(&self, write: impl FnOnce() -> T) -> T {
        timed(&self.writing, write)
    }

    pub(super) async fn fetch<T>(&self, fetch: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let result = fetch.await;
        add(&self.fetching, begun.elapsed());
        result
    }
}

fn timed<T>(to: &AtomicU64, work: impl FnOnce() -> T) -> T {
    let begun = Instant::now();
    let result = work();
    add(to, begun.elapsed());
    result
}

fn add(to: &AtomicU64, time: Duration) {
    to.fetch_add(time.as_nanos() as u64, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_what_lanes_did() {
        let spent = Spent {
            reading: Duration::from_millis(100),
            computing: Duration::from_millis(300),
            ..Spent::default()
        };
        assert_eq!(spent.to_string(), "reading 25 %, computing 75 % of 0.40 s");
        let spent = Spent {
            fetching: Duration::from_secs(3),
            ..spent
        };
        assert!(
            spent
                .to_string()
                .ends_with("0.40 s; objects took 3.00 s, many at once")
        );
    }
}
