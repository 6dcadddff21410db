//! What to warm first.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use crate::Access;

/// How the past is weighed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Ranking {
    /// After this time a request counts half. 3 days.
    pub half_life: Duration,
    /// An entry that is next used after this time is worth half of one that is used now. 1 hour.
    pub patience: Duration,
}

/// Something worth having in the store, see [`Ranking::rank`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Candidate {
    /// What to ask for, as in the journal.
    pub subject: String,
    /// What it is worth: expected seconds saved per mebibyte. The more the better.
    pub score: f64,
    /// Requests, each halved with every half-life that has passed since.
    pub frequency: f64,
    /// When it is likely to be asked next, if there is a rhythm to go by.
    pub next_use: Option<SystemTime>,
    /// What computing it takes, when last told.
    pub cost: Duration,
    /// What it takes in the store, when last told.
    pub bytes: u64,
}

impl Default for Ranking {
    fn default() -> Self {
        Self {
            half_life: Duration::from_hours(72),
            patience: Duration::from_hours(1),
        }
    }
}

impl Ranking {
    /// Ranks what was asked by what it is worth to have it ready at `now`, best first; equals by
    /// their subject.
    ///
    /// ```text
    /// frequency = Σ 2^(-(now - at) / half_life)
    /// wait      = time until the next use, 0 if it is overdue; half a patience without a rhythm
    /// score     = frequency · 2^(-wait / patience) · cost / bytes       in seconds per mebibyte
    /// ```
    ///
    /// The next use follows from the period if one was told: the source changes at its next
    /// multiple. Else, after four requests or more, from the median of the times between them; if the
    /// system knows no such time, because it is too far away, there is no rhythm to go by.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use atc_cache::{Access, Ranking};
    ///
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_hours(24);
    /// let access = |subject: &str, hours: u64| Access {
    ///     subject: subject.into(),
    ///     at: now - Duration::from_hours(hours),
    ///     hit: false,
    ///     cost: Duration::from_millis(1),
    ///     bytes: 4096,
    ///     period: None,
    /// };
    /// let journal = [access("rare", 1), access("daily", 20), access("daily", 2)];
    /// let ranked = Ranking::default().rank(&journal, now);
    /// assert_eq!([&*ranked[0].subject, &*ranked[1].subject], ["daily", "rare"]);
    /// ```
    pub fn rank(&self, journal: &[Access], now: SystemTime) -> Vec<Candidate> {
        let mut by_subject: HashMap<&str, Vec<&Access>> = HashMap::new();
        for access in journal {
            by_subject.entry(&access.subject).or_default().push(access);
        }
        let mut candidates: Vec<Candidate> = by_subject
            .into_values()
            .filter_map(|mut accesses| {
                accesses.sort_by_key(|access| access.at);
                self.candidate(&accesses, now)
            })
            .collect();
        candidates.sort_by(|a, b| {
            let order = b.score.total_cmp(&a.score);
            order.then_with(|| a.subject.cmp(&b.subject))
        });
        candidates
    }

    /// What is worth most within `budget` bytes, best first; what does not fit is passed over.
    pub fn pick(&self, journal: &[Access], now: SystemTime, budget: u64) -> Vec<Candidate> {
        let mut left = budget;
        let mut ranked = self.rank(journal, now);
        ranked.retain(|candidate| match left.checked_sub(candidate.bytes) {
            Some(rest) => {
                left = rest;
                true
            }
            None => false,
        });
        ranked
    }

    /// `accesses` are those of one subject, oldest first.
    fn candidate(&self, accesses: &[&Access], now: SystemTime) -> Option<Candidate> {
        let last = accesses.last()?;
        let age = |access: &&Access| now.duration_since(access.at).unwrap_or_default();
        let weights = accesses
            .iter()
            .map(|access| half(age(access), self.half_life));
        let frequency = weights.sum::<f64>();
        let next_use = match last.period {
            Some(period) => Some(next_multiple(last.at, period)),
            None => usual_gap(accesses).and_then(|gap| last.at.checked_add(gap)),
        };
        let nearness = match next_use {
            Some(at) => half(at.duration_since(now).unwrap_or_default(), self.patience),
            None => half(self.patience / 2, self.patience),
        };
        let mebibytes = last.bytes.max(1) as f64 / f64::from(1 << 20);
        Some(Candidate {
            subject: last.subject.clone(),
            score: frequency * nearness * last.cost.as_secs_f64() / mebibytes,
            frequency,
            next_use,
            cost: last.cost,
            bytes: last.bytes,
        })
    }
}

/// One, halved with every `half_life` in `time`.
fn half(time: Duration, half_life: Duration) -> f64 {
    (-time.as_secs_f64() / half_life.as_secs_f64().max(1e-9)).exp2()
}

/// The first multiple of `period` since the epoch after `time`.
fn next_multiple(time: SystemTime, period: Duration) -> SystemTime {
    let since = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let periods = since.as_nanos() / period.as_nanos().max(1) + 1;
    let next = periods.saturating_mul(period.as_nanos());
    let next = Duration::from_nanos(u64::try_from(next).unwrap_or(u64::MAX));
    SystemTime::UNIX_EPOCH + next
}

/// The median time between requests, if there are enough of them.
fn usual_gap(accesses: &[&Access]) -> Option<Duration> {
    let pairs = accesses.windows(2);
    let mut gaps: Vec<Duration> = pairs
        .filter_map(|pair| pair[1].at.duration_since(pair[0].at).ok())
        .collect();
    if gaps.len() < 3 {
        return None;
    }
    gaps.sort_unstable();
    Some(gaps[gaps.len() / 2])
}
