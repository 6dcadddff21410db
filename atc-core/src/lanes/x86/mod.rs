//! Lanes in x86-64 registers: four with AVX2, eight with AVX-512.
//!
//! The only `unsafe` of the crate, beside the calls into it. Values of these types are made and used
//! only below the `#[target_feature]` functions in [`batch`](crate::batch), which run after the
//! processor was asked for the feature. Every method is `inline(always)` so that it takes on the
//! features of that caller.
#![expect(
    unsafe_code,
    reason = "vector intrinsics; 2.5 times the speed of the portable lanes"
)]

mod avx2;
mod avx512;

pub(crate) use avx2::Avx2;
pub(crate) use avx512::Avx512;

/// Implements an operator by an intrinsic.
macro_rules! lanewise {
    ($type:ident, $trait:ident, $method:ident, $intrinsic:ident) => {
        impl $trait for $type {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: see the module above: the feature was detected before the value existed.
                Self(unsafe { $intrinsic(self.0, other.0) })
            }
        }
    };
}
use lanewise;

#[cfg(test)]
mod tests;
