//! The six moving-average families and values kept per family.

use std::iter::Zip;
use std::ops::{Index, IndexMut};
use std::str::FromStr;
use std::{array, fmt, slice};

use crate::Error;

/// One of the six moving-average families; [`semantics`](crate::semantics) has their formulas.
///
/// The order of the variants is the order in which layer 2 adds them up, and
/// the order of the output columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "lowercase")
)]
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

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Family {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut all = Self::ALL.into_iter();
        all.find(|family| family.name() == text)
            .ok_or_else(|| Error::UnknownName {
                what: "family",
                got: text.to_owned(),
                known: &["ema", "hma", "wma", "dema", "lsma", "kama"],
            })
    }
}

/// One value per family, indexed by [`Family`].
///
/// ```
/// use atc_core::{Family, PerFamily};
///
/// let mut lengths = PerFamily::splat(28_usize);
/// lengths[Family::Kama] = 10;
/// assert_eq!(lengths.iter().map(|(_, length)| length).sum::<usize>(), 150);
/// let names = lengths.map(|length| format!("{length} bars"));
/// for (family, name) in &names {
///     assert_eq!(family == Family::Kama, name == "10 bars");
/// }
/// ```
///
/// With the feature `serde` it is an object with the names of the families.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        from = "crate::wire::ByName<T>",
        into = "crate::wire::ByName<T>",
        bound(serialize = "T: Clone + serde::Serialize")
    )
)]
pub struct PerFamily<T>(pub [T; 6]);

impl<T: Copy> PerFamily<T> {
    /// The same value for every family.
    pub const fn splat(value: T) -> Self {
        Self([value; 6])
    }
}

impl<T> PerFamily<T> {
    /// Families with their values, in summation order.
    pub fn iter(&self) -> Zip<array::IntoIter<Family, 6>, slice::Iter<'_, T>> {
        Family::ALL.into_iter().zip(&self.0)
    }

    /// What `f` makes of each value.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> PerFamily<U> {
        PerFamily(self.0.map(f))
    }
}

impl<T> From<[T; 6]> for PerFamily<T> {
    /// Values in summation order.
    fn from(values: [T; 6]) -> Self {
        Self(values)
    }
}

impl<T> IntoIterator for PerFamily<T> {
    type Item = (Family, T);
    type IntoIter = Zip<array::IntoIter<Family, 6>, array::IntoIter<T, 6>>;

    fn into_iter(self) -> Self::IntoIter {
        Family::ALL.into_iter().zip(self.0)
    }
}

impl<'a, T> IntoIterator for &'a PerFamily<T> {
    type Item = (Family, &'a T);
    type IntoIter = Zip<array::IntoIter<Family, 6>, slice::Iter<'a, T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
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
