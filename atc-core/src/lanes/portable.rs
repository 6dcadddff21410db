//! Lanes as a plain array: any width, any platform, and the form Miri runs.

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Sub};

use super::Lanes;

/// `N` lanes in an array; `N = 1` is the stream.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct Wide<const N: usize>(pub(crate) [f64; N]);

macro_rules! lanewise {
    ($trait:ident, $method:ident, $op:tt) => {
        impl<const N: usize> $trait for Wide<N> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self(from_fn(|l| self.0[l] $op other.0[l]))
            }
        }
    };
}
lanewise!(Add, add, +);
lanewise!(Sub, sub, -);
lanewise!(Mul, mul, *);
lanewise!(Div, div, /);

impl<const N: usize> Lanes for Wide<N> {
    const N: usize = N;

    type Mask = [bool; N];

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; N])
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> f64 {
        self.0[lane]
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f64) {
        self.0[lane] = value;
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(from_fn(|l| self.0[l].abs()))
    }

    #[inline(always)]
    fn floor(self) -> Self {
        Self(from_fn(|l| self.0[l].floor()))
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        Self(from_fn(|l| {
            if bound.0[l] > self.0[l] {
                bound.0[l]
            } else {
                self.0[l]
            }
        }))
    }

    #[inline(always)]
    fn gt(self, other: Self) -> [bool; N] {
        from_fn(|l| self.0[l] > other.0[l])
    }

    #[inline(always)]
    fn le(self, other: Self) -> [bool; N] {
        from_fn(|l| self.0[l] <= other.0[l])
    }

    #[inline(always)]
    fn select(mask: [bool; N], yes: Self, no: Self) -> Self {
        Self(from_fn(|l| if mask[l] { yes.0[l] } else { no.0[l] }))
    }

    #[inline(always)]
    fn keep(self, mask: [bool; N]) -> Self {
        Self(from_fn(|l| if mask[l] { self.0[l] } else { 0.0 }))
    }

    #[inline(always)]
    fn all(mask: [bool; N]) -> bool {
        mask.into_iter().all(|m| m)
    }
}
