//! The kernels' sources: one file each, put together as a family needs them.

use crate::program::{FAMILIES, Kind};
use crate::{Precision, Program};

/// Series per workgroup.
pub(crate) const WORKGROUP: u32 = 64;

/// The name of the kernel over all families.
pub(crate) const AVERAGE: &str = "average";

/// The name of the kernel of gains.
pub(crate) const GAIN: &str = "gain";

/// The name of the kernel that follows the average's flips.
pub(crate) const TREND: &str = "trend";

/// The entry point of the family kernels.
pub(crate) const FAMILY: &str = "family";

/// Which kernel a family needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kernel {
    pub(crate) kind: Kind,
    /// Whether its HMA is a plain average.
    pub(crate) is_plain: bool,
    /// Whether all its windows are of at most [`NEAR`] bars.
    pub(crate) is_near: bool,
}

impl Kernel {
    /// The kernel that computes a family of a program.
    pub(crate) fn of(program: &Program, kind: Kind) -> Self {
        let lengths = program.lengths[kind as usize];
        let has_windows = !matches!(kind, Kind::Ema | Kind::Dema);
        Self {
            kind,
            is_plain: kind == Kind::Hma && program.variants.plain_hma,
            is_near: has_windows && lengths.iter().all(|length| *length <= NEAR),
        }
    }

    /// Its name in messages.
    pub(crate) const fn name(self) -> &'static str {
        FAMILIES[self.kind as usize]
    }

    /// Every kernel of a family that there is.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for (length, plain_hma) in [
            (NEAR, false),
            (NEAR, true),
            (NEAR + 1, false),
            (NEAR + 1, true),
        ] {
            let mut program = Program {
                lengths: [[length; 9]; 6],
                ..Program::default()
            };
            program.variants.plain_hma = plain_hma;
            for kernel in Kind::ALL.map(|kind| Self::of(&program, kind)) {
                if !all.contains(&kernel) {
                    all.push(kernel);
                }
            }
        }
        all
    }
}

/// The longest window whose tables an invocation holds in memory of its own.
pub(crate) const NEAR: usize = 63;

/// What every kernel begins with.
fn numbers(precision: Precision) -> String {
    let numbers = match precision {
        Precision::F64 => include_str!("kernels/f64.wgsl"),
        Precision::F32 => include_str!("kernels/f32.wgsl"),
    };
    format!("{numbers}\nconst WORKGROUP: u32 = {WORKGROUP}u;\n")
}

/// The kernel of a family.
pub(crate) fn family(kernel: Kernel, precision: Precision) -> String {
    const WINDOW: &str = include_str!("kernels/window.wgsl");
    const EXPONENTIAL: &str = include_str!("kernels/exponential.wgsl");
    let (average, part) = match kernel.kind {
        Kind::Ema => (include_str!("kernels/ema.wgsl"), EXPONENTIAL),
        Kind::Hma if kernel.is_plain => (include_str!("kernels/sma.wgsl"), WINDOW),
        Kind::Hma => (include_str!("kernels/hma.wgsl"), WINDOW),
        Kind::Wma => (include_str!("kernels/wma.wgsl"), WINDOW),
        Kind::Dema => (include_str!("kernels/dema.wgsl"), EXPONENTIAL),
        Kind::Lsma => (include_str!("kernels/lsma.wgsl"), WINDOW),
        Kind::Kama => (include_str!("kernels/kama.wgsl"), WINDOW),
    };
    let tables = match kernel.kind {
        Kind::Ema | Kind::Dema => "",
        _ if kernel.is_near => include_str!("kernels/near.wgsl"),
        _ => include_str!("kernels/far.wgsl"),
    };
    let hull = match (kernel.kind, kernel.is_plain, kernel.is_near) {
        (Kind::Hma, false, true) => include_str!("kernels/hull_near.wgsl"),
        (Kind::Hma, false, false) => include_str!("kernels/hull_far.wgsl"),
        _ => include_str!("kernels/no_hull.wgsl"),
    };
    let parts = [
        include_str!("kernels/bindings.wgsl"),
        tables,
        part,
        hull,
        average,
        include_str!("kernels/follow.wgsl"),
        include_str!("kernels/layer2.wgsl"),
        include_str!("kernels/family.wgsl"),
    ];
    let whole = parts.into_iter();
    let whole = whole.fold(numbers(precision), |whole, part| whole + "\n" + part);
    unrolled(&whole)
}

