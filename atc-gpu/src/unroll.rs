//! Loops of kernels, written out before a driver sees them.

/// Writes out the loops whose bounds stand in the source, each turn as a block with a constant.
///
/// Drivers keep an array in registers if all its indices are known, and may not unroll a loop to
/// know them.
pub(crate) fn unrolled(source: &str) -> String {
    let Some(at) = source.find("for (var ") else {
        return source.to_owned();
    };
    let (before, rest) = source.split_at(at);
    let (head, rest) = rest.split_once('{').expect("a loop has a body");
    let (body, after) = rest.split_at(end_of_block(rest));
    let turns = match bounds(head) {
        Some((name, turns)) => {
            let body = unrolled(body);
            let turn = |i: u32| format!("{{ const {name} = {i}u;{body}}}\n");
            turns.map(turn).collect()
        }
        None => format!("{head}{{{}}}", unrolled(body)),
    };
    format!("{before}{turns}{}", unrolled(&after[1..]))
}

/// The variable of a loop and its values, if they stand there: `for (var k = 0u; k < 9u; k++)`.
fn bounds(head: &str) -> Option<(&str, std::ops::Range<u32>)> {
    let (name, rest) = head.strip_prefix("for (var ")?.split_once(" = ")?;
    let (first, rest) = rest.split_once("u; ")?;
    let end = rest.strip_prefix(name)?.strip_prefix(" < ")?;
    let (end, rest) = end.split_once("u; ")?;
    (rest.trim_end() == format!("{name}++)")).then_some(())?;
    Some((name, first.parse().ok()?..end.parse().ok()?))
}

/// Where the brace stands that ends a block whose beginning has been read.
fn end_of_block(source: &str) -> usize {
    let mut open = 1;
    let end = source.find(|c| {
        open += i32::from(c == '{') - i32::from(c == '}');
        open == 0
    });
    end.expect("kernels close their blocks")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loops_with_bounds_in_the_source_are_written_out() {
        let source = "a for (var k = 1u; k < 3u; k++) { b(k); for (var m = 0u; m < n; m++) {c} } d";
        let inner = "b(k); for (var m = 0u; m < n; m++) {c} ";
        let expected = format!("a {{ const k = 1u; {inner}}}\n{{ const k = 2u; {inner}}}\n d");
        assert_eq!(unrolled(source), expected);
        let nested = "for (var m = 0u; m < n; m++) { for (var k = 0u; k < 1u; k++) {b} }";
        let expected = "for (var m = 0u; m < n; m++) { { const k = 0u;b}\n }";
        assert_eq!(unrolled(nested), expected);
        let others = "for (; j < 3u; j++) {} for (var k = 0u; k <= 3u; k++) {} nothing";
        assert_eq!(unrolled(others), others);
    }
}
