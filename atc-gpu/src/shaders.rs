//! The kernels' sources: one file each, put together as a family needs them.

use crate::Precision;
use crate::program::Kind;

/// Series per workgroup.
pub(crate) const WORKGROUP: u32 = 64;

/// The name of the kernel over all families.
pub(crate) const AVERAGE: &str = "average";

/// The name of the kernel that follows the average's flips.
pub(crate) const TREND: &str = "trend";

/// The entry point of the family kernels.
pub(crate) const FAMILY: &str = "family";

/// What every kernel begins with.
fn numbers(precision: Precision) -> String {
    let numbers = match precision {
        Precision::F64 => include_str!("kernels/f64.wgsl"),
        Precision::F32 => include_str!("kernels/f32.wgsl"),
    };
    format!("{numbers}\nconst WORKGROUP: u32 = {WORKGROUP}u;\n")
}

/// The kernel of a family.
pub(crate) fn family(kind: Kind, precision: Precision) -> String {
    const WINDOW: &str = include_str!("kernels/window.wgsl");
    const EXPONENTIAL: &str = include_str!("kernels/exponential.wgsl");
    let (average, part) = match kind {
        Kind::Ema => (include_str!("kernels/ema.wgsl"), EXPONENTIAL),
        Kind::Hma => (include_str!("kernels/hma.wgsl"), WINDOW),
        Kind::Wma => (include_str!("kernels/wma.wgsl"), WINDOW),
        Kind::Dema => (include_str!("kernels/dema.wgsl"), EXPONENTIAL),
        Kind::Lsma => (include_str!("kernels/lsma.wgsl"), WINDOW),
        Kind::Kama => (include_str!("kernels/kama.wgsl"), WINDOW),
    };
    let parts = [
        include_str!("kernels/bindings.wgsl"),
        part,
        average,
        include_str!("kernels/follow.wgsl"),
        include_str!("kernels/layer2.wgsl"),
        include_str!("kernels/family.wgsl"),
    ];
    parts
        .into_iter()
        .fold(numbers(precision), |whole, part| whole + "\n" + part)
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
    let families = Kind::ALL.map(|kind| (crate::FAMILIES[kind as usize], family(kind, precision)));
    let rest = [(AVERAGE, average(precision)), (TREND, trend(precision))];
    families.into_iter().chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{DIRECT, Numbers, Shape, TABLES};
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
        for kind in Kind::ALL {
            let source = family(kind, Precision::F64);
            let shape = ours!(Shape {
                variant,
                again,
                cutout,
                spacing,
                rows,
                lengths,
                half,
                outer,
                first,
                ring
            });
            assert_eq!(layout(&source, "Shape"), shape);
            let numbers = ours!(Numbers {
                retain,
                low,
                high,
                weight,
                vote_long,
                vote_short,
                tiny,
                slow,
                fast_less_slow,
                slow_squared,
                length,
                inverse,
                factor,
                scale,
                half_length,
                half_scale,
                outer_length,
                outer_scale,
                of_weighted,
                of_sum
            });
            assert_eq!(layout(&source, "Numbers"), numbers);
            assert!(source.contains(&format!("const TABLES: u32 = {TABLES}u;")));
        }
        assert!(family(Kind::Hma, Precision::F32).contains(&format!("DIRECT: u32 = {DIRECT}u;")));
    }
}
