//! Times as text and numbers, to nanoseconds since 1970-01-01 UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::fixed_time::{LastDay, fixed_layout, midnight};

/// Units of integer times, coarse to fine: `(nanoseconds per unit, values at or above are the next unit)`.
///
/// The limit is what still fits 64-bit nanoseconds (the years 1677 to 2262), so nothing is misread
/// but finer units in the first months of 1970.
const UNITS: [(i64, u64); 4] = [
    (1_000_000_000, 9_200_000_000),
    (1_000_000, 9_200_000_000_000),
    (1_000, 9_200_000_000_000_000),
    (1, u64::MAX),
];

/// Reads the times of one file: tells integer units by magnitude, and never falls back to a coarser one.
///
/// Files that change from milliseconds to microseconds on the way (Binance, 2025) are read right,
/// and so are millisecond files that pass through 1970.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimeReader {
    unit: usize,
    last: LastDay,
}

impl TimeReader {
    /// Nanoseconds of an integer time; `None` outside the years 1677 to 2262.
    pub(crate) fn integer(&mut self, value: i64) -> Option<i64> {
        let size = value.unsigned_abs();
        while size >= UNITS[self.unit].1 && self.unit + 1 < UNITS.len() {
            self.unit += 1;
        }
        value.checked_mul(UNITS[self.unit].0)
    }

    /// Nanoseconds of a fractional time such as `1514764800.5`.
    pub(crate) fn float(&mut self, value: f64) -> Option<i64> {
        if value.fract() == 0.0 && value.abs() < 9.2e18 {
            return self.integer(value as i64);
        }
        if !value.is_finite() || value.abs() >= 9.2e18 {
            return None;
        }
        self.integer(value.trunc() as i64)?;
        Some((value * UNITS[self.unit].0 as f64) as i64)
    }

    /// Nanoseconds of a time written as text: an integer, `YYYY-MM-DD[ HH:MM[:SS[.f]]][zone]`, or what jiff reads.
    pub(crate) fn text(&mut self, cell: &[u8]) -> Option<i64> {
        let cell = cell.trim_ascii();
        if let Some(value) = digits(cell) {
            return compact(cell, value).or_else(|| self.integer(value));
        }
        fixed_layout(cell, &mut self.last).or_else(|| self.slow(std::str::from_utf8(cell).ok()?))
    }

    fn slow(&mut self, text: &str) -> Option<i64> {
        if let Ok(value) = text.parse::<f64>() {
            return self.float(value);
        }
        let stamp = text.parse::<Timestamp>().ok().or_else(|| civil(text))?;
        i64::try_from(stamp.as_nanosecond()).ok()
    }
}

/// Whether a first cell without a header looks like a time: a date, or an integer of at least nine digits.
pub(crate) fn looks_like_time(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    match digits(cell) {
        Some(value) => value >= 100_000_000 || compact(cell, value).is_some(),
        None => {
            std::str::from_utf8(cell)
                .is_ok_and(|text| text.parse::<f64>().is_ok_and(|value| value >= 1e8))
                || (cell.first().is_some_and(u8::is_ascii_digit)
                    && fixed_layout(cell, &mut None).is_some())
        }
    }
}

/// Formats nanoseconds since 1970 as ISO 8601 in UTC, without a fraction where it is zero.
pub fn format_time(nanoseconds: i64) -> String {
    match Timestamp::from_nanosecond(i128::from(nanoseconds)) {
        Ok(stamp) => stamp.to_string(),
        Err(_) => nanoseconds.to_string(),
    }
}

fn civil(text: &str) -> Option<Timestamp> {
    const DATES: [&str; 4] = ["%b %d, %Y", "%d %b %Y", "%d-%b-%Y", "%d.%m.%Y"];
    const TIMES: [&str; 3] = ["%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y%m%d %H%M%S"];
    let of_date = || {
        DATES
            .iter()
            .find_map(|format| Date::strptime(format, text).ok())
    };
    let of_time = || {
        TIMES
            .iter()
            .find_map(|format| DateTime::strptime(format, text).ok())
    };
    let moment = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| of_date().map(DateTime::from))
        .or_else(of_time)?;
    TimeZone::UTC.to_timestamp(moment).ok()
}

