//! A strand from a record of its series, and back; see [`kernel::record`](crate::kernel::record).

use super::layout::Layout;
use super::{Fixed, Strand, averages, follow, sums};
use crate::kernel::averages::hull;
use crate::kernel::averages::three;
use crate::{Family, Hma, Plan};

impl Strand {
    /// A series that goes on from a record after `bars` bars, at least [`Layout::from`].
    pub(crate) fn resume(plan: &Plan, bars: usize, record: &[f64]) -> Self {
        let mut strand = Self::blank(plan);
        strand.go_on(plan, bars, record);
        strand
    }

    /// As [`resume`](Self::resume), in the place of another series of the plan.
    pub(crate) fn go_on(&mut self, plan: &Plan, bars: usize, record: &[f64]) {
        self.bars = bars;
        resume(plan, (&mut self.fixed, &mut self.sums), bars, record);
    }

    /// Appends the record of the series to `out`.
    pub(crate) fn record(&self, plan: &Plan, out: &mut Vec<f64>) {
        record(plan, (&self.fixed, &self.sums), self.bars, out);
    }
}

/// Takes numbers off the front of a record.
struct Values<'a>(&'a [f64]);

impl<'a> Values<'a> {
    fn take(&mut self, n: usize) -> &'a [f64] {
        let (head, rest) = self.0.split_at(n);
        self.0 = rest;
        head
    }

    fn fill(&mut self, out: &mut [f64]) {
        out.copy_from_slice(self.take(out.len()));
    }
}

/// Puts a recorded series into a state.
fn resume(plan: &Plan, (fixed, numbers): (&mut Fixed, &mut [f64]), bars: usize, record: &[f64]) {
    let layout = &plan.strand;
    let mut values = Values(record);
    let source = values.take(plan.windows.history);
    layout.source.fill(numbers, bars, source);
    if plan.switches.hma == Hma::Hull {
        resume_hull(plan, numbers, bars, &mut values);
    }
    for row in [
        &mut fixed.ema,
        &mut fixed.dema,
        &mut fixed.second,
        &mut fixed.kama,
    ] {
        values.fill(row);
    }
    for f in 0..6 {
        let lines = 9 * f..9 * f + 9;
        let averages = values.take(9);
        if f == Family::Hma as usize {
            fixed.hma.copy_from_slice(averages); // the others follow from the rest
        }
        values.fill(&mut fixed.side[lines.clone()]);
        values.fill(&mut fixed.equity[lines]);
    }
    for f in 0..6 {
        let layer2 = values.take(3);
        (fixed.signal[f], fixed.layer2[f], fixed.factor[f]) = (layer2[0], layer2[1], layer2[2]);
    }
    let last = values.take(2);
    (fixed.close, fixed.delayed) = (last[0], last[1]);
    fixed.growth = plan.growth_base(bars - 1);
    follow::settle(fixed);
    for set in &layout.sets {
        sums::rebuild(numbers, (*set, layout.source), bars);
    }
    sums::rebuild_noise(numbers, layout, bars);
}

/// Appends the record of a state after `bars` bars to `out`.
fn record(plan: &Plan, (fixed, numbers): (&Fixed, &[f64]), bars: usize, out: &mut Vec<f64>) {
    let layout = &plan.strand;
    out.extend(layout.source.newest(numbers, bars, plan.windows.history));
    if plan.switches.hma == Hma::Hull {
        record_hull(plan, numbers, bars, out);
    }
    for row in [&fixed.ema, &fixed.dema, &fixed.second, &fixed.kama] {
        out.extend(row);
    }
    let averages = averages::read(plan, (fixed, numbers), bars - 1);
    for family in Family::ALL {
        let at = 9 * family as usize;
        out.extend(&averages[at..at + 9]);
        let lines: [(f64, f64); 9] = std::array::from_fn(|k| fixed.line(family, k));
        out.extend(lines.map(|line| line.0));
        out.extend(lines.map(|line| line.1));
    }
    for f in 0..6 {
        out.extend([fixed.signal[f], fixed.layer2[f], fixed.factor[f]]);
    }
    out.extend([fixed.close, fixed.delayed]);
}

/// The differences in the order of a record: three lines at a time, bar by bar
/// where all three are summed afresh, else line by line.
fn hull_order(plan: &Plan, mut visit: impl FnMut(usize, usize)) {
    for first in [0, 3, 6] {
        let smoothing = three(&plan.constants.outer.lengths, first);
        if let Some(longest) = hull::direct(smoothing) {
            for back in (1..longest).rev() {
                (0..3).for_each(|k| visit(first + k, back));
            }
        } else {
            for (k, smoothing) in smoothing.into_iter().enumerate() {
                let history = hull::line_history(smoothing);
                (1..=history).rev().for_each(|back| visit(first + k, back));
            }
        }
    }
}

/// Where the difference of line `k` lies, `back` bars before bar `bars`.
fn difference(layout: &Layout, k: usize, bar: usize) -> Option<usize> {
    let own = layout.outer.iter().find(|outer| outer.k == k);
    own.map_or_else(
        || (layout.rows.n > 0).then(|| layout.rows.of(bar) + k),
        |outer| Some(outer.ring.of(bar)),
    )
}

fn record_hull(plan: &Plan, numbers: &[f64], bars: usize, out: &mut Vec<f64>) {
    hull_order(plan, |k, back| {
        let at = difference(&plan.strand, k, bars - back);
        out.push(at.map_or(0.0, |at| numbers[at]));
    });
}

fn resume_hull(plan: &Plan, numbers: &mut [f64], bars: usize, values: &mut Values<'_>) {
    hull_order(plan, |k, back| {
        let value = values.take(1)[0];
        if let Some(at) = difference(&plan.strand, k, bars - back) {
            numbers[at] = value;
        }
    });
    for outer in &plan.strand.outer {
        sums::rebuild(numbers, (outer.set, outer.ring), bars);
    }
}
