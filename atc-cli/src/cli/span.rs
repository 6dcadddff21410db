//! Numbers with a unit, as they are typed.

use std::str::FromStr;
use std::time::Duration;

/// A time such as `500ms`, `90s` or `10m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let milliseconds = with_unit(text, |unit| match unit {
            "ms" => Some(1),
            "" | "s" => Some(1000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        });
        let span = milliseconds.map(|milliseconds| Self(Duration::from_millis(milliseconds)));
        span.ok_or_else(|| "give a time such as 500ms, 90s, 10m or 2h".to_owned())
    }
}

/// The number that a text such as `10m` stands for, if `factor` knows its unit.
pub(crate) fn with_unit(text: &str, factor: impl FnOnce(&str) -> Option<u64>) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(factor(&text[digits.len()..])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_any_unit() {
        for (text, milliseconds) in [
            ("500ms", 500),
            ("90", 90_000),
            ("2m", 120_000),
            ("1h", 3_600_000),
        ] {
            assert_eq!(text.parse(), Ok(Span(Duration::from_millis(milliseconds))));
        }
        for bad in ["", "s", "-1s", "1.5s", "1d", "99999999999999999h"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }
}
