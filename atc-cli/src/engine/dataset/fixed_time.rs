//! Times written in the usual layout, read digit by digit: most files hold nothing else.

/// The date that was read last and its midnight: rows within a day have it in common.
pub(super) type LastDay = Option<([u8; 10], i64)>;

/// `YYYY-MM-DD` with `-`, `/` or `.`, then optionally `T` or a blank and `HH:MM[:SS[.fraction]]` and a zone.
pub(super) fn fixed_layout(cell: &[u8], last: &mut LastDay) -> Option<i64> {
    let (date, rest) = cell.split_first_chunk::<10>()?;
    let day = match last {
        Some((known, day)) if known == date => *day,
        _ => {
            let day = date_alone(date)?;
            *last = Some((*date, day));
            day
        }
    };
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

fn date_alone(date: &[u8; 10]) -> Option<i64> {
    if date[4] != date[7] || !matches!(date[4], b'-' | b'/' | b'.') {
        return None;
    }
    midnight(
        pair(date, 0)? * 100 + pair(date, 2)?,
        pair(date, 5)?,
        pair(date, 8)?,
    )
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
pub(super) fn midnight(year: i64, month: i64, day: i64) -> Option<i64> {
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
