//! Cells of a line of text.

use super::near::places;

/// Finds the first `limit` cells of a line, quotes stripped; how many more there seem to be, or `None` if a quote stays
/// open.
///
/// Cells beyond the limit are counted by their delimiters, those in quotes too.
pub(super) fn split(
    line: &[u8],
    delimiter: u8,
    limit: usize,
    cells: &mut Vec<(usize, usize)>,
) -> Option<usize> {
    cells.clear();
    let (mut from, mut n_more) = (0, 0);
    for end in places(delimiter, line).chain([line.len()]) {
        if cells.len() == limit {
            n_more += 1;
            continue;
        }
        if line.get(from) == Some(&b'"') {
            return split_quoted(line, from, (delimiter, limit), cells);
        }
        cells.push((from, end));
        from = end + 1;
    }
    Some(n_more)
}

/// Goes on from a cell that is quoted, whose text may hold the delimiter.
fn split_quoted(
    line: &[u8],
    mut from: usize,
    (delimiter, limit): (u8, usize),
    cells: &mut Vec<(usize, usize)>,
) -> Option<usize> {
    let find = |from: usize| line[from..].iter().position(|&byte| byte == delimiter);
    while cells.len() < limit {
        if line.get(from) == Some(&b'"') {
            let length = line[from + 1..].iter().position(|&byte| byte == b'"')?;
            cells.push((from + 1, from + 1 + length));
            from += length + 2;
        } else {
            let end = find(from).map_or(line.len(), |length| from + length);
            cells.push((from, end));
            from = end;
        }
        let Some(rest) = find(from) else {
            return Some(0);
        };
        from += rest + 1;
    }
    Some(1 + places(delimiter, &line[from..]).count())
}
