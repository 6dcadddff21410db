//! Numbers as text.

use std::fmt::Write as _;

/// Below this, no two numbers with two digits behind the point are the same `f64`.
const CENTS: u64 = 1_000_000_000_000_000;

/// Appends a number as [`Display`](std::fmt::Display) shows it: the shortest text that reads back as the same `f64`.
///
/// Whole hundredths, as signals and most prices are, take a fifth of the time.
///
/// ```
/// let mut text = String::new();
/// atc_cli::engine::sink::push_number(&mut text, -0.26);
/// assert_eq!(text, "-0.26");
/// ```
#[expect(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    reason = "a whole number below 1e15 is compared, and what is no such number is found out by comparing"
)]
pub fn push_number(text: &mut String, value: f64) {
    let signed = (value * 100.0 + 0.5_f64.copysign(value)) as i64;
    let cents = signed.unsigned_abs();
    // The nearest `f64` to a number of cents has that number as its shortest text. Minus zero is none.
    let is_cents = cents < CENTS
        && signed as f64 / 100.0 == value
        && (signed != 0 || value.is_sign_positive());
    if !is_cents {
        // Writing to a string does not fail.
        let _ = write!(text, "{value}");
        return;
    }
    if signed < 0 {
        text.push('-');
    }
    push_integer(text, cents / 100);
    let digit = |place: u64| char::from(b'0' + (cents / place % 10) as u8);
    if !cents.is_multiple_of(100) {
        text.push('.');
        text.push(digit(10));
    }
    if !cents.is_multiple_of(10) {
        text.push(digit(1));
    }
}

/// Appends a whole number as [`Display`](std::fmt::Display) shows it.
///
/// ```
/// let mut text = String::new();
/// atc_cli::engine::sink::push_integer(&mut text, 1_500);
/// assert_eq!(text, "1500");
/// ```
pub fn push_integer(text: &mut String, value: u64) {
    text.push_str(itoa::Buffer::new().format(value));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64) {
        let mut text = String::new();
        push_number(&mut text, value);
        assert_eq!(text, value.to_string(), "{:#x}", value.to_bits());
    }

    #[test]
    fn numbers_are_written_as_they_are_shown() {
        for cents in (-20_000_i64..=20_000).chain([
            123_456_789_012_345,
            999_999_999_999_999,
            1_000_000_000_000_001,
        ]) {
            let value = cents as f64 / 100.0;
            for value in [
                value,
                -value,
                value.next_up(),
                value.next_down(),
                value * 10.0,
                value / 10.0,
            ] {
                check(value);
            }
        }
        let mut bits = 1_u64;
        let whole = |value: u64| {
            let mut text = String::new();
            push_integer(&mut text, value);
            assert_eq!(text, value.to_string());
        };
        (0..20).for_each(|power| {
            let power = 10_u64.pow(power);
            [power - 1, power, power + 1].into_iter().for_each(whole);
        });
        whole(u64::MAX);
        for _ in 0..200_000 {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            whole(bits);
            check(f64::from_bits(bits));
            check((bits >> 20) as f64 / 100.0);
            check((bits >> 40) as f64 / 1000.0);
        }
        for value in [
            0.0,
            -0.0,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::MIN_POSITIVE,
            f64::MAX,
            1e300,
        ] {
            check(value);
        }
    }
}
