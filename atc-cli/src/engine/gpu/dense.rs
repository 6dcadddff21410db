//! A series as the kernels take it: the bars that exist, one after the other.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use atc_core::{Plan, Series};
use atc_gpu::Precision;

use crate::engine::Prices;

/// Kernels are given prices in this range alone: outside, sums or differences come near the ends
/// of `f64`, where devices may round to zero or to infinity in their own ways.
const PLAIN: RangeInclusive<f64> = 1e-100..=1e100;

/// As [`PLAIN`], in `f32`.
const PLAIN_SINGLE: RangeInclusive<f64> = 1e-20..=1e20;

/// The bars of a checked series that exist, without gaps.
#[derive(Clone, Debug)]
pub(super) struct Dense<'a> {
    close: Cow<'a, [f64]>,
    source: Option<Cow<'a, [f64]>>,
    /// Where they stand in the series, if some are missing.
    present: Option<Vec<usize>>,
    n_bars: usize,
}

impl<'a> Dense<'a> {
    /// Checks a series under a plan and leaves out what is missing; `None` if it is refused.
    pub(super) fn new(plan: &Plan, prices: &Prices<'a>) -> Option<Self> {
        let checked = Series::new(plan, prices.close, prices.source).ok()?;
        let n_bars = prices.close.len();
        if checked.n_present() == n_bars {
            return Some(Self {
                close: prices.close.into(),
                source: prices.source.map(Cow::from),
                present: None,
                n_bars,
            });
        }
        let source = prices.source.unwrap_or(prices.close);
        let exists = |bar: &usize| prices.close[*bar].is_finite() && source[*bar].is_finite();
        let present: Vec<usize> = (0..n_bars).filter(exists).collect();
        let existing = |column: &[f64]| present.iter().map(|bar| column[*bar]).collect();
        Some(Self {
            close: existing(prices.close),
            source: prices.source.map(existing),
            present: Some(present),
            n_bars,
        })
    }

    /// Whether kernels can be trusted with its values.
    pub(super) fn is_plain(&self, precision: Precision) -> bool {
        let plain = match precision {
            Precision::F64 => PLAIN,
            Precision::F32 => PLAIN_SINGLE,
        };
        let is_plain = |value: &f64| plain.contains(&value.abs());
        let source = self.source.as_deref().unwrap_or_default();
        let mut sources = source.iter();
        self.close.iter().all(is_plain) && sources.all(|value| *value == 0.0 || is_plain(value))
    }

    /// The bars that exist.
    pub(super) fn n_present(&self) -> usize {
        self.close.len()
    }

    /// All bars, the missing ones too.
    pub(super) fn n_bars(&self) -> usize {
        self.n_bars
    }

    /// How many of the first `bar` bars exist.
    pub(super) fn existing_before(&self, bar: usize) -> usize {
        let present = self.present.as_ref();
        present.map_or(bar, |present| present.partition_point(|at| *at < bar))
    }

    /// What a lane takes.
    pub(super) fn series(&self) -> atc_gpu::Series<'_> {
        atc_gpu::Series {
            close: &self.close,
            source: self.source.as_deref(),
        }
    }

    /// Values of the bars that exist at their places, NaN in the gaps.
    pub(super) fn spread(&self, values: Vec<f64>) -> Vec<f64> {
        let Some(present) = &self.present else {
            return values;
        };
        let mut all = vec![f64::NAN; self.n_bars];
        for (bar, value) in present.iter().zip(values) {
            all[*bar] = value;
        }
        all
    }
}
