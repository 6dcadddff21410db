//! Times: order, duplicates, spacing and gaps.

use std::collections::HashMap;

use serde::Serialize;

use super::Remarks;
use super::closes::row;
use crate::engine::dataset::{Bars, counted, format_time};

const SECOND: i64 = 1_000_000_000;
const DAY: i64 = 86_400 * SECOND;
/// As long as 1970.
const YEAR: i64 = 365 * DAY;
/// Markets close for weekends and holidays; a hole longer than this, and than ten bars, is worth a remark.
const LONG_PAUSE: i64 = 9 * DAY / 2;

/// What the times of a series look like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Times {
    /// The earliest time.
    pub first: String,
    /// The latest time.
    pub last: String,
    /// The most frequent distance between neighbours, nanoseconds; `None` with a single time.
    pub spacing: Option<i64>,
    /// Its usual name: `5m`, `1h`, `1d`, `1w`, `1M`.
    pub period: Option<String>,
    /// Rows whose time is before one above them.
    pub unsorted: usize,
    /// Rows whose time another row has, too.
    pub duplicates: usize,
    /// Places where at least one bar is missing; for daily bars of a market with weekends those do not count.
    pub n_gaps: usize,
    /// The longest of them.
    pub largest_gap: Option<Gap>,
}

/// A hole between two neighbouring times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Gap {
    /// The last time before the hole.
    pub after: String,
    /// The first time after it.
    pub until: String,
    /// Bars of the usual spacing that are missing.
    pub bars: u64,
}

pub(super) fn look(bars: &Bars, time: &[i64], remarks: &mut Remarks) -> Times {
    let (unsorted, first_unsorted) = unsorted(time);
    let mut sorted = time.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let duplicates = time.len() - sorted.len();
    if let (Some(first), Some(last)) = (sorted.first(), sorted.last())
        && 0 <= *first
        && *last < YEAR
    {
        remarks.warn(format!(
            "all times are in 1970, from {} to {}; write dates, or seconds or finer units since 1970",
            format_time(*first),
            format_time(*last)
        ));
    }
    if let Some(bar) = first_unsorted {
        let at = row(bars, bar);
        let rows = counted(unsorted, "row is", "rows are");
        remarks.bad(format!(
            "{rows} out of order, the first is row {at}; sort by time, oldest first"
        ));
    }
    if duplicates > 0 {
        let at = first_duplicate(time).map_or(0, |bar| row(bars, bar));
        let times = counted(duplicates, "time comes", "times come");
        remarks.bad(format!(
            "{times} twice, the first in row {at}; remove the duplicates"
        ));
    }
    let spacing = usual_spacing(&sorted);
    let mut times = Times {
        first: sorted.first().copied().map(format_time).unwrap_or_default(),
        last: sorted.last().copied().map(format_time).unwrap_or_default(),
        spacing,
        period: spacing.map(period_name),
        unsorted,
        duplicates,
        n_gaps: 0,
        largest_gap: None,
    };
    if let Some(spacing) = spacing {
        find_gaps(&sorted, spacing, &mut times, remarks);
    }
    times
}

fn find_gaps(sorted: &[i64], spacing: i64, times: &mut Times, remarks: &mut Remarks) {
    let rests = spacing == DAY && !sorted.iter().any(|&time| is_weekend(time));
    let mut longest = 0;
    for pair in sorted.windows(2) {
        let distance = pair[1].saturating_sub(pair[0]);
        let missing = if rests {
            missing_workdays(pair[0], pair[1])
        } else {
            missing(distance, spacing)
        };
        if missing == 0 {
            continue;
        }
        times.n_gaps += 1;
        if distance > longest {
            longest = distance;
            let (after, until) = (format_time(pair[0]), format_time(pair[1]));
            times.largest_gap = Some(Gap {
                after,
                until,
                bars: missing,
            });
        }
    }
    if longest > LONG_PAUSE.max(spacing.saturating_mul(10))
        && let Some(Gap { after, until, bars }) = &times.largest_gap
    {
        let bars = counted(*bars as usize, "bar is", "bars are");
        remarks.warn(format!(
            "{bars} missing between {after} and {until}; fetch them or start after the hole"
        ));
    }
}

