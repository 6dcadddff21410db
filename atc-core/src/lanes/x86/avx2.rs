//! Four lanes in an AVX2 register.

use core::arch::x86_64::{
    __m256d, _CMP_GT_OQ, _CMP_LE_OQ, _mm256_add_pd, _mm256_and_pd, _mm256_andnot_pd,
    _mm256_blendv_pd, _mm256_cmp_pd, _mm256_div_pd, _mm256_floor_pd, _mm256_loadu_pd,
    _mm256_max_pd, _mm256_movemask_pd, _mm256_mul_pd, _mm256_permute2f128_pd, _mm256_set1_pd,
    _mm256_storeu_pd, _mm256_sub_pd, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
};
use std::ops::{Add, Div, Mul, Sub};

use super::lanewise;
use crate::lanes::Lanes;

/// Four lanes in an AVX2 register.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct Avx2(__m256d);

lanewise!(Avx2, Add, add, _mm256_add_pd);
lanewise!(Avx2, Sub, sub, _mm256_sub_pd);
lanewise!(Avx2, Mul, mul, _mm256_mul_pd);
lanewise!(Avx2, Div, div, _mm256_div_pd);

/// Rows to columns: value `i` of row `j` becomes value `j` of row `i`.
#[inline(always)]
fn transpose([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    // SAFETY: see the module above.
    unsafe {
        let (low, high) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (low2, high2) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(low, low2),
            _mm256_permute2f128_pd::<0x20>(high, high2),
            _mm256_permute2f128_pd::<0x31>(low, low2),
            _mm256_permute2f128_pd::<0x31>(high, high2),
        ]
    }
}

/// Four neighbouring values.
#[inline(always)]
fn load(values: &[f64]) -> __m256d {
    let four: &[f64; 4] = values.first_chunk().expect("four values are left");
    // SAFETY: see the module above; the reference covers four values.
    unsafe { _mm256_loadu_pd(four.as_ptr()) }
}

impl Lanes for Avx2 {
    const N: usize = 4;

    const UNROLL: bool = true;

    type Mask = __m256d;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm256_set1_pd(value) })
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> f64 {
        // SAFETY: a register of four doubles has the layout of an array of four.
        let lanes: &[f64; 4] = unsafe { &*(&raw const self.0).cast() };
        lanes[lane]
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f64) {
        // SAFETY: a register of four doubles has the layout of an array of four.
        let lanes: &mut [f64; 4] = unsafe { &mut *(&raw mut self.0).cast() };
        lanes[lane] = value;
    }

    #[inline(always)]
    fn gather(series: &[&[f64]], out: &mut [Self]) {
        assert_eq!(series.len(), 4, "a series per lane");
        let whole = out.len() - out.len() % 4;
        for (i, four) in out[..whole].chunks_exact_mut(4).enumerate() {
            let at = 4 * i;
            // Written out: a closure would not take on the instruction set.
            let columns = transpose([
                load(&series[0][at..]),
                load(&series[1][at..]),
                load(&series[2][at..]),
                load(&series[3][at..]),
            ]);
            for j in 0..4 {
                four[j] = Self(columns[j]);
            }
        }
        for (lane, series) in series.iter().enumerate() {
            for (slot, value) in out[whole..].iter_mut().zip(&series[whole..]) {
                slot.set_lane(lane, *value);
            }
        }
    }

    #[inline(always)]
    fn scatter(values: &[Self], rows: &mut [&mut [f64]]) {
        let whole = values.len() - values.len() % 4;
        for (i, four) in values[..whole].chunks_exact(4).enumerate() {
            let columns = transpose([four[0].0, four[1].0, four[2].0, four[3].0]);
            for (row, column) in rows.iter_mut().zip(columns) {
                let slot: &mut [f64; 4] = row[4 * i..]
                    .first_chunk_mut()
                    .expect("a row is as long as the block");
                // SAFETY: see the module above; the reference covers four values.
                unsafe { _mm256_storeu_pd(slot.as_mut_ptr(), column) };
            }
        }
        for (j, value) in values.iter().enumerate().skip(whole) {
            for (lane, row) in rows.iter_mut().enumerate() {
                row[j] = value.lane(lane);
            }
        }
    }

    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), self.0) })
    }

    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm256_floor_pd(self.0) })
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the module above. The instruction returns its second operand if one is NaN.
        Self(unsafe { _mm256_max_pd(bound.0, self.0) })
    }

    #[inline(always)]
    fn gt(self, other: Self) -> __m256d {
        // SAFETY: see the module above.
        unsafe { _mm256_cmp_pd::<_CMP_GT_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn le(self, other: Self) -> __m256d {
        // SAFETY: see the module above.
        unsafe { _mm256_cmp_pd::<_CMP_LE_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn select(mask: __m256d, yes: Self, no: Self) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm256_blendv_pd(no.0, yes.0, mask) })
    }

    #[inline(always)]
    fn keep(self, mask: __m256d) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm256_and_pd(self.0, mask) })
    }

    #[inline(always)]
    fn all(mask: __m256d) -> bool {
        // SAFETY: see the module above.
        unsafe { _mm256_movemask_pd(mask) == 0b1111 }
    }
}
