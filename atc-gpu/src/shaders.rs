//! The kernels' sources: one file each, put together as a family needs them.

use crate::program::{FAMILIES, Kind, outer_length};
use crate::unroll::unrolled;
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
    /// Differences that the longest line of a Hull average sums, if they are so few that they lie in
    /// registers.
    pub(crate) outer: u32,
    /// Whether series have a source other than their closes.
    pub(crate) other_source: bool,
}

impl Kernel {
    /// The kernel that computes a family of a program.
    pub(crate) fn of(program: &Program, kind: Kind, other_source: bool) -> Self {
        let longest = program.lengths[kind as usize]
            .into_iter()
            .max()
            .unwrap_or(1);
        let has_windows = !matches!(kind, Kind::Ema | Kind::Dema);
        let is_near = has_windows && longest <= NEAR;
        let is_hull = program.is_hull(kind as usize);
        Self {
            kind,
            is_plain: kind == Kind::Hma && !is_hull,
            is_near,
            outer: if is_near && is_hull {
                outer_length(longest) as u32
            } else {
                0
            },
            other_source,
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
        let lengths = [1, 4, 9, 16, 25, 36, 49, NEAR, NEAR + 1];
        for (at, length) in lengths.iter().chain(&lengths[6..]).enumerate() {
            let mut program = Program {
                lengths: [[*length; 9]; 6],
                ..Program::default()
            };
            program.variants.plain_hma = at >= lengths.len();
            let of =
                |kind| [false, true].map(|other_source| Self::of(&program, kind, other_source));
            for kernel in Kind::ALL.map(of).into_iter().flatten() {
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
    let Kernel {
        outer,
        other_source,
        ..
    } = kernel;
    let constants =
        format!("const OUTER: u32 = {outer}u;\nconst OTHER_SOURCE: bool = {other_source};\n");
    let first = numbers(precision) + &constants;
    let whole = parts
        .into_iter()
        .fold(first, |whole, part| whole + "\n" + part);
    unrolled(&whole.replace("< OUTER;", &format!("< {outer}u;")))
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
}
