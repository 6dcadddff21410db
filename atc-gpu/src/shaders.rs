//! The kernels' sources: one file each, put together as a family needs them.

use crate::Precision;
use crate::program::Kind;

/// Series per workgroup.
pub(crate) const WORKGROUP: u32 = 64;

/// The name of the kernel over all families.
pub(crate) const AVERAGE: &str = "average";

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

/// Every kernel with its name.
#[cfg(test)]
pub(crate) fn all(precision: Precision) -> Vec<(&'static str, String)> {
    let families = Kind::ALL.map(|kind| (crate::FAMILIES[kind as usize], family(kind, precision)));
    let average = (AVERAGE, average(precision));
    families.into_iter().chain([average]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::{Numbers, Shape, TABLES};
    use naga::TypeInner;

    /// The size of a struct of the kernels, in bytes, and the names of its fields.
    fn layout(module: &naga::Module, name: &str) -> (u32, Vec<String>) {
        let mut types = module.types.iter().map(|(_, ty)| ty);
        let found = types.find(|ty| ty.name.as_deref() == Some(name));
        let TypeInner::Struct { members, span } = &found.unwrap().inner else {
            unreachable!("{name} is a struct");
        };
        let names = members.iter().map(|m| m.name.clone().unwrap());
        (*span, names.collect())
    }

    #[test]
    fn structs_are_laid_out_as_the_kernels_read_them() {
        let source = family(Kind::Hma, Precision::F64);
        let module = naga::front::wgsl::parse_str(&source).unwrap();
        let (size, fields) = layout(&module, "Shape");
        assert_eq!(size as usize, size_of::<Shape>());
        assert_eq!(fields.len(), 10);
        let (size, fields) = layout(&module, "Numbers");
        assert_eq!(size as usize, size_of::<Numbers>());
        assert_eq!(fields.last().unwrap(), "of_sum");
        assert!(source.contains(&format!("const TABLES: u32 = {TABLES}u;")));
    }
}
