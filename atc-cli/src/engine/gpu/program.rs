//! A plan in the terms of the kernels.

use atc_core::{DemaSeed, Family, Hma, IdleStep, KamaStart, LsmaAt, Plan, TIE_BAND};
use atc_gpu::{Program, Variants};

/// The program that computes what `plan` says, for who drives the lanes of `atc_gpu` directly.
///
/// ```
/// use atc_cli::engine::gpu::{growth_of, program_of};
/// use atc_core::{Family, Params, Plan};
///
/// let plan = Plan::new(Params::default())?;
/// let program = program_of(&plan);
/// assert_eq!(program.lengths[0], plan.lengths(Family::Ema));
/// assert_eq!(growth_of(&plan, 3)[2], plan.growth(2));
/// # Ok::<(), atc_core::Error>(())
/// ```
pub fn program_of(plan: &Plan) -> Program {
    let (params, switches) = (plan.params(), plan.switches());
    Program {
        lengths: Family::ALL.map(|family| plan.lengths(family)),
        spacing: Family::ALL.map(|family| plan.spacing(family)),
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

/// The growth factors of the first `n_bars` bars: computed here, so that they are those of the
/// processor.
pub fn growth_of(plan: &Plan, n_bars: usize) -> Vec<f64> {
    (0..n_bars).map(|bar| plan.growth(bar)).collect()
}
