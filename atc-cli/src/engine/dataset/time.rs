//! Times as text and numbers, to nanoseconds since 1970-01-01 UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

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
            return compact_date(cell, value).or_else(|| self.integer(value));
        }
        fixed_layout(cell).or_else(|| self.slow(std::str::from_utf8(cell).ok()?))
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
        Some(value) => value >= 100_000_000 || compact_date(cell, value).is_some(),
        None => {
            std::str::from_utf8(cell)
                .is_ok_and(|text| text.parse::<f64>().is_ok_and(|value| value >= 1e8))
                || (cell.first().is_some_and(u8::is_ascii_digit) && fixed_layout(cell).is_some())
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

/// `YYYYMMDD` from 1900 to 2099: as seconds it would be a day in 1970, which no market file starts with.
fn compact_date(cell: &[u8], value: i64) -> Option<i64> {
    if cell.len() != 8 || !(19_000_101..=20_991_231).contains(&value) {
        return None;
    }
    midnight(value / 10_000, value / 100 % 100, value % 100)
}

/// `YYYY-MM-DD` with `-`, `/` or `.`, then optionally `T` or a blank and `HH:MM[:SS[.fraction]]` and a zone.
fn fixed_layout(cell: &[u8]) -> Option<i64> {
    let (date, rest) = cell.split_at_checked(10)?;
    if date[4] != date[7] || !matches!(date[4], b'-' | b'/' | b'.') {
        return None;
    }
    let day = midnight(
        pair(date, 0)? * 100 + pair(date, 2)?,
        pair(date, 5)?,
        pair(date, 8)?,
    )?;
    let [b'T' | b't' | b' ', clock @ ..] = rest else {
        return if rest.is_empty() { Some(day) } else { None };
    };
    let (hour, minute) = (pair(clock, 0)?, pair(clock, 3)?);
    if clock[2] != b':' || hour > 23 || minute > 59 {
        return None;
    }
    let (second, tail) = seconds(&clock[5..])?;
    day.checked_add((hour * 3_600 + minute * 60) * 1_000_000_000 + second)?
        .checked_sub(zone(tail)?)
}

/// Optional `:SS[.fraction]` in nanoseconds, and what follows it.
fn seconds(text: &[u8]) -> Option<(i64, &[u8])> {
    let [b':', rest @ ..] = text else {
        return Some((0, text));
    };
    let second = pair(rest, 0)?;
    if second > 59 {
        return None;
    }
    let [b'.', fraction @ ..] = &rest[2..] else {
        return Some((second * 1_000_000_000, &rest[2..]));
    };
    let n_digits = fraction
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if n_digits == 0 || n_digits > 9 {
        return None;
    }
    let value = fraction[..n_digits]
        .iter()
        .fold(0, |sum, &byte| sum * 10 + i64::from(byte - b'0'));
    let nanoseconds = value * 10_i64.pow(9 - n_digits as u32);
    Some((second * 1_000_000_000 + nanoseconds, &fraction[n_digits..]))
}

/// Offset of a zone in nanoseconds: nothing, `Z`, ` UTC`, `+HH`, `+HHMM` or `+HH:MM`.
fn zone(text: &[u8]) -> Option<i64> {
    let (sign, offset) = match text {
        b"" | b"Z" | b"z" | b" UTC" | b"+00:00" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let minutes = match offset.len() {
        2 => 0,
        4 => pair(offset, 2)?,
        5 if offset[2] == b':' => pair(offset, 3)?,
        _ => return None,
    };
    let hours = pair(offset, 0)?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60) * 1_000_000_000)
}

fn pair(text: &[u8], at: usize) -> Option<i64> {
    match text.get(at..at + 2)? {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i64::from(a - b'0') * 10 + i64::from(b - b'0')),
        _ => None,
    }
}

/// Nanoseconds at the start of a day of the Gregorian calendar; `None` if there is no such day.
fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = LENGTHS.get(usize::try_from(month - 1).ok()?)? + i64::from(leap && month == 2);
    if !(1..=length).contains(&day) || !(1678..=2261).contains(&year) {
        return None;
    }
    // Years start in March, so that the leap day is a year's last (Hinnant's days_from_civil).
    let y = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * y + y / 4 - y / 100 + y / 400 + day_of_year - 719_468;
    Some(days * 86_400 * 1_000_000_000)
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
                && looks_like_time(b"1704164645")
                && looks_like_time(b"2024-01-02")
        );
        assert!(!looks_like_time(b"101.5") && !looks_like_time(b"-1"));
    }
}
