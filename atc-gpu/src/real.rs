//! The numbers that kernels and their twins compute with.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::Precision;

/// `f64` or `f32`.
pub(crate) trait Real:
    bytemuck::Pod
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    const PRECISION: Precision;

    /// The nearest number.
    fn of(value: f64) -> Self;
    /// As `f64`, exactly.
    fn wide(self) -> f64;
    fn abs(self) -> Self;
    fn floor(self) -> Self;

    /// The larger of the two; a NaN in `self` stays a NaN.
    fn at_least(self, bound: Self) -> Self {
        if bound > self { bound } else { self }
    }

    /// `self` where `keep` holds, else 0.
    fn only_if(self, keep: bool) -> Self {
        if keep { self } else { Self::of(0.0) }
    }
}

impl Real for f64 {
    const PRECISION: Precision = Precision::F64;

    fn of(value: Self) -> Self {
        value
    }

    fn wide(self) -> Self {
        self
    }

    fn abs(self) -> Self {
        self.abs()
    }

    fn floor(self) -> Self {
        self.floor()
    }
}

impl Real for f32 {
    const PRECISION: Precision = Precision::F32;

    fn of(value: f64) -> Self {
        value as Self
    }

    fn wide(self) -> f64 {
        f64::from(self)
    }

    fn abs(self) -> Self {
        self.abs()
    }

    fn floor(self) -> Self {
        self.floor()
    }
}
