//! One bar, on the instruction set of the processor.

use super::{Fixed, averages, follow, layers};
use crate::growth::GROWTH_BLOCK;
use crate::{Plan, TIE_BAND};

/// A bar of one series.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar {
    /// Its number.
    pub(crate) number: usize,
    pub(crate) close: f64,
    pub(crate) source: f64,
}

/// What every line needs of a bar.
#[derive(Clone, Copy, Debug)]
pub(super) struct BarFactors {
    /// An average at or below this is under the close.
    pub(super) low: f64,
    /// An average above this is over the close.
    pub(super) high: f64,
    /// Equity factors of a long position, a short one and none.
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) flat: f64,
}

/// Moves a series' state by one bar; the average signal.
pub(crate) fn advance(plan: &Plan, state: (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return x86::step(plan, state, bar);
    }
    step(plan, state, bar)
}

#[inline(always)]
fn step(plan: &Plan, (fixed, numbers): (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
    let factors = factors(plan, fixed, bar);
    numbers[plan.strand.source.of(bar.number)] = bar.source;
    averages::advance(plan, fixed, numbers, bar.number);
    let averages = averages::read(plan, (fixed, numbers), bar.number);
    let sums = follow::follow(fixed, &averages, &factors);
    layers::layer2(plan, fixed, &sums, &factors)
}

/// The factors of a bar.
#[inline(always)]
fn factors(plan: &Plan, fixed: &mut Fixed, bar: Bar) -> BarFactors {
    let at = bar.number % GROWTH_BLOCK;
    if at == 0 {
        fixed.growth = plan.growth_base(bar.number);
    }
    let growth = fixed.growth * plan.growth[at];
    let step = ((bar.close - fixed.close) / fixed.close) * growth;
    fixed.close = bar.close;
    BarFactors {
        low: bar.close * (1.0 - TIE_BAND),
        high: bar.close * (1.0 + TIE_BAND),
        up: plan.retain * (1.0 + step),
        down: plan.retain * (1.0 - step),
        flat: plan.retain,
    }
}

/// Entry into code that was compiled for AVX2.
#[cfg(target_arch = "x86_64")]
mod x86 {
    #![expect(
        unsafe_code,
        reason = "calling a function compiled for a detected instruction set"
    )]

    use super::{Bar, Fixed, Plan};

    /// The caller has found that the processor has AVX2.
    pub(super) fn step(plan: &Plan, state: (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
        #[target_feature(enable = "avx2")]
        fn inner(plan: &Plan, state: (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
            super::step(plan, state, bar)
        }
        // SAFETY: the instruction set was detected by the only caller.
        unsafe { inner(plan, state, bar) }
    }
}
