//! Crossovers and equities of the 54 lines at one bar: as [`kernel::follow`](crate::kernel::follow).
//!
//! Once every line has a signal, which is for good, a line is one number: its
//! equity, negative where the signal is -1.

use super::step::BarFactors;
use super::{Fixed, LINES, PerLine};
use crate::EQUITY_FLOOR;
use crate::kernel::follow::side;

/// What the lines of each family add up to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sums {
    /// Equities.
    pub(super) total: [f64; 6],
    /// Equities of lines whose signal is -1.
    pub(super) short: [f64; 6],
    /// Equities of lines without a signal.
    pub(super) unset: [f64; 6],
}

/// Follows all lines through a bar.
#[inline(always)]
pub(super) fn follow(fixed: &mut Fixed, averages: &PerLine, bar: &BarFactors) -> Sums {
    if fixed.all_set {
        follow_set(&mut fixed.equity, averages, bar)
    } else {
        follow_fresh(fixed, averages, bar)
    }
}

/// Lines that all have a signal.
#[inline(always)]
fn follow_set(equity: &mut PerLine, averages: &PerLine, bar: &BarFactors) -> Sums {
    let (mut magnitude, mut short) = ([0.0; LINES], [0.0; LINES]);
    for i in 0..LINES {
        let was_short = equity[i] < 0.0;
        let factor = if was_short { bar.down } else { bar.up };
        let edge = if was_short { bar.low } else { bar.high };
        let held = equity[i].abs() * factor;
        let held = if EQUITY_FLOOR > held {
            EQUITY_FLOOR
        } else {
            held
        };
        let is_short = averages[i] > edge;
        magnitude[i] = held;
        short[i] = if is_short { held } else { 0.0 };
        equity[i] = if is_short { -held } else { held };
    }
    Sums {
        total: add_up(&magnitude),
        short: add_up(&short),
        unset: [0.0; 6],
    }
}

/// Lines of which some had no event yet.
fn follow_fresh(fixed: &mut Fixed, averages: &PerLine, bar: &BarFactors) -> Sums {
    let (mut short, mut unset) = ([0.0; LINES], [0.0; LINES]);
    for i in 0..LINES {
        let before = fixed.side[i];
        let held = if before < -side::SET {
            bar.down
        } else {
            bar.flat
        };
        let factor = if before > side::SET { bar.up } else { held };
        let held = fixed.equity[i] * factor;
        let held = if EQUITY_FLOOR > held {
            EQUITY_FLOOR
        } else {
            held
        };
        let after = next_side(before, averages[i], bar);
        short[i] = if after < -side::SET { held } else { 0.0 };
        unset[i] = if after.abs() > side::SET { 0.0 } else { held };
        (fixed.equity[i], fixed.side[i]) = (held, after);
    }
    let sums = Sums {
        total: add_up(&fixed.equity),
        short: add_up(&short),
        unset: add_up(&unset),
    };
    settle(fixed);
    sums
}

/// Goes over to one number per line, if every line has a signal.
pub(super) fn settle(fixed: &mut Fixed) {
    fixed.all_set = fixed.side[..54].iter().all(|side| side.abs() > side::SET);
    if fixed.all_set {
        for (equity, side) in fixed.equity.iter_mut().zip(&fixed.side) {
            *equity = if *side < 0.0 { -*equity } else { *equity };
        }
    }
}

/// Side and equity of a line.
pub(super) fn line(fixed: &Fixed, i: usize) -> (f64, f64) {
    let equity = fixed.equity[i];
    match (fixed.all_set, equity < 0.0) {
        (false, _) => (fixed.side[i], equity),
        (true, true) => (side::SHORT, -equity),
        (true, false) => (side::LONG, equity),
    }
}

/// The side after a bar, whatever it was before: as in the tile.
#[inline(always)]
fn next_side(before: f64, average: f64, bar: &BarFactors) -> f64 {
    if before.abs() > side::SET {
        let edge = if before > 0.0 { bar.high } else { bar.low };
        return if average > edge {
            side::SHORT
        } else {
            side::LONG
        };
    }
    if average <= bar.low {
        if before <= side::TIED {
            side::LONG
        } else {
            side::ABOVE
        }
    } else if average > bar.high {
        if before > side::BELOW / 2.0 {
            side::SHORT
        } else {
            side::BELOW
        }
    } else if average <= f64::INFINITY {
        side::TIED
    } else {
        side::FRESH
    }
}

/// The sum over the nine lines of each family, in their order.
#[inline(always)]
fn add_up(lines: &PerLine) -> [f64; 6] {
    let mut sums = [0.0; 6];
    for f in 0..6 {
        let mut sum = lines[9 * f];
        for k in 1..9 {
            sum += lines[9 * f + k];
        }
        sums[f] = sum;
    }
    sums
}
