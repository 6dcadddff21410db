//! Numbers as text.

/// Reads a number; a missing value (`""`, `NaN`, `null`, `none`, `na`, `n/a` in any case) is `NaN`.
///
/// `decimal_comma` also understands `1234,5`. `None` if the text is no number.
pub(crate) fn parse_number(cell: &[u8], decimal_comma: bool) -> Option<f64> {
    let cell = cell.trim_ascii();
    if let Some(value) = plain(cell) {
        return Some(value);
    }
    if let Some(value) = std::str::from_utf8(cell)
        .ok()
        .and_then(|text| text.parse().ok())
    {
        return Some(value);
    }
    if is_missing(cell) {
        return Some(f64::NAN);
    }
    if decimal_comma && cell.contains(&b',') && !cell.contains(&b'.') {
        let text: String = cell
            .iter()
            .map(|&b| if b == b',' { '.' } else { char::from(b) })
            .collect();
        return text.parse().ok();
    }
    None
}

/// Reads `[-]digits[.digits]` of at most 15 digits, as nearly all prices are.
///
/// So many digits are an integer that `f64` holds exactly, and so is the power of ten; one division of them rounds
/// once, to the nearest number, which is what the standard library gives.
fn plain(cell: &[u8]) -> Option<f64> {
    const POWERS: [f64; 16] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ];
    let (is_negative, text) = match cell {
        [b'-', text @ ..] => (true, text),
        text => (false, text),
    };
    if text.len() > 16 {
        return None;
    }
    let (mut digits, mut n_digits, mut point) = (0_u64, 0, None);
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                n_digits += 1;
            }
            b'.' if point.is_none() => point = Some(n_digits),
            _ => return None,
        }
    }
    if n_digits == 0 || n_digits > 15 {
        return None;
    }
    let value = digits as f64 / POWERS[n_digits - point.unwrap_or(n_digits)];
    Some(if is_negative { -value } else { value })
}

/// Whether a cell stands for a missing value.
pub(crate) fn is_missing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"", b"nan", b"null", b"none", b"na", b"n/a"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_numbers_have_the_bits_of_the_standard_library() {
        let mut state = 1_u64;
        let mut random = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            state >> 33
        };
        let mut n_plain = 0;
        for _ in 0..200_000 {
            let digits = (random() << 20 | random()) % 10_u64.pow(1 + (random() % 17) as u32);
            let mut text = digits.to_string();
            let at = random() as usize % (text.len() + 1);
            if random() % 4 > 0 {
                text.insert(at, '.');
            }
            if random() % 3 == 0 {
                text.insert(0, '-');
            }
            let expected = text.parse::<f64>().unwrap().to_bits();
            n_plain += usize::from(plain(text.as_bytes()).is_some());
            let got = parse_number(text.as_bytes(), false).unwrap().to_bits();
            assert_eq!(got, expected, "{text}");
        }
        assert!(n_plain > 100_000);
        assert_eq!(plain(b"-0").map(f64::to_bits), Some((-0.0_f64).to_bits()));
        for other in ["", "-", ".", "-.", "1.2.3", "1e5", "+1", "1234567890123456"] {
            assert_eq!(plain(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn numbers_missing_values_and_text_are_told_apart() {
        assert_eq!(parse_number(b" 1.5e3 ", false), Some(1500.0));
        assert_eq!(parse_number(b"-0.1", false), Some(-0.1));
        assert_eq!(parse_number(b"1234,5", true), Some(1234.5));
        assert_eq!(parse_number(b"1234,5", false), None);
        assert_eq!(parse_number(b"1,234.5", true), None);
        assert_eq!(parse_number(b"abc", true), None);
        assert_eq!(parse_number(b"inf", false), Some(f64::INFINITY));
        for missing in ["", " ", "NaN", "null", "NULL", "None", "n/a"] {
            assert!(
                parse_number(missing.as_bytes(), false).unwrap().is_nan(),
                "{missing}"
            );
        }
    }
}
