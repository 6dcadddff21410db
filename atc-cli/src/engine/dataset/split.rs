//! Cells of a line of text.

use super::near::places;

/// Finds the first `limit` cells of a line, quotes stripped; `false` if a quote stays open.
pub(super) fn split(
    line: &[u8],
    delimiter: u8,
    limit: usize,
    cells: &mut Vec<(usize, usize)>,
) -> bool {
    cells.clear();
    let mut from = 0;
    for end in places(delimiter, line).chain([line.len()]) {
        if cells.len() == limit {
            return true;
        }
        if line.get(from) == Some(&b'"') {
            return split_quoted(line, from, (delimiter, limit), cells);
        }
        cells.push((from, end));
        from = end + 1;
    }
    true
}

/// Goes on from a cell that is quoted, whose text may hold the delimiter.
fn split_quoted(
    line: &[u8],
    mut from: usize,
    (delimiter, limit): (u8, usize),
    cells: &mut Vec<(usize, usize)>,
) -> bool {
    while cells.len() < limit {
        if line.get(from) == Some(&b'"') {
            let Some(length) = line[from + 1..].iter().position(|&byte| byte == b'"') else {
                return false;
            };
            cells.push((from + 1, from + 1 + length));
            from += length + 2;
            let Some(rest) = line[from..].iter().position(|&byte| byte == delimiter) else {
                return true;
            };
            from += rest + 1;
            continue;
        }
        let Some(length) = line[from..].iter().position(|&byte| byte == delimiter) else {
            cells.push((from, line.len()));
            return true;
        };
        cells.push((from, from + length));
        from += length + 1;
    }
    true
}