fn digits(cell: &[u8]) -> Option<i64> {
    let (negative, number) = match cell {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, cell),
    };
    if number.is_empty() || number.len() > 19 {
        return None;
    }
    let mut value: i64 = 0;
    for &byte in number {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
    }
    Some(if negative { -value } else { value })
}

/// `YYYYMMDD` or `YYYYMMDDHHMMSS` from 1900 to 2099: as seconds and as microseconds these would be days in 1970, which no
/// market file starts with.
fn compact(cell: &[u8], value: i64) -> Option<i64> {
    let (date, clock) = match cell.len() {
        8 => (value, 0),
        14 => (value / 1_000_000, value % 1_000_000),
        _ => return None,
    };
    if !(19_000_101..=20_991_231).contains(&date) {
        return None;
    }
    let day = midnight(date / 10_000, date / 100 % 100, date % 100)?;
    let (hour, minute, second) = (clock / 10_000, clock / 100 % 100, clock % 100);
    let is_time = hour < 24 && minute < 60 && second < 60;
    is_time.then_some(day + ((hour * 60 + minute) * 60 + second) * 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_of_one_moment_is_the_same_time() {
        let moment = 1_704_164_645_000_000_000;
        let layouts = [
            "2024-01-02T03:04:05Z",
            "2024-01-02 03:04:05",
            "2024/01/02 03:04:05",
            "2024.01.02 03:04:05.000",
            "2024-01-02T03:04:05+00:00",
            "2024-01-02T05:04:05+0200",
            "2024-01-01T22:04:05-05",
            "2024-01-02 03:04:05 UTC",
            "02.01.2024 03:04:05",
            "20240102 030405",
            "20240102030405",
            "1704164645",
            "1704164645000",
            "1704164645000000",
            "1704164645000000000",
            "1704164645.0",
            "1.704164645e9",
        ];
        for layout in layouts {
            assert_eq!(
                TimeReader::default().text(layout.as_bytes()),
                Some(moment),
                "{layout}"
            );
        }
        assert_eq!(format_time(moment), "2024-01-02T03:04:05Z");
    }

    #[test]
    fn days_match_the_calendar_of_jiff() {
        let mut day = jiff::civil::date(1678, 1, 1);
        while day.year() < 2262 {
            let expected = TimeZone::UTC
                .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
                .unwrap();
            let got = TimeReader::default().text(day.to_string().as_bytes());
            assert_eq!(got.map(i128::from), Some(expected.as_nanosecond()), "{day}");
            day = day.saturating_add(jiff::ToSpan::days(13));
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "abc",
            "2024-02-30",
            "2024-13-01",
            "2024-01-01 25:00",
            "2024-01-01x",
            "nan",
            "inf",
            "1e30",
        ] {
            assert_eq!(TimeReader::default().text(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_file_may_turn_finer_but_never_coarser() {
        let mut times = TimeReader::default();
        assert_eq!(
            times.integer(1_735_689_600_000),
            Some(1_735_689_600_000_000_000)
        );
        assert_eq!(
            times.integer(1_735_689_660_000_000),
            Some(1_735_689_660_000_000_000)
        );
        let mut old = TimeReader::default();
        assert_eq!(old.integer(-86_400_000_000), Some(-86_400_000_000_000_000));
        assert_eq!(old.integer(0), Some(0));
        assert_eq!(old.integer(86_400_000), Some(86_400_000_000_000));
    }

    #[test]
    fn compact_dates_are_days_not_seconds() {
        assert_eq!(
            TimeReader::default().text(b"20240102"),
            TimeReader::default().text(b"2024-01-02")
        );
        assert!(
            looks_like_time(b"20240102")
                && looks_like_time(b"20240102030405")
                && looks_like_time(b"1704164645")
                && looks_like_time(b"2024-01-02")
        );
        assert!(!looks_like_time(b"101.5") && !looks_like_time(b"-1"));
        // No such date or time of day: microseconds, of 1970.
        for micros in ["20241302030405", "20240102030460"] {
            let read = TimeReader::default().text(micros.as_bytes());
            assert_eq!(read, Some(micros.parse::<i64>().unwrap() * 1_000));
        }
    }
}
