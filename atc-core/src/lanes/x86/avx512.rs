//! Eight lanes in an AVX-512 register.

use core::arch::x86_64::{
    __m512d, __mmask8, _CMP_GT_OQ, _CMP_LE_OQ, _MM_FROUND_TO_NEG_INF, _mm512_abs_pd, _mm512_add_pd,
    _mm512_cmp_pd_mask, _mm512_div_pd, _mm512_loadu_pd, _mm512_mask_add_pd, _mm512_mask_blend_pd,
    _mm512_maskz_mov_pd, _mm512_max_pd, _mm512_mul_pd, _mm512_roundscale_pd, _mm512_set1_pd,
    _mm512_shuffle_f64x2, _mm512_storeu_pd, _mm512_sub_pd, _mm512_unpackhi_pd, _mm512_unpacklo_pd,
};
use std::ops::{Add, Div, Mul, Sub};

use super::lanewise;
use crate::lanes::Lanes;

/// Eight lanes in an AVX-512 register.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
pub(crate) struct Avx512(__m512d);

lanewise!(Avx512, Add, add, _mm512_add_pd);
lanewise!(Avx512, Sub, sub, _mm512_sub_pd);
lanewise!(Avx512, Mul, mul, _mm512_mul_pd);
lanewise!(Avx512, Div, div, _mm512_div_pd);

/// Columns `i`, `i + 2`, `i + 4`, `i + 6` of eight rows, from their pairs: quarter `j` of a pair is column
/// `i + 2j` of two rows.
#[inline(always)]
fn columns(ab: __m512d, cd: __m512d, ef: __m512d, gh: __m512d) -> [__m512d; 4] {
    // SAFETY: see the module above.
    unsafe {
        let (ad02, ad13) = (
            _mm512_shuffle_f64x2::<0x88>(ab, cd),
            _mm512_shuffle_f64x2::<0xdd>(ab, cd),
        );
        let (eh02, eh13) = (
            _mm512_shuffle_f64x2::<0x88>(ef, gh),
            _mm512_shuffle_f64x2::<0xdd>(ef, gh),
        );
        [
            _mm512_shuffle_f64x2::<0x88>(ad02, eh02),
            _mm512_shuffle_f64x2::<0x88>(ad13, eh13),
            _mm512_shuffle_f64x2::<0xdd>(ad02, eh02),
            _mm512_shuffle_f64x2::<0xdd>(ad13, eh13),
        ]
    }
}

/// Rows to columns: value `i` of row `j` becomes value `j` of row `i`.
#[inline(always)]
fn transpose(rows: [__m512d; 8]) -> [__m512d; 8] {
    // SAFETY: see the module above.
    unsafe {
        let [c0, c2, c4, c6] = columns(
            _mm512_unpacklo_pd(rows[0], rows[1]),
            _mm512_unpacklo_pd(rows[2], rows[3]),
            _mm512_unpacklo_pd(rows[4], rows[5]),
            _mm512_unpacklo_pd(rows[6], rows[7]),
        );
        let [c1, c3, c5, c7] = columns(
            _mm512_unpackhi_pd(rows[0], rows[1]),
            _mm512_unpackhi_pd(rows[2], rows[3]),
            _mm512_unpackhi_pd(rows[4], rows[5]),
            _mm512_unpackhi_pd(rows[6], rows[7]),
        );
        [c0, c1, c2, c3, c4, c5, c6, c7]
    }
}

/// Eight neighbouring values.
#[inline(always)]
fn load(values: &[f64]) -> __m512d {
    let eight: &[f64; 8] = values.first_chunk().expect("eight values are left");
    // SAFETY: see the module above; the reference covers eight values.
    unsafe { _mm512_loadu_pd(eight.as_ptr()) }
}

impl Lanes for Avx512 {
    const N: usize = 8;

    const UNROLL: bool = true;

    type Mask = __mmask8;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm512_set1_pd(value) })
    }

    #[inline(always)]
    fn lane(&self, lane: usize) -> f64 {
        // SAFETY: a register of eight doubles has the layout of an array of eight.
        let lanes: &[f64; 8] = unsafe { &*(&raw const self.0).cast() };
        lanes[lane]
    }

    #[inline(always)]
    fn set_lane(&mut self, lane: usize, value: f64) {
        // SAFETY: a register of eight doubles has the layout of an array of eight.
        let lanes: &mut [f64; 8] = unsafe { &mut *(&raw mut self.0).cast() };
        lanes[lane] = value;
    }

    #[inline(always)]
    fn gather(series: &[&[f64]], out: &mut [Self]) {
        assert_eq!(series.len(), 8, "a series per lane");
        let whole = out.len() - out.len() % 8;
        for (i, eight) in out[..whole].chunks_exact_mut(8).enumerate() {
            let at = 8 * i;
            // Written out: a closure would not take on the instruction set.
            let columns = transpose([
                load(&series[0][at..]),
                load(&series[1][at..]),
                load(&series[2][at..]),
                load(&series[3][at..]),
                load(&series[4][at..]),
                load(&series[5][at..]),
                load(&series[6][at..]),
                load(&series[7][at..]),
            ]);
            for j in 0..8 {
                eight[j] = Self(columns[j]);
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
        let whole = values.len() - values.len() % 8;
        for (i, eight) in values[..whole].chunks_exact(8).enumerate() {
            let mut columns = [eight[0].0; 8];
            for (column, value) in columns.iter_mut().zip(eight) {
                *column = value.0;
            }
            for (row, column) in rows.iter_mut().zip(transpose(columns)) {
                let slot: &mut [f64; 8] = row[8 * i..]
                    .first_chunk_mut()
                    .expect("a row is as long as the block");
                // SAFETY: see the module above; the reference covers eight values.
                unsafe { _mm512_storeu_pd(slot.as_mut_ptr(), column) };
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
        Self(unsafe { _mm512_abs_pd(self.0) })
    }

    #[inline(always)]
    fn floor(self) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm512_roundscale_pd::<{ _MM_FROUND_TO_NEG_INF }>(self.0) })
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> Self {
        // SAFETY: see the module above. The instruction returns its second operand if one is NaN.
        Self(unsafe { _mm512_max_pd(bound.0, self.0) })
    }

    #[inline(always)]
    fn gt(self, other: Self) -> __mmask8 {
        // SAFETY: see the module above.
        unsafe { _mm512_cmp_pd_mask::<_CMP_GT_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn le(self, other: Self) -> __mmask8 {
        // SAFETY: see the module above.
        unsafe { _mm512_cmp_pd_mask::<_CMP_LE_OQ>(self.0, other.0) }
    }

    #[inline(always)]
    fn select(mask: __mmask8, yes: Self, no: Self) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm512_mask_blend_pd(mask, no.0, yes.0) })
    }

    #[inline(always)]
    fn keep(self, mask: __mmask8) -> Self {
        // SAFETY: see the module above.
        Self(unsafe { _mm512_maskz_mov_pd(mask, self.0) })
    }

    #[inline(always)]
    fn plus(self, mask: __mmask8, more: Self) -> Self {
        // Adding nothing keeps every sum but -0, and no sum here is -0.
        // SAFETY: see the module above.
        Self(unsafe { _mm512_mask_add_pd(self.0, mask, self.0, more.0) })
    }

    #[inline(always)]
    fn all(mask: __mmask8) -> bool {
        mask == 0xff
    }
}
