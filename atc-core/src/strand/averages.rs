//! The 54 averages at one bar: formulas as in [`kernel::averages`](crate::kernel::averages).
//!
//! First what averages remember moves on ([`advance`]); then the averages follow
//! from what is remembered ([`read`]), at any later time as well.

use super::layout::Layout;
use super::sums::{self, At};
use super::{Fixed, LINES, PerLine};
use crate::kernel::averages::kama::{FAST, SLOW};
use crate::kernel::constants::Weights;
use crate::{Family, Hma, Plan};

/// Moves what the averages remember to bar `bar`, whose source is in the ring.
#[inline(always)]
pub(super) fn advance(plan: &Plan, fixed: &mut Fixed, numbers: &mut [f64], bar: usize) {
    let layout = &plan.strand;
    let x = numbers[layout.source.of(bar)];
    for set in &layout.sets {
        sums::take_value(numbers, (*set, layout.source), bar, x);
    }
    sums::take_change(numbers, layout, bar);
    if plan.switches.hma == Hma::Hull {
        differences(plan, numbers, bar);
        fixed.hma = hull(plan, numbers, bar);
    }
    let constants = &plan.constants;
    smooth(&mut fixed.ema, &constants.ema.factors, &[x; 9]);
    let [first, second] = &constants.dema;
    if constants.dema_shares_ema {
        smooth(&mut fixed.second, &second.factors, &fixed.ema);
    } else {
        smooth(&mut fixed.dema, &first.factors, &[x; 9]);
        smooth(&mut fixed.second, &second.factors, &fixed.dema);
    }
    adapt(plan, &mut fixed.kama, numbers, bar);
}

/// Exponential smoothing.
#[inline(always)]
fn smooth(state: &mut [f64; 9], factors: &[f64; 9], input: &[f64; 9]) {
    for k in 0..9 {
        state[k] += factors[k] * (input[k] - state[k]);
    }
}

/// Adaptive smoothing.
#[inline(always)]
fn adapt(plan: &Plan, state: &mut [f64; 9], numbers: &[f64], bar: usize) {
    let (layout, lengths) = (&plan.strand, &plan.lengths[Family::Kama]);
    let noise = At::new(numbers, layout.noise, bar);
    let (prefix, old) = (noise.prefix, noise.plain(lengths));
    let x = numbers[layout.source.of(bar)];
    let mut past = [0.0; 9];
    for k in 0..9 {
        past[k] = numbers[layout.source.of(bar - lengths[k])];
    }
    for k in 0..9 {
        let noise = old[k] + prefix;
        let bound = f64::MIN_POSITIVE;
        let noise = if bound > noise { bound } else { noise };
        let ratio = (x - past[k]).abs() / noise;
        let speed = ratio * (FAST - SLOW) + SLOW;
        state[k] += (speed * speed) * (x - state[k]);
    }
}

/// `d` of the nine Hull lines, into their histories.
#[inline(always)]
fn differences(plan: &Plan, numbers: &mut [f64], bar: usize) {
    let (layout, constants) = (&plan.strand, &plan.constants);
    let sums = At::new(numbers, layout.sets[plan.windows.hma], bar);
    let fast = weighted(&sums, &constants.half);
    let slow = weighted(&sums, &constants.hma);
    let mut row = [0.0; 9];
    for k in 0..9 {
        row[k] = fast[k] - slow[k];
    }
    if layout.rows.n > 0 {
        let at = layout.rows.of(bar);
        numbers[at..at + 9].copy_from_slice(&row);
    }
    for outer in &layout.outer {
        numbers[outer.ring.of(bar)] = row[outer.k];
        sums::take_value(numbers, (outer.set, outer.ring), bar, row[outer.k]);
    }
}

