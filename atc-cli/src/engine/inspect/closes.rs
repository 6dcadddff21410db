//! Closes: missing, not positive, and jumps that look like a redenomination.

use atc_core::Gaps;
use serde::Serialize;

use super::Remarks;
use crate::engine::dataset::{Bars, counted, format_time};

/// How many jumps are listed; all are counted.
const LISTED: usize = 5;
/// A change of price by more than this factor from one bar to the next is suspicious whatever the factor.
const JUMP: f64 = 50.0;
/// How near to a power of ten a factor must be to look like a redenomination, relative.
const NEAR: f64 = 0.03;

/// What the closes of a series look like.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Closes {
    /// The smallest finite close.
    pub lowest: Option<f64>,
    /// The largest finite close.
    pub highest: Option<f64>,
    /// Closes that are missing or not finite.
    pub missing: usize,
    /// Closes that are zero or negative.
    pub non_positive: usize,
    /// Number of jumps that look like a redenomination: near a power of ten, or more than fifty-fold.
    pub n_jumps: usize,
    /// The first few of them.
    pub jumps: Vec<Jump>,
}

/// A change of price between two neighbouring bars that is hardly the market's.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Jump {
    /// Row of the bar after the jump.
    pub row: u64,
    /// Time of that bar.
    pub time: Option<String>,
    /// Close before.
    pub from: f64,
    /// Close after.
    pub to: f64,
}

pub(super) fn look(bars: &Bars, gaps: Gaps, remarks: &mut Remarks) -> Closes {
    let mut closes = Closes::default();
    let (mut first_missing, mut first_bad) = (None, None);
    let mut last = None;
    for (bar, &close) in bars.close.iter().enumerate() {
        if !close.is_finite() {
            closes.missing += 1;
            first_missing.get_or_insert(bar);
            continue;
        }
        closes.lowest = Some(closes.lowest.map_or(close, |lowest| lowest.min(close)));
        closes.highest = Some(closes.highest.map_or(close, |highest| highest.max(close)));
        if close <= 0.0 {
            closes.non_positive += 1;
            first_bad.get_or_insert(bar);
            continue;
        }
        if let Some(from) = last.replace(close)
            && is_jump(from, close)
        {
            closes.n_jumps += 1;
            if closes.jumps.len() < LISTED {
                closes.jumps.push(Jump {
                    row: row(bars, bar),
                    time: time(bars, bar),
                    from,
                    to: close,
                });
            }
        }
    }
    remark(bars, &closes, (first_missing, first_bad, gaps), remarks);
    closes
}

fn remark(
    bars: &Bars,
    closes: &Closes,
    (first_missing, first_bad, gaps): (Option<usize>, Option<usize>, Gaps),
    remarks: &mut Remarks,
) {
    if let Some(bar) = first_bad {
        let (row, value) = (row(bars, bar), bars.close[bar]);
        let count = counted(closes.non_positive, "close is", "closes are");
        remarks.bad(format!(
            "{count} zero or negative, the first is {value} in row {row}; correct or remove them"
        ));
    }
    if let Some(bar) = first_missing {
        let count = counted(closes.missing, "close is", "closes are");
        let what = format!("{count} missing, the first in row {}", row(bars, bar));
        remarks.missing(gaps, &what);
    }
    if let Some(jump) = closes.jumps.first() {
        let Jump { row, from, to, .. } = jump;
        let jumps = counted(closes.n_jumps, "jump looks", "jumps look");
        remarks.warn(format!(
            "{jumps} like a redenomination, the first from {from} to {to} in row {row}; adjust the older prices"
        ));
    }
}

fn is_jump(from: f64, to: f64) -> bool {
    let factor = (to / from).max(from / to);
    let power = 10_f64.powf(factor.log10().round());
    factor > JUMP || (power > 1.0 && (factor / power - 1.0).abs() < NEAR)
}

pub(super) fn row(bars: &Bars, bar: usize) -> u64 {
    bars.row_of(bar).map_or(0, |place| place.row)
}

fn time(bars: &Bars, bar: usize) -> Option<String> {
    bars.time
        .as_ref()
        .and_then(|time| time.get(bar))
        .map(|&time| format_time(time))
}

#[cfg(test)]
mod tests {
    use super::is_jump;

    #[test]
    fn powers_of_ten_and_large_factors_are_jumps_markets_are_not() {
        assert!(
            is_jump(1.0, 10.1)
                && is_jump(1000.0, 1.02)
                && is_jump(1.0, 77.0)
                && is_jump(3.0, 2999.0)
        );
        assert!(
            !is_jump(1.0, 1.0) && !is_jump(1.0, 0.2) && !is_jump(1.0, 12.0) && !is_jump(5.0, 30.0)
        );
    }
}
