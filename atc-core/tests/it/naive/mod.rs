//! The naive oracle: the formulas of `SEMANTICS.md` transcribed, O(n · length), no cleverness.
//!
//! Nothing here uses the crate under test, not even its parameter types: a bug
//! would have to be made twice to go unseen. Window averages are the exact
//! rational numbers, rounded once, so no summation order can matter.

pub(crate) mod averages;
mod indicator;
pub(crate) mod settings;

pub(crate) use indicator::classify;
pub(crate) use settings::Settings;

/// The families, in the order of every sum over them.
pub(crate) const FAMILIES: [&str; 6] = ["ema", "hma", "wma", "dema", "lsma", "kama"];

/// The names of the 13 columns, in output order.
pub(crate) fn column_names() -> Vec<String> {
    let of = |what: &'static str| {
        FAMILIES
            .iter()
            .map(move |family| format!("{family}_{what}"))
    };
    of("signal")
        .chain(of("equity"))
        .chain(["average_signal".to_owned()])
        .collect()
}
