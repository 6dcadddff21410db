//! From the average signal to a trend and its flips.

use std::fmt;
use std::str::FromStr;

use crate::profile::named_enum;
use crate::{Error, Plan};

named_enum! {
    /// What the average signal says.
    Trend ("trend") {
        /// Above the long threshold.
        Long = "long",
        /// Below the short threshold.
        Short = "short",
        /// Between the thresholds, or no value yet.
        #[default]
        Neutral = "neutral",
    }
}

impl Trend {
    /// The trend of an average signal under the plan's thresholds; NaN is neutral.
    pub fn of(plan: &Plan, average_signal: f64) -> Self {
        if average_signal > plan.params().long_threshold {
            Self::Long
        } else if average_signal < plan.params().short_threshold {
            Self::Short
        } else {
            Self::Neutral
        }
    }
}

/// A crossing of a threshold against the direction of the last one.
///
/// Whoever counts the bars decides what `bar` means. They differ if bars are missing:
///
/// | from | `bar` counts |
/// |---|---|
/// | [`Classifier`](crate::Classifier), [`Universe`](crate::Universe), [`Last`](crate::Last), [`Swept`](crate::Swept) | bars that exist; [`Series::index`](crate::Series::index) turns it into the index of a column |
/// | a [`TrendTracker`] | values that it was given: over a column, its index |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Flip {
    /// The bar at which it happened, from 0.
    pub bar: usize,
    /// [`Trend::Long`] or [`Trend::Short`].
    pub trend: Trend,
}

/// Follows an average signal and latches its flips.
///
/// A long flip is the bar at which the signal, at or below the long threshold
/// on the bar before, rises above it, unless the last flip was long too; a
/// short flip mirrors it. The first bar with a value is never a flip; those
/// behind it may be, also during the warm-up: see [`Plan::warm_up`].
///
/// NaN counts as a bar and changes nothing else, so over a column with missing
/// bars a [`Flip`] names the index of its bar.
///
/// ```
/// use atc_core::{Params, Plan, Trend, TrendTracker};
///
/// let plan = Plan::new(Params::default())?;
/// let mut tracker = TrendTracker::default();
/// let trend = [0.0, 0.4, 0.0, 0.5, -0.3].map(|v| tracker.update(&plan, v).is_some());
/// assert_eq!(trend, [false, true, false, false, true]);
/// assert_eq!(tracker.last_flip().map(|flip| flip.bar), Some(4));
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrendTracker {
    bars: usize,
    /// The last value; `None` before the first.
    last: Option<f64>,
    flip: Option<Flip>,
}

impl TrendTracker {
    /// Takes the average signal of the next bar, NaN if it has none; the flip
    /// if that bar is one.
    pub fn update(&mut self, plan: &Plan, average_signal: f64) -> Option<Flip> {
        let bar = self.bars;
        self.bars += 1;
        if average_signal.is_nan() {
            return None;
        }
        let before = self.last.replace(average_signal)?;
        let trend = Trend::of(plan, average_signal);
        let opposite = self.flip.is_none_or(|flip| flip.trend != trend);
        if trend == Trend::Neutral || trend == Trend::of(plan, before) || !opposite {
            return None;
        }
        self.flip = Some(Flip { bar, trend });
        self.flip
    }

    /// Takes the average signals of several bars, as [`update`](Self::update) would one by one.
    ///
    /// Looks at the last ones alone: the last flip is the first of the crossings in its direction that no
    /// crossing in the other one follows.
    pub fn extend(&mut self, plan: &Plan, average_signals: &[f64]) {
        let mut valued = average_signals.iter().enumerate().rev();
        let mut valued = valued.by_ref().filter(|(_, value)| !value.is_nan());
        let Some((mut at, newest)) = valued.next() else {
            self.bars += average_signals.len();
            return;
        };
        let before = self.last.map(|last| (0, last));
        let mut flip: Option<Flip> = None;
        let mut is_new = false;
        let mut trend = Trend::of(plan, *newest);
        for (earlier, value) in valued.map(|(at, value)| (at, *value)).chain(before) {
            let was = Trend::of(plan, value);
            if trend != Trend::Neutral && trend != was {
                if flip.is_some_and(|flip| flip.trend != trend) {
                    is_new = true;
                    break;
                }
                let bar = self.bars + at;
                flip = Some(Flip { bar, trend });
            }
            (at, trend) = (earlier, was);
        }
        let is_other = |flip: Flip| self.flip.is_none_or(|old| old.trend != flip.trend);
        if is_new || flip.is_some_and(is_other) {
            self.flip = flip;
        }
        self.last = Some(*newest);
        self.bars += average_signals.len();
    }

    /// The last flip, if there was one.
    pub const fn last_flip(&self) -> Option<Flip> {
        self.flip
    }

    /// Bars taken.
    pub const fn n_bars(&self) -> usize {
        self.bars
    }

    /// The last average signal, if there was one.
    pub const fn last_value(&self) -> Option<f64> {
        self.last
    }

    /// A tracker that goes on from recorded values.
    pub(crate) const fn resumed(bars: usize, last: Option<f64>, flip: Option<Flip>) -> Self {
        Self { bars, last, flip }
    }
}