/// How many rows come before one above them, and the first of these.
fn unsorted(time: &[i64]) -> (usize, Option<usize>) {
    let mut latest = i64::MIN;
    let mut late = time.iter().enumerate().filter(|&(_, &time)| {
        let is_late = time < latest;
        latest = latest.max(time);
        is_late
    });
    let first = late.next().map(|(bar, _)| bar);
    (late.count() + usize::from(first.is_some()), first)
}

fn first_duplicate(time: &[i64]) -> Option<usize> {
    let mut bars: Vec<usize> = (0..time.len()).collect();
    bars.sort_by_key(|&bar| (time[bar], bar));
    bars.windows(2)
        .filter(|pair| time[pair[0]] == time[pair[1]])
        .map(|pair| pair[1])
        .min()
}

/// The most frequent distance; of equally frequent ones the smallest.
fn usual_spacing(sorted: &[i64]) -> Option<i64> {
    let mut counts: HashMap<i64, usize> = HashMap::new();
    for pair in sorted.windows(2) {
        *counts.entry(pair[1].saturating_sub(pair[0])).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(distance, count)| (count, -distance))
        .map(|(distance, _)| distance)
}

fn missing(distance: i64, spacing: i64) -> u64 {
    // Months and quarters differ in length; below one and a half spacings nothing is missing.
    let bars = distance.saturating_add(spacing / 2) / spacing;
    u64::try_from(bars - 1).unwrap_or(0)
}

fn missing_workdays(from: i64, to: i64) -> u64 {
    let (from, to) = (from.div_euclid(DAY), to.div_euclid(DAY));
    (from + 1..to).filter(|day| !is_weekend(day * DAY)).count() as u64
}

fn is_weekend(time: i64) -> bool {
    // Day 0, the first of January 1970, was a Thursday.
    matches!(time.div_euclid(DAY).rem_euclid(7), 2 | 3)
}

/// The usual name of a bar spacing: `5m`, `1h`, `1d`, `1w`, `1M`, `1y`.
fn period_name(spacing: i64) -> String {
    const UNITS: [(i64, &str); 7] = [
        (7 * DAY, "w"),
        (DAY, "d"),
        (3_600 * SECOND, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
    ];
    match spacing / DAY {
        28..=31 if spacing % DAY == 0 => return "1M".to_owned(),
        90..=92 if spacing % DAY == 0 => return "3M".to_owned(),
        365 | 366 if spacing % DAY == 0 => return "1y".to_owned(),
        _ => {}
    }
    match UNITS.iter().find(|(unit, _)| spacing % unit == 0) {
        Some((unit, name)) => format!("{}{name}", spacing / unit),
        None => format!("{spacing}ns"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_their_usual_names() {
        let names = [
            (5 * 60, "5m"),
            (3_600, "1h"),
            (14_400, "4h"),
            (86_400, "1d"),
            (7 * 86_400, "1w"),
            (31 * 86_400, "1M"),
        ];
        for (seconds, name) in names {
            assert_eq!(period_name(seconds * SECOND), name);
        }
        assert_eq!(period_name(250), "250ns");
    }

    #[test]
    fn weekends_are_no_gaps_of_a_market_that_rests() {
        let (friday, monday) = (DAY, 4 * DAY);
        assert_eq!(missing_workdays(friday, monday), 0);
        assert_eq!(missing_workdays(friday, monday + DAY), 1);
        assert!(is_weekend(2 * DAY) && is_weekend(3 * DAY) && !is_weekend(4 * DAY));
    }

    #[test]
    fn rows_out_of_order_are_counted_against_the_latest_above() {
        assert_eq!(unsorted(&[1, 2, 5, 3, 4, 6]), (2, Some(3)));
        assert_eq!(unsorted(&[1, 1, 2]), (0, None));
        assert_eq!(first_duplicate(&[3, 1, 2, 1, 3]), Some(3));
    }
}