/// Weighted averages of nine lengths.
#[inline(always)]
fn weighted(sums: &At<'_>, weights: &Weights) -> [f64; 9] {
    let mut out = sums.weighted(&weights.lengths);
    let (prefix, ramp) = (sums.prefix, sums.ramp);
    for k in 0..9 {
        out[k] = (out[k] + (weights.lanes[k] * prefix - ramp)) * weights.scale[k];
    }
    out
}

/// The averages after bar `bar`, family by family.
#[inline(always)]
pub(super) fn read(plan: &Plan, (fixed, numbers): (&Fixed, &[f64]), bar: usize) -> PerLine {
    let (layout, constants) = (&plan.strand, &plan.constants);
    let mut out = [0.0; LINES];
    let mut put = |family: Family, row: &[f64; 9]| {
        let at = 9 * family as usize;
        out[at..at + 9].copy_from_slice(row);
    };
    put(Family::Ema, &fixed.ema);
    match plan.switches.hma {
        Hma::Hull => put(Family::Hma, &fixed.hma),
        Hma::Sma => {
            let sums = At::new(numbers, layout.sets[plan.windows.hma], bar);
            let mut row = sums.plain(&constants.hma.lengths);
            for k in 0..9 {
                row[k] = (row[k] + sums.prefix) * constants.sma[k];
            }
            put(Family::Hma, &row);
        }
    }
    let wma = At::new(numbers, layout.sets[plan.windows.wma], bar);
    put(Family::Wma, &weighted(&wma, &constants.wma));
    let first = if constants.dema_shares_ema {
        &fixed.ema
    } else {
        &fixed.dema
    };
    let mut row = *first;
    for k in 0..9 {
        row[k] = (first[k] + first[k]) - fixed.second[k];
    }
    put(Family::Dema, &row);
    let lsma = At::new(numbers, layout.sets[plan.windows.lsma], bar);
    put(Family::Lsma, &line(plan, &lsma));
    put(Family::Kama, &fixed.kama);
    out
}

/// Least-squares averages.
#[inline(always)]
fn line(plan: &Plan, sums: &At<'_>) -> [f64; 9] {
    let constants = &plan.constants;
    let mut out = sums.weighted(&constants.lsma.lengths);
    let old = sums.plain(&constants.lsma.lengths);
    let [of_weighted, of_sum] = &constants.line;
    for k in 0..9 {
        let weighted = out[k] + (constants.lsma.lanes[k] * sums.prefix - sums.ramp);
        out[k] = weighted * of_weighted[k] + (old[k] + sums.prefix) * of_sum[k];
    }
    out
}

/// Outer Hull averages of the differences remembered.
#[inline(always)]
fn hull(plan: &Plan, numbers: &[f64], bar: usize) -> [f64; 9] {
    let Layout {
        rows,
        direct,
        outer,
        ..
    } = &plan.strand;
    let scale = &plan.constants.outer.scale;
    let mut out = [0.0; 9];
    if rows.n > 0 {
        let period = rows.period;
        let rows = &numbers[rows.at..rows.at + 9 * rows.n];
        let n = rows.len() / 9;
        let newest = period.phase(bar);
        let row = |at: usize| rows[9 * at..].first_chunk().expect("a row is whole");
        let mut sum: [f64; 9] = *row(newest);
        let mut weighted = sum;
        for back in 1..n {
            let at = if back <= newest { newest } else { newest + n } - back;
            let row: &[f64; 9] = row(at);
            for k in 0..9 {
                sum[k] += row[k];
                weighted[k] += if back < direct[k] { sum[k] } else { 0.0 };
            }
        }
        for k in 0..9 {
            out[k] = weighted[k] * scale[k];
        }
    }
    for outer in outer {
        let sums = At::new(numbers, outer.set, bar);
        let smoothing = outer.set.shape.longest;
        let ramp = smoothing as f64 * sums.prefix - sums.ramp;
        out[outer.k] = (sums.weighted(&[smoothing; 9])[0] + ramp) * scale[outer.k];
    }
    out
}