/// Writes out the loops whose bounds stand in the source, each turn as a block with a constant.
///
/// Drivers keep an array in registers if all its indices are known, and may not unroll a loop to
/// know them.
fn unrolled(source: &str) -> String {
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

/// The kernel of gains.
pub(crate) fn gain(precision: Precision) -> String {
    numbers(precision) + "\n" + include_str!("kernels/gain.wgsl")
}

/// The kernel over all families.
pub(crate) fn average(precision: Precision) -> String {
    numbers(precision) + "\n" + include_str!("kernels/average.wgsl")
}

/// The kernel that follows the average's flips.
pub(crate) fn trend(precision: Precision) -> String {
    numbers(precision) + "\n" + include_str!("kernels/trend.wgsl")
}

/// Every kernel with its name.
#[cfg(test)]
pub(crate) fn all(precision: Precision) -> Vec<(&'static str, String)> {
    let families = Kernel::all()
        .into_iter()
        .map(|kernel| (kernel.name(), family(kernel, precision)));
    let rest = [
        (GAIN, gain(precision)),
        (AVERAGE, average(precision)),
        (TREND, trend(precision)),
    ];
    families.chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{BLOCK, DIRECT, LineNumbers, LineShape, Numbers, Shape, TABLES};
    use naga::TypeInner;
    use std::mem::offset_of;

    /// Name and offset in bytes of each field of a struct of the kernels, and its size.
    fn layout(source: &str, name: &str) -> (Vec<(String, usize)>, usize) {
        let module = naga::front::wgsl::parse_str(source).unwrap();
        let mut types = module.types.iter().map(|(_, ty)| ty);
        let found = types.find(|ty| ty.name.as_deref() == Some(name));
        let TypeInner::Struct { members, span } = &found.unwrap().inner else {
            unreachable!("{name} is a struct");
        };
        let field = |m: &naga::StructMember| (m.name.clone().unwrap(), m.offset as usize);
        (members.iter().map(field).collect(), *span as usize)
    }

    /// As [`layout`], of a struct of ours.
    macro_rules! ours {
        ($name:ident { $($field:ident),+ }) => {
            (
                vec![$((stringify!($field).to_owned(), offset_of!($name, $field))),+],
                size_of::<$name>(),
            )
        };
    }

    #[test]
    fn structs_are_laid_out_as_the_kernels_read_them() {
        for kernel in Kernel::all() {
            let source = family(kernel, Precision::F64);
            let shape = ours!(Shape {
                variant,
                again,
                cutout,
                spacing,
                rows,
                lines
            });
            assert_eq!(layout(&source, "Shape"), shape);
            let line = ours!(LineShape {
                length,
                half,
                outer,
                first,
                ring
            });
            assert_eq!(layout(&source, "LineShape"), line);
            let numbers = ours!(Numbers {
                retain,
                low,
                high,
                weight,
                tiny,
                slow,
                fast_less_slow,
                slow_squared,
                lines
            });
            assert_eq!(layout(&source, "Numbers"), numbers);
            let line = ours!(LineNumbers {
                length,
                inverse,
                factor,
                scale,
                half_length,
                half_scale,
                outer_length,
                outer_scale,
                of_weighted,
                of_sum,
                unused,
                unused_too
            });
            assert_eq!(layout(&source, "LineNumbers"), line);
            // As many numbers, each half as wide.
            let half = |(_, size): (Vec<(String, usize)>, usize)| size / 2;
            let single = family(kernel, Precision::F32);
            assert_eq!(layout(&single, "Numbers").1, half(numbers));
            assert_eq!(layout(&single, "LineNumbers").1, half(line));
            assert!(source.contains(&format!("const TABLES: u32 = {TABLES}u;")));
            let block = format!("const BLOCK: u32 = {BLOCK}u;");
            let has_windows = !matches!(kernel.kind, Kind::Ema | Kind::Dema);
            assert_ne!(source.contains(&block), has_windows);
            let is_hull = kernel.kind == Kind::Hma && !kernel.is_plain;
            let direct = format!("const DIRECT: u32 = {DIRECT}u;");
            assert_eq!(source.contains(&direct), is_hull);
            let near = format!("const NEAR: u32 = {NEAR}u;");
            assert_eq!(source.contains(&near), kernel.is_near);
        }
    }

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
