//! Crossovers and the equity of following them: layer 1, one family a time.
//!
//! ```text
//! s = +1 from the bar where close rises above the average, -1 from the bar where it falls below
//! e = max(e * (1 - decay) * (1 + s_before * r * growth), 0.25)
//! ```
//!
//! A signal that has been set once is the side on which close was last outside
//! the tie band, so the next side needs one comparison, with the far edge of
//! the band: a hysteresis. Only before its first event does a line need more
//! state; those bars take the path of [`fresh`](super::fresh). Both paths compute the
//! same bits.

use super::averages::{Consumer, Span, Trio, three};
use super::tile::Lines;
use crate::lanes::Lanes;
use crate::{EQUITY_FLOOR, Plan, TIE_BAND};

/// What every line of every family needs of a bar, and what the lines of the
/// family at work add up to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BarLanes<V> {
    /// An average at or below this is under the close.
    pub(crate) low: V,
    /// An average above this is over the close.
    pub(crate) high: V,
    /// Equity factor of a long position.
    pub(crate) up: V,
    /// Equity factor of a short position.
    pub(crate) down: V,
    /// Equities of the family's lines, added up in order.
    pub(crate) total: V,
    /// As `total`, of the lines whose signal is -1.
    pub(crate) short: V,
}

/// Works out what every line needs of each bar: edges of the tie band, and what a position earns. `before` is the
/// close before the block; returns its last one.
#[inline(always)]
pub(crate) fn constants<V: Lanes>(
    plan: &Plan,
    span: Span,
    (closes, growth): (&[V], impl Iterator<Item = V>),
    (before, bars): (V, &mut [BarLanes<V>]),
) -> V {
    let (one, retain) = (V::splat(1.0), V::splat(plan.retain));
    let (low, high) = (V::splat(1.0 - TIE_BAND), V::splat(1.0 + TIE_BAND));
    let mut before = if span.first_bar == 0 {
        closes[0]
    } else {
        before
    };
    for (slot, (close, growth)) in bars.iter_mut().zip(closes.iter().zip(growth)) {
        let close = *close;
        let step = ((close - before) / before) * growth;
        slot.low = close * low;
        slot.high = close * high;
        slot.up = retain * (one + step);
        slot.down = retain * (one - step);
        before = close;
    }
    let cutout = plan.params().cutout;
    let dead = (cutout + 1).saturating_sub(span.first_bar).min(span.n);
    for slot in &mut bars[..dead] {
        (slot.up, slot.down) = (one, one);
    }
    before
}

impl<V: Lanes> BarLanes<V> {
    /// A bar nobody has looked at.
    pub(crate) fn blank() -> Self {
        let zero = V::splat(0.0);
        Self {
            low: zero,
            high: zero,
            up: zero,
            down: zero,
            total: zero,
            short: zero,
        }
    }
}

/// Sides of a line: where it is, or was, in relation to the close. A line that
/// never had a value is `FRESH`, a NaN, which no comparison holds for.
pub(crate) mod side {
    /// Signal +1.
    pub(crate) const LONG: f64 = 1.0;
    /// Signal -1.
    pub(crate) const SHORT: f64 = -1.0;
    /// Signal 0; close was above the average when it got a value, and since.
    pub(crate) const ABOVE: f64 = 0.5;
    /// Signal 0; close was below the average when it got a value, and since.
    pub(crate) const BELOW: f64 = -0.5;
    /// Signal 0; price and average were tied at the last bar.
    pub(crate) const TIED: f64 = 0.0;
    /// Signal 0; the average had no value yet.
    pub(crate) const FRESH: f64 = f64::NAN;
    /// Magnitudes above this are signals.
    pub(crate) const SET: f64 = 0.75;
}

/// Whether all signals of these lines are set, in every lane.
#[inline(always)]
pub(crate) fn all_set<V: Lanes>(sides: &[V]) -> bool {
    sides
        .iter()
        .all(|side| V::all(side.abs().gt(V::splat(side::SET))))
}

/// Follows averages as they are computed; all signals must be set.
pub(crate) struct Followers<'a, V> {
    /// The bars of the block.
    pub(crate) bars: &'a mut [BarLanes<V>],
    /// The family's lines.
    pub(crate) lines: &'a mut Lines<V>,
}

impl<V: Lanes> Consumer<V> for Followers<'_, V> {
    #[inline(always)]
    fn run(&mut self, first: usize, trio: &mut impl Trio<V>) {
        if first == 0 {
            follow_set::<V, true>(self.bars, self.lines, first, trio);
        } else {
            follow_set::<V, false>(self.bars, self.lines, first, trio);
        }
    }
}

/// Three lines whose signals are all set; the `OPENING` three start the sums.
#[inline(always)]
fn follow_set<V: Lanes, const OPENING: bool>(
    bars: &mut [BarLanes<V>],
    lines: &mut Lines<V>,
    first: usize,
    trio: &mut impl Trio<V>,
) {
    let (floor, zero) = (V::splat(EQUITY_FLOOR), V::splat(0.0));
    let side = three(&lines.side, first);
    let mut short = [zero.gt(side[0]), zero.gt(side[1]), zero.gt(side[2])];
    let mut equity = three(&lines.equity, first);
    let mut average = three(&lines.average, first);
    let mut start = 0;
    loop {
        let n = trio.next_run();
        if n == 0 {
            break;
        }
        for (j, bar) in bars[start..start + n].iter_mut().enumerate() {
            average = trio.at(j);
            let (mut total, mut shorts) = (bar.total, bar.short);
            for k in 0..3 {
                let factor = V::select(short[k], bar.down, bar.up);
                equity[k] = (equity[k] * factor).at_least(floor);
                short[k] = average[k].gt(V::select(short[k], bar.low, bar.high));
                if OPENING && k == 0 {
                    (total, shorts) = (equity[k], equity[k].keep(short[k]));
                } else {
                    (total, shorts) = (total + equity[k], shorts.plus(short[k], equity[k]));
                }
            }
            (bar.total, bar.short) = (total, shorts);
        }
        start += n;
    }
    for k in 0..3 {
        lines.side[first + k] = V::select(short[k], V::splat(side::SHORT), V::splat(side::LONG));
    }
    lines.equity[first..first + 3].copy_from_slice(&equity);
    lines.average[first..first + 3].copy_from_slice(&average);
}
