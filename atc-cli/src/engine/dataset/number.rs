//! Numbers as text.

/// Reads a number; a missing value (`""`, `NaN`, `null`, `none`, `na`, `n/a` in any case) is `NaN`.
///
/// `decimal_comma` also understands `1234,5`. `None` if the text is no number.
pub(crate) fn parse_number(cell: &[u8], decimal_comma: bool) -> Option<f64> {
    let cell = cell.trim_ascii();
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

/// Whether a cell stands for a missing value.
pub(crate) fn is_missing(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 6] = [b"", b"nan", b"null", b"none", b"na", b"n/a"];
    WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

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
