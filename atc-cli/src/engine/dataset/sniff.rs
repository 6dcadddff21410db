//! What an input is, by its first bytes.

/// How many bytes are looked at.
pub(crate) const HEAD: usize = 4_096;

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Empty,
    Gzip,
    Zstd,
    Zip,
    Parquet,
    ArrowFile,
    ArrowStream,
    JsonArray,
    JsonLines,
    Text,
    /// Known, but not supported; the text says what it is.
    Unsupported(&'static str),
    Binary,
}

/// Tells the content from the first [`HEAD`] bytes.
pub(crate) fn sniff(head: &[u8]) -> Content {
    const MAGIC: [(&[u8], Content); 11] = [
        (b"\x1f\x8b", Content::Gzip),
        (b"\x28\xb5\x2f\xfd", Content::Zstd),
        (b"PK\x03\x04", Content::Zip),
        (b"PK\x05\x06", Content::Zip),
        (b"PAR1", Content::Parquet),
        (b"ARROW1", Content::ArrowFile),
        (b"\xff\xff\xff\xff", Content::ArrowStream),
        (b"FEA1", Content::Unsupported("Feather version 1")),
        (b"\xff\xfe", Content::Unsupported("UTF-16 text")),
        (b"\xfe\xff", Content::Unsupported("UTF-16 text")),
        (b"\x89HDF", Content::Unsupported("HDF5")),
    ];
    if head.is_empty() {
        return Content::Empty;
    }
    if let Some((_, content)) = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return *content;
    }
    if !is_text(head) {
        return Content::Binary;
    }
    let text = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    match text.first() {
        None if head.len() < HEAD => Content::Empty,
        Some(b'[') => Content::JsonArray,
        Some(b'{') => Content::JsonLines,
        _ => Content::Text,
    }
}

/// Text holds no control bytes but white space, and is mostly ASCII.
fn is_text(head: &[u8]) -> bool {
    let is_not = |byte: u8, other: u8| u8::from(byte != other);
    let is_no_space = |byte: u8| {
        is_not(byte, b'\t') & is_not(byte, b'\n') & is_not(byte, b'\r') & is_not(byte, 0x0c)
    };
    let is_control = |byte: u8| u8::from(byte < b' ') & is_no_space(byte) | u8::from(byte == 0x7f);
    // Without a way out early, so that many bytes are looked at at once: nearly everything is text.
    let has_control = head.iter().fold(0, |has, byte| has | is_control(*byte));
    let n_high = || head.iter().filter(|byte| !byte.is_ascii()).count();
    has_control == 0 && (head.is_ascii() || n_high() * 3 < head.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell_the_content() {
        assert_eq!(sniff(b""), Content::Empty);
        assert_eq!(sniff(b" \r\n"), Content::Empty);
        assert_eq!(sniff(b"\xef\xbb\xbftime,close\n"), Content::Text);
        assert_eq!(sniff(b"\n [[1,2]]"), Content::JsonArray);
        assert_eq!(sniff(b"\x00\x01\x02"), Content::Binary);
        assert_eq!(sniff(b"\xc3\x28\xa0\xa1\xe2\x28"), Content::Binary);
        assert_eq!(sniff(b"PAR1...."), Content::Parquet);
        assert_eq!(sniff("prix,fermé\r\n\x0c1,2\t\n".as_bytes()), Content::Text);
        for byte in (0..b' ').chain([0x7f]) {
            let text = [b"time,close".as_slice(), &[byte], &[b'1'; 40]].concat();
            let is_space = matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
            assert_eq!(sniff(&text) == Content::Text, is_space, "{byte}");
        }
    }
}
