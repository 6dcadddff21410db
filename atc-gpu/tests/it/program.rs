//! A kernel's program out of a plan of `atc-core`, as an engine makes it.

use atc_core::{DemaSeed, Family, Hma, IdleStep, KamaStart, LsmaAt, Plan, TIE_BAND};
use atc_gpu::{Program, Variants};

/// The program that computes what `plan` says.
pub(crate) fn program_of(plan: &Plan) -> Program {
    let (params, switches) = (plan.params(), plan.switches());
    Program {
        lengths: Family::ALL.map(|f| plan.lengths(f)),
        spacing: Family::ALL.map(|f| plan.spacing(f)),
        weights: params.weights.0,
        variants: Variants {
            plain_hma: switches.hma == Hma::Sma,
            dema_from_mean: switches.dema_seed == DemaSeed::Mean,
            lsma_one_before: switches.lsma_at == LsmaAt::OneBefore,
            kama_from_zero: switches.kama_start == KamaStart::Zero,
            idle_step_again: switches.idle_step == IdleStep::Last,
        },
        retain: plan.retain(),
        tie: TIE_BAND,
        vote_limits: plan.vote_limits(),
        trend_limits: [params.long_threshold, params.short_threshold],
        cutout: params.cutout,
        delayed: params.strategy,
    }
}

/// The growth factors of `n_bars` bars.
pub(crate) fn growth_of(plan: &Plan, n_bars: usize) -> Vec<f64> {
    (0..n_bars).map(|bar| plan.growth(bar)).collect()
}
