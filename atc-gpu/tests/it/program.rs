//! A kernel's program out of a plan of `atc-core`, as an engine makes it.

use atc_core::{Cut, DemaSeed, Family, Hma, IdleStep, KamaStart, LsmaAt, Plan, TIE_BAND};
use atc_gpu::{Program, Variants};

/// The program that computes what `plan` says.
pub(crate) fn program_of(plan: &Plan) -> Program {
    let (params, switches) = (plan.params(), plan.switches());
    let limits = match switches.cut {
        Cut::Thresholds => (params.long_threshold, params.short_threshold),
        Cut::Half => (0.49, -0.49),
    };
    Program {
        lengths: Family::ALL.map(|f| plan.lengths(f)),
        spacing: spacing(plan),
        weights: params.weights.0,
        variants: Variants {
            plain_hma: switches.hma == Hma::Sma,
            dema_from_mean: switches.dema_seed == DemaSeed::Mean,
            lsma_one_before: switches.lsma_at == LsmaAt::OneBefore,
            kama_from_zero: switches.kama_start == KamaStart::Zero,
            idle_step_again: switches.idle_step == IdleStep::Last,
        },
        retain: 1.0 - params.decay / 100.0,
        tie: TIE_BAND,
        vote_limits: [hundredths_at_most(limits.0), -hundredths_at_most(-limits.1)],
        cutout: params.cutout,
        delayed: params.strategy,
    }
}

/// The growth factors of `n_bars` bars.
pub(crate) fn growth_of(plan: &Plan, n_bars: usize) -> Vec<f64> {
    (0..n_bars).map(|bar| plan.growth(bar)).collect()
}

/// The largest k in -101 ..= 100 with k / 100 <= limit.
fn hundredths_at_most(limit: f64) -> f64 {
    let mut k = -101.0;
    while k < 100.0 && (k + 1.0) / 100.0 <= limit {
        k += 1.0;
    }
    k
}

/// Bars between cuts, with the window sets that the plan shares: a set joins an
/// earlier one whose lengths are within a factor of four of its own.
fn spacing(plan: &Plan) -> [usize; 6] {
    let of = |lengths: &[usize]| {
        let shortest = lengths.iter().copied().min().expect("nine lengths");
        (
            shortest,
            lengths.iter().copied().max().expect("nine lengths"),
        )
    };
    let mut sets: Vec<(usize, usize)> = Vec::new();
    let mut place = |(shortest, longest): (usize, usize)| {
        for (index, set) in sets.iter_mut().enumerate() {
            let both = (shortest.min(set.0), longest.max(set.1));
            if both == *set || both.1 <= 4 * both.0 {
                *set = both;
                return index;
            }
        }
        sets.push((shortest, longest));
        sets.len() - 1
    };
    let hma = plan.lengths(Family::Hma);
    let mut full = of(&hma);
    if plan.switches().hma == Hma::Hull {
        full.0 = (full.0 / 2).max(1);
    }
    let hma = place(full);
    let wma = place(of(&plan.lengths(Family::Wma)));
    let lsma = place(of(&plan.lengths(Family::Lsma)));
    let noise = of(&plan.lengths(Family::Kama)).0;
    [1, sets[hma].0, sets[wma].0, 1, sets[lsma].0, noise]
}
