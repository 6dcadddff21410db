//! The six moving-average families and values kept per family.

use std::ops::{Index, IndexMut};

/// One of the six moving-average families.
///
/// The order of the variants is the order in which layer 2 adds them up, and
/// the order of the output columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Family {
    /// Exponential moving average.
    Ema,
    /// Hull moving average (a plain simple average in the `pine` profile).
    Hma,
    /// Linearly weighted moving average.
    Wma,
    /// Double exponential moving average.
    Dema,
    /// Least-squares moving average.
    Lsma,
    /// Kaufman's adaptive moving average.
    Kama,
}

impl Family {
    /// The six families in summation order.
    pub const ALL: [Self; 6] = [
        Self::Ema,
        Self::Hma,
        Self::Wma,
        Self::Dema,
        Self::Lsma,
        Self::Kama,
    ];

    /// The family's name in parameters and column names, in lower case.
    ///
    /// ```
    /// assert_eq!(atc_core::Family::Kama.name(), "kama");
    /// ```
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ema => "ema",
            Self::Hma => "hma",
            Self::Wma => "wma",
            Self::Dema => "dema",
            Self::Lsma => "lsma",
            Self::Kama => "kama",
        }
    }
}

impl std::fmt::Display for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// One value per family, indexed by [`Family`].
///
/// ```
/// use atc_core::{Family, PerFamily};
///
/// let mut lengths = PerFamily::splat(28_usize);
/// lengths[Family::Kama] = 10;
/// assert_eq!(lengths.iter().map(|(_, l)| l).sum::<usize>(), 150);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PerFamily<T>(pub [T; 6]);

impl<T: Copy> PerFamily<T> {
    /// The same value for every family.
    pub const fn splat(value: T) -> Self {
        Self([value; 6])
    }

    /// Families with their values, in summation order.
    pub fn iter(&self) -> impl Iterator<Item = (Family, T)> + '_ {
        Family::ALL.into_iter().zip(self.0.iter().copied())
    }
}

impl<T> Index<Family> for PerFamily<T> {
    type Output = T;

    fn index(&self, family: Family) -> &T {
        &self.0[family as usize]
    }
}

impl<T> IndexMut<Family> for PerFamily<T> {
    fn index_mut(&mut self, family: Family) -> &mut T {
        &mut self.0[family as usize]
    }
}
