//! Six families to one vote.

use atc_core::{Cut, Family, Plan, Reading};

/// Limits of the votes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Layer-1 signals below this vote short.
    pub(super) short: f64,
    /// Layer-1 signals above this vote long.
    pub(super) long: f64,
}

impl Limits {
    /// The limits in force under a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        match plan.switches().cut {
            Cut::Half => Self {
                short: -0.49,
                long: 0.49,
            },
            Cut::Thresholds => Self {
                short: plan.params().short_threshold,
                long: plan.params().long_threshold,
            },
        }
    }

    /// The votes of a bar.
    pub(super) fn cast(self, reading: &Reading) -> Votes {
        let vote = |signal| i8::from(signal > self.long) - i8::from(signal < self.short);
        Votes {
            votes: reading.signals.0.map(vote),
            equities: reading.equities.0,
        }
    }
}

/// The votes of the six families and what they weigh.
#[derive(Clone, Copy, Debug)]
pub(super) struct Votes {
    /// -1, 0 or +1.
    pub(super) votes: [i8; 6],
    /// Layer-2 equities.
    equities: [f64; 6],
}

impl Votes {
    /// `sum(vote * equity) / sum(equity)`, added in the order of the families.
    pub(super) fn average(&self) -> f64 {
        let cast: f64 = self
            .votes
            .iter()
            .zip(self.equities)
            .map(|(v, e)| f64::from(*v) * e)
            .sum();
        cast / self.total()
    }

    /// A family's part of the average.
    pub(super) fn contribution(&self, family: Family) -> f64 {
        let at = family as usize;
        f64::from(self.votes[at]) * self.equities[at] / self.total()
    }

    fn total(&self) -> f64 {
        self.equities.iter().sum()
    }
}
