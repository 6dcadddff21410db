//! Bar by bar, on the instruction set of the processor.

use super::{Fixed, averages, follow, layers};
use crate::growth::GROWTH_BLOCK;
use crate::{Plan, TIE_BAND};

/// The next bars of one series, oldest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bars<'a> {
    /// Number of the first.
    pub(crate) first: usize,
    pub(crate) close: &'a [f64],
    pub(crate) source: &'a [f64],
}

/// The outputs of those bars.
#[derive(Debug)]
pub(crate) struct Outputs<'a> {
    pub(crate) average: &'a mut [f64],
    /// Six layer-1 signals, then six layer-2 equities; empty if nobody asked.
    pub(crate) families: &'a mut [[f64; 12]],
}

/// One of the bars.
#[derive(Clone, Copy, Debug)]
struct Bar {
    number: usize,
    close: f64,
    source: f64,
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

/// Moves a series' state by some bars.
pub(crate) fn advance(
    plan: &Plan,
    (fixed, numbers): (&mut Fixed, &mut [f64]),
    bars: Bars<'_>,
    out: Outputs<'_>,
) {
    // A call per bar: inlined into the loop, constants are hoisted out of it only to be
    // spilled, hundreds of them, which a single bar pays for.
    let step = fastest();
    let pairs = bars.close.iter().zip(bars.source);
    for (j, ((close, source), average)) in pairs.zip(out.average).enumerate() {
        let bar = Bar {
            number: bars.first + j,
            close: *close,
            source: *source,
        };
        *average = step(plan, (fixed, numbers), bar);
        if let Some(slot) = out.families.get_mut(j) {
            for f in 0..6 {
                slot[f] = fixed.signal[f] / 100.0;
                slot[6 + f] = fixed.layer2[f];
            }
        }
    }
}

/// A step compiled for some instruction set.
type Step = fn(&Plan, (&mut Fixed, &mut [f64]), Bar) -> f64;

/// The step for this processor.
fn fastest() -> Step {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return x86::step;
    }
    step
}

/// Asks for the memory of a series that is next but one, or so, while others are computed.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    x86::prefetch(values);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
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

/// Code that was compiled for AVX2, and a hint that every x86-64 knows.
#[cfg(target_arch = "x86_64")]
mod x86 {
    #![expect(
        unsafe_code,
        reason = "calling a function compiled for a detected instruction set, and a prefetch"
    )]

    use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};

    use super::{Bar, Fixed, Plan};

    /// The caller has found that the processor has AVX2.
    pub(super) fn step(plan: &Plan, state: (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
        #[target_feature(enable = "avx2")]
        fn inner(plan: &Plan, state: (&mut Fixed, &mut [f64]), bar: Bar) -> f64 {
            super::step(plan, state, bar)
        }
        // SAFETY: the only caller, `fastest`, detected the instruction set.
        unsafe { inner(plan, state, bar) }
    }

    #[inline(always)]
    pub(super) fn prefetch<T>(values: &[T]) {
        const LINE: usize = 64;
        // Long lengths have sums beyond any cache, of which a bar touches little.
        const MOST: usize = 64 * LINE;
        let start: *const i8 = values.as_ptr().cast();
        for line in (0..size_of_val(values).min(MOST)).step_by(LINE) {
            // SAFETY: a hint that reads nothing; the address lies within the slice.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(start.add(line)) };
        }
    }
}
