//! Layer 2 and the average at one bar: as [`kernel::layers`](crate::kernel::layers).

use super::Fixed;
use super::follow::Sums;
use super::step::BarFactors;
use crate::{EQUITY_FLOOR, IdleStep, Plan};

/// Follows the families through a bar; the average signal.
#[inline(always)]
pub(super) fn layer2(plan: &Plan, fixed: &mut Fixed, sums: &Sums, bar: &BarFactors) -> f64 {
    let repeat = plan.switches.idle_step == IdleStep::Last;
    for f in 0..6 {
        let signal = fixed.signal[f];
        let flat = if repeat { fixed.factor[f] } else { bar.flat };
        let held = if signal < 0.0 { bar.down } else { flat };
        let factor = if signal > 0.0 { bar.up } else { held };
        let equity = fixed.layer2[f] * factor;
        fixed.factor[f] = factor;
        fixed.layer2[f] = if EQUITY_FLOOR > equity {
            EQUITY_FLOOR
        } else {
            equity
        };
        let set = sums.total[f] - sums.unset[f];
        let value = (set - 2.0 * sums.short[f]) / sums.total[f];
        fixed.signal[f] = (value * 100.0 + 0.5).floor();
    }
    let (mut cast, mut total) = (0.0, 0.0);
    for f in 0..6 {
        let (signal, equity) = (fixed.signal[f], fixed.layer2[f]);
        cast += if signal > plan.vote_long { equity } else { 0.0 };
        cast -= if plan.vote_short > signal {
            equity
        } else {
            0.0
        };
        total += equity;
    }
    let average = cast / total;
    let before = std::mem::replace(&mut fixed.delayed, average);
    if plan.params().strategy {
        before
    } else {
        average
    }
}
