//! The flat object in which parameters are written to files, and values by family.

use crate::{
    Cut, DemaSeed, Family, Gaps, Hma, IdleStep, KamaStart, LsmaAt, Params, PerFamily, Profile,
    Robustness, SwitchOverrides,
};

/// [`Params`] with one name per value, as in parameter files.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wire {
    profile: Profile,
    ema_len: usize,
    hma_len: usize,
    wma_len: usize,
    dema_len: usize,
    lsma_len: usize,
    kama_len: usize,
    ema_weight: f64,
    hma_weight: f64,
    wma_weight: f64,
    dema_weight: f64,
    lsma_weight: f64,
    kama_weight: f64,
    robustness: Robustness,
    lambda: f64,
    decay: f64,
    cutout: usize,
    long_threshold: f64,
    short_threshold: f64,
    strategy: bool,
    gaps: Gaps,
    #[serde(skip_serializing_if = "Option::is_none")]
    hma: Option<Hma>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dema_seed: Option<DemaSeed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lsma_at: Option<LsmaAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kama_start: Option<KamaStart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    idle_step: Option<IdleStep>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
    /// The same switches as one object, another accepted spelling.
    #[serde(rename = "override", skip_serializing)]
    switches: SwitchOverrides,
}

impl Default for Wire {
    fn default() -> Self {
        Params::default().into()
    }
}

impl From<Params> for Wire {
    fn from(p: Params) -> Self {
        Self {
            profile: p.profile,
            ema_len: p.lengths[Family::Ema],
            hma_len: p.lengths[Family::Hma],
            wma_len: p.lengths[Family::Wma],
            dema_len: p.lengths[Family::Dema],
            lsma_len: p.lengths[Family::Lsma],
            kama_len: p.lengths[Family::Kama],
            ema_weight: p.weights[Family::Ema],
            hma_weight: p.weights[Family::Hma],
            wma_weight: p.weights[Family::Wma],
            dema_weight: p.weights[Family::Dema],
            lsma_weight: p.weights[Family::Lsma],
            kama_weight: p.weights[Family::Kama],
            robustness: p.robustness,
            lambda: p.lambda,
            decay: p.decay,
            cutout: p.cutout,
            long_threshold: p.long_threshold,
            short_threshold: p.short_threshold,
            strategy: p.strategy,
            gaps: p.gaps,
            hma: p.switches.hma,
            dema_seed: p.switches.dema_seed,
            lsma_at: p.switches.lsma_at,
            kama_start: p.switches.kama_start,
            idle_step: p.switches.idle_step,
            cut: p.switches.cut,
            switches: SwitchOverrides::default(),
        }
    }
}

impl From<Wire> for Params {
    fn from(w: Wire) -> Self {
        let single = SwitchOverrides {
            hma: w.hma,
            dema_seed: w.dema_seed,
            lsma_at: w.lsma_at,
            kama_start: w.kama_start,
            idle_step: w.idle_step,
            cut: w.cut,
        };
        Self {
            profile: w.profile,
            switches: single.or(w.switches),
            lengths: PerFamily([
                w.ema_len, w.hma_len, w.wma_len, w.dema_len, w.lsma_len, w.kama_len,
            ]),
            weights: PerFamily([
                w.ema_weight,
                w.hma_weight,
                w.wma_weight,
                w.dema_weight,
                w.lsma_weight,
                w.kama_weight,
            ]),
            robustness: w.robustness,
            lambda: w.lambda,
            decay: w.decay,
            cutout: w.cutout,
            long_threshold: w.long_threshold,
            short_threshold: w.short_threshold,
            strategy: w.strategy,
            gaps: w.gaps,
        }
    }
}

/// A [`PerFamily`] with one name per value.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByName<T> {
    ema: T,
    hma: T,
    wma: T,
    dema: T,
    lsma: T,
    kama: T,
}

impl<T> From<PerFamily<T>> for ByName<T> {
    fn from(values: PerFamily<T>) -> Self {
        let [ema, hma, wma, dema, lsma, kama] = values.0;
        Self {
            ema,
            hma,
            wma,
            dema,
            lsma,
            kama,
        }
    }
}

impl<T> From<ByName<T>> for PerFamily<T> {
    fn from(by: ByName<T>) -> Self {
        Self([by.ema, by.hma, by.wma, by.dema, by.lsma, by.kama])
    }
}
