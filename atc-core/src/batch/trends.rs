//! The trends of the series in one set of lanes: [`TrendTracker`], side by side.

use crate::lanes::Lanes;
use crate::{Flip, Plan, Trend, TrendTracker};

/// A trend and the direction of a flip as numbers.
mod code {
    pub(super) const LONG: f64 = 1.0;
    pub(super) const SHORT: f64 = -1.0;
    pub(super) const NEUTRAL: f64 = 0.0;
    /// No value so far.
    pub(super) const NONE: f64 = f64::NAN;
    /// Between `NEUTRAL` and `LONG`.
    pub(super) const RAISED: f64 = 0.5;
}

/// Follows the average signals of all lanes and latches their flips.
#[derive(Clone, Debug)]
pub(crate) struct LaneTrends<V> {
    bars: usize,
    /// The last value; NaN before the first.
    last: V,
    /// The trend of the last value.
    trend: V,
    /// The direction of the last flip, `NEUTRAL` before the first, and its bar.
    flipped: V,
    bar: V,
}

impl<V: Lanes> LaneTrends<V> {
    /// Trends before the first bar.
    pub(crate) fn new() -> Self {
        Self {
            bars: 0,
            last: V::splat(code::NONE),
            trend: V::splat(code::NONE),
            flipped: V::splat(code::NEUTRAL),
            bar: V::splat(0.0),
        }
    }

    /// Takes the average signals of the next bars; NaN where a lane has none.
    #[inline(always)]
    pub(crate) fn update(&mut self, plan: &Plan, values: &[V]) {
        let params = plan.params();
        let (above, below) = (params.long_threshold, params.short_threshold);
        let (above, below) = (V::splat(above), V::splat(below));
        let [long, short, neutral] =
            [code::LONG, code::SHORT, code::NEUTRAL].map(|code| V::splat(code));
        let (raised, lowered) = (V::splat(code::RAISED), V::splat(-code::RAISED));
        for (j, value) in values.iter().enumerate() {
            let value = *value;
            let (rises, falls) = (value.gt(above), below.gt(value));
            // A flip: the trend was another one, and so was the last flip. Without a trend before
            // (a NaN) neither comparison holds, which reads as the same trend.
            let held = V::select(self.trend.le(raised), self.flipped, long);
            let up = raised.gt(V::select(rises, held, long));
            let held = V::select(self.trend.gt(lowered), self.flipped, short);
            let down = V::select(falls, held, short).gt(lowered);
            let bar = V::splat((self.bars + j) as f64);
            self.flipped = V::select(up, long, V::select(down, short, self.flipped));
            self.bar = V::select(up, bar, V::select(down, bar, self.bar));
            let trend = V::select(rises, long, V::select(falls, short, neutral));
            let is_there = value.le(V::splat(f64::INFINITY));
            self.trend = V::select(is_there, trend, self.trend);
            self.last = V::select(is_there, value, self.last);
        }
        self.bars += values.len();
    }

    /// Whether the last bar of a lane was a flip.
    pub(crate) fn is_flip(&self, lane: usize) -> bool {
        let last_flip = self.lane(lane).last_flip();
        last_flip.is_some_and(|flip| flip.bar + 1 == self.bars)
    }

    /// The trend of one lane.
    #[expect(clippy::cast_sign_loss, reason = "a bar number, kept as a number")]
    pub(crate) fn lane(&self, lane: usize) -> TrendTracker {
        let last = self.last.lane(lane);
        let flipped = self.flipped.lane(lane);
        let flip = (flipped != code::NEUTRAL).then(|| Flip {
            bar: self.bar.lane(lane) as usize,
            trend: if code::NEUTRAL < flipped {
                Trend::Long
            } else {
                Trend::Short
            },
        });
        TrendTracker::resumed(self.bars, (!last.is_nan()).then_some(last), flip)
    }

    /// Puts the trend of a series into all lanes.
    pub(crate) fn set(&mut self, plan: &Plan, trend: TrendTracker) {
        let number = |trend: Trend| match trend {
            Trend::Long => code::LONG,
            Trend::Short => code::SHORT,
            Trend::Neutral => code::NEUTRAL,
        };
        let (last, flip) = (trend.last_value(), trend.last_flip());
        let of_last = last.map_or(code::NONE, |last| number(Trend::of(plan, last)));
        *self = Self {
            bars: trend.n_bars(),
            last: V::splat(last.unwrap_or(code::NONE)),
            trend: V::splat(of_last),
            flipped: V::splat(flip.map_or(code::NEUTRAL, |flip| number(flip.trend))),
            bar: V::splat(flip.map_or(0.0, |flip| flip.bar as f64)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::LaneTrends;
    use crate::lanes::{Lanes, Wide};
    use crate::{Params, Plan, TrendTracker};
    use proptest::prelude::*;

    /// Values around the thresholds, and none.
    fn value() -> impl Strategy<Value = f64> {
        prop::sample::select(vec![
            f64::NAN,
            -1.0,
            -0.2,
            -0.1,
            -0.05,
            0.0,
            0.05,
            0.1,
            0.2,
            0.3,
            1.0,
        ])
    }

    proptest! {
        #[test]
        fn lanes_follow_trends_as_a_tracker_does(
            values in prop::collection::vec([value(), value(), value(), value()], 1..60),
            split in 0_usize..60,
            thresholds in prop::sample::select(vec![(0.1, -0.1), (0.2, 0.05), (-0.05, -0.2)]),
        ) {
            let (long_threshold, short_threshold) = thresholds;
            let params = Params { long_threshold, short_threshold, ..Params::default() };
            let plan = Plan::new(params).unwrap();
            let values: Vec<_> = values.into_iter().map(Wide).collect();
            let (head, tail) = values.split_at(split.min(values.len()));
            let mut lanes = LaneTrends::<Wide<4>>::new();
            lanes.update(&plan, head);
            lanes.update(&plan, tail);
            for lane in 0..4 {
                let mut tracker = TrendTracker::default();
                let mut flip = None;
                for value in &values {
                    flip = tracker.update(&plan, value.lane(lane));
                }
                prop_assert_eq!(lanes.lane(lane), tracker);
                let of_lane = |values: &[Wide<4>]| -> Vec<f64> { values.iter().map(|v| v.lane(lane)).collect() };
                let mut extended = TrendTracker::default();
                extended.extend(&plan, &of_lane(head));
                extended.extend(&plan, &of_lane(tail));
                prop_assert_eq!(extended, tracker);
                prop_assert_eq!(lanes.is_flip(lane), flip.is_some());
                let mut again = LaneTrends::<Wide<4>>::new();
                again.set(&plan, tracker);
                prop_assert_eq!(again.lane(lane), tracker);
            }
        }
    }
}
