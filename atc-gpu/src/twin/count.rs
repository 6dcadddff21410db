//! Numbers that count what is done with them.

use std::cell::Cell;
use std::ops::{Add, Div, Mul, Neg, Sub};

use bytemuck::{Pod, Zeroable};

use crate::Precision;
use crate::real::Real;

thread_local! {
    static DONE: Cell<u64> = const { Cell::new(0) };
}

/// A number whose arithmetic is counted; comparisons and signs are not.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Pod, Zeroable)]
pub(super) struct Counted(f64);

/// How many operations `work` does on this thread.
pub(super) fn operations(work: impl FnOnce()) -> u64 {
    let before = DONE.get();
    work();
    DONE.get() - before
}

fn counted(value: f64) -> Counted {
    DONE.set(DONE.get() + 1);
    Counted(value)
}

impl Add for Counted {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        counted(self.0 + other.0)
    }
}

impl Sub for Counted {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        counted(self.0 - other.0)
    }
}

impl Mul for Counted {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        counted(self.0 * other.0)
    }
}

impl Div for Counted {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        counted(self.0 / other.0)
    }
}

impl Neg for Counted {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Real for Counted {
    const PRECISION: Precision = Precision::F64;

    fn of(value: f64) -> Self {
        Self(value)
    }

    fn wide(self) -> f64 {
        self.0
    }

    fn abs(self) -> Self {
        Self(self.0.abs())
    }

    fn floor(self) -> Self {
        counted(self.0.floor())
    }
}
