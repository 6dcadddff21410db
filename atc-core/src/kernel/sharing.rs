//! Which window sums of a plan's families can be shared.

use super::window::Shape;
use crate::{Family, Hma, PerFamily, Switches};

/// The window sets of a plan, and who reads which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WindowPlan {
    /// Sets over the source.
    pub(crate) source: Vec<Shape>,
    /// The set over the absolute changes of the source, for KAMA.
    pub(crate) noise: Shape,
    /// Index into `source` of the set with the lengths of the WMA family.
    pub(crate) wma: usize,
    /// As `wma`, for the LSMA family.
    pub(crate) lsma: usize,
    /// As `wma`, for the HMA family and half its lengths.
    pub(crate) hma: usize,
    /// Rows of source that must be remembered behind any bar.
    pub(crate) history: usize,
}

impl WindowPlan {
    /// Whether one of `families` reads the set at `index`.
    pub(crate) fn is_read(&self, index: usize, families: PerFamily<bool>) -> bool {
        [
            (Family::Hma, self.hma),
            (Family::Wma, self.wma),
            (Family::Lsma, self.lsma),
        ]
        .into_iter()
        .any(|(family, set)| set == index && families[family])
    }
}

/// Finds the sums that families can share.
pub(crate) fn plan_windows(lengths: &PerFamily<[usize; 9]>, switches: Switches) -> WindowPlan {
    let mut source: Vec<Shape> = Vec::new();
    let mut place = |shape: Shape| {
        for (index, other) in source.iter_mut().enumerate() {
            let both = shape.union(*other);
            if both == *other || both.is_compact() {
                *other = both;
                return index;
            }
        }
        source.push(shape);
        source.len() - 1
    };
    let full = Shape::of(&lengths[Family::Hma]);
    let hma = place(match switches.hma {
        // A Hull average reads a length and its half at the same bar.
        Hma::Hull => full.union(Shape::of(&lengths[Family::Hma].map(half_length))),
        Hma::Sma => full,
    });
    let wma = place(Shape::of(&lengths[Family::Wma]));
    let lsma = place(Shape::of(&lengths[Family::Lsma]));
    let noise = Shape::of(&lengths[Family::Kama]);
    let history = source
        .iter()
        .chain([&noise])
        .map(|s| s.history())
        .max()
        .unwrap_or(0)
        + 1;
    WindowPlan {
        source,
        noise,
        wma,
        lsma,
        hma,
        history,
    }
}

/// The length of the faster inner average of a Hull average over `length`.
pub(crate) fn half_length(length: usize) -> usize {
    (length / 2).max(1)
}
