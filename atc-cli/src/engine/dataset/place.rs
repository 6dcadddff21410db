//! What a path says about its content: symbol, format by extension.

/// Extensions of data files; a directory is searched for them.
const DATA: [&str; 12] = [
    "csv", "tsv", "json", "jsonl", "ndjson", "parquet", "pq", "arrow", "arrows", "feather", "ipc",
    "zip",
];
/// Extensions of compression around them.
const COMPRESSION: [&str; 4] = ["gz", "gzip", "zst", "zstd"];
/// Keys of hive folders that name the symbol.
const HIVE_KEYS: [&str; 3] = ["symbol", "ticker", "pair"];

/// The last part of a path, without the extensions of data and compression.
pub(crate) fn stem(path: &str) -> &str {
    let is_folder = |byte| matches!(byte, b'/' | b'\\');
    let start = path.bytes().rposition(is_folder).map_or(0, |at| at + 1);
    let mut name = &path[start..];
    while let Some((rest, extension)) = name.rsplit_once('.') {
        if rest.is_empty() || !is_known(extension) {
            break;
        }
        name = rest;
    }
    name
}

/// Whether a file name ends like a data file, possibly compressed.
pub(crate) fn has_data_extension(name: &str) -> bool {
    let is_data = |extension: &str| {
        DATA.iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    };
    match name.rsplit_once('.') {
        Some((rest, last))
            if COMPRESSION
                .iter()
                .any(|known| last.eq_ignore_ascii_case(known)) =>
        {
            rest.rsplit_once('.')
                .is_some_and(|(_, inner)| is_data(inner))
        }
        Some((_, last)) => is_data(last),
        None => false,
    }
}

/// Whether a path ends in `.zip`.
pub(crate) fn is_zip(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("zip"))
}

/// The symbol that a folder `symbol=X` (or `ticker=`, `pair=`) on the way gives.
pub(crate) fn hive_symbol(path: &str) -> Option<String> {
    hive_folder(path).map(|(_, symbol)| symbol)
}

/// The path up to and including the hive folder, and the symbol it gives.
pub(crate) fn hive_folder(path: &str) -> Option<(&str, String)> {
    if !path.contains('=') {
        return None;
    }
    let mut end = 0;
    let mut found = None;
    for part in path.split_inclusive(['/', '\\']) {
        end += part.len();
        let folder = part.strip_suffix(['/', '\\']);
        if let Some((key, value)) = folder.and_then(|folder| folder.split_once('='))
            && HIVE_KEYS
                .iter()
                .any(|known| key.eq_ignore_ascii_case(known))
            && !value.is_empty()
        {
            found = Some((&path[..end], percent_decode(value)));
        }
    }
    found
}

fn is_known(extension: &str) -> bool {
    DATA.iter()
        .chain(&COMPRESSION)
        .chain(&["txt"])
        .any(|known| extension.eq_ignore_ascii_case(known))
}

/// Hive writers put `%2F` for `/` and the like.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let decoded = match rest {
            [b'%', a, b, ..] => char::from(*a)
                .to_digit(16)
                .zip(char::from(*b).to_digit(16))
                .map(|(a, b)| (a * 16 + b) as u8),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &rest[3..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stem_loses_known_extensions_only() {
        assert_eq!(stem("a/BTCUSDT-1h-2024-01.csv.gz"), "BTCUSDT-1h-2024-01");
        assert_eq!(stem("BRK.B.parquet"), "BRK.B");
        assert_eq!(stem("BRK.B"), "BRK.B");
        assert_eq!(stem(".csv"), ".csv");
        assert!(has_data_extension("x.CSV.gz") && has_data_extension("x.zip"));
        assert!(
            !has_data_extension("x.gz")
                && !has_data_extension("x.md")
                && !has_data_extension("csv")
        );
    }

    #[test]
    fn hive_folders_give_the_symbol() {
        let path = "data/year=2024/symbol=BTC%2FUSDT/part-0.parquet";
        assert_eq!(
            hive_folder(path),
            Some(("data/year=2024/symbol=BTC%2FUSDT/", "BTC/USDT".to_owned()))
        );
        assert_eq!(hive_symbol("symbol=X"), None);
        assert_eq!(hive_symbol("a/b.csv"), None);
    }
}
