//! What the averages of a plan multiply by, worked out once.

use super::averages::smoothing::Smoothing;
use super::sharing::half_length;
use crate::plan::smoothing_length;
use crate::{DemaSeed, Family, Hma, LsmaAt, PerFamily, Switches};

/// Nine lengths, and the factors that turn their weighted sums into averages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    pub(crate) lengths: [usize; 9],
    /// The lengths as numbers.
    pub(crate) lanes: [f64; 9],
    /// `2 / (L * (L + 1))`
    pub(crate) scale: [f64; 9],
}

impl Weights {
    fn new(lengths: [usize; 9]) -> Self {
        let scale = lengths.map(|length| {
            let l = length as f64;
            2.0 / (l * (l + 1.0))
        });
        Self {
            lengths,
            lanes: lengths.map(|l| l as f64),
            scale,
        }
    }

    /// These factors times `by`.
    fn times(self, by: f64) -> Self {
        Self {
            scale: self.scale.map(|scale| scale * by),
            ..self
        }
    }
}

/// Everything that the averages of a plan need and that no bar changes.
#[derive(Clone, Debug)]
pub(crate) struct Constants {
    /// The first bar with a value; `usize::MAX` for an average without any.
    pub(crate) first_bar: PerFamily<[usize; 9]>,
    /// The bar from which all averages of a family have left their warm-up.
    pub(crate) steady_from: PerFamily<usize>,
    pub(crate) wma: Weights,
    pub(crate) lsma: Weights,
    /// Factors of the weighted and the plain sum: see [`line_factors`].
    pub(crate) line: [[f64; 9]; 2],
    pub(crate) hma: Weights,
    /// Half the lengths, factors doubled.
    pub(crate) half: Weights,
    /// The outer averages of the Hull average.
    pub(crate) outer: Weights,
    /// `1 / L` of the HMA family, for plain averages.
    pub(crate) sma: [f64; 9],
    pub(crate) ema: Smoothing,
    /// First and second EMA of the DEMA.
    pub(crate) dema: [Smoothing; 2],
    /// Whether the EMA family computes what the DEMA starts from.
    pub(crate) dema_shares_ema: bool,
}

impl Constants {
    /// Works them out.
    pub(crate) fn new(lengths: &PerFamily<[usize; 9]>, switches: Switches) -> Self {
        let of = |family: Family| lengths[family];
        let first = |family| of(family).map(|l| first_bar(switches, family, l));
        let first_bar =
            PerFamily(Family::ALL.map(|family| first(family).map(|bar| bar.unwrap_or(usize::MAX))));
        let steady_from = PerFamily(Family::ALL.map(|family| {
            let bars = if family == Family::Kama {
                of(family)
            } else {
                first_bar[family]
            };
            let last = bars.into_iter().max().unwrap_or(0);
            // KAMA has a full window at bar L; the others need a value on the bar before.
            if family == Family::Kama {
                last
            } else {
                last.saturating_add(1)
            }
        }));
        let factors = of(Family::Lsma).map(|l| line_factors(l, switches.lsma_at));
        Self {
            first_bar,
            steady_from,
            wma: Weights::new(of(Family::Wma)),
            lsma: Weights::new(of(Family::Lsma)),
            line: [
                factors.map(|factor| factor.0),
                factors.map(|factor| factor.1),
            ],
            hma: Weights::new(of(Family::Hma)),
            half: Weights::new(of(Family::Hma).map(half_length)).times(2.0),
            outer: Weights::new(of(Family::Hma).map(smoothing_length)),
            sma: of(Family::Hma).map(|l| 1.0 / l as f64),
            ema: Smoothing::of_source(of(Family::Ema)),
            dema: [
                Smoothing::of_source(of(Family::Dema)),
                Smoothing::of_averages(of(Family::Dema), switches.dema_seed),
            ],
            dema_shares_ema: of(Family::Dema) == of(Family::Ema),
        }
    }

    /// The first bar that finds nothing in warm-up: every average that ever has a
    /// value had one on the bar before, and the cutout is past.
    pub(crate) fn strand_from(&self, cutout: usize) -> usize {
        let bars = Family::ALL.map(|family| {
            if family == Family::Kama {
                return self.steady_from[family];
            }
            let bars = self.first_bar[family].into_iter();
            let valued = bars.filter(|bar| *bar != usize::MAX);
            valued.max().map_or(0, |bar| bar + 1)
        });
        bars.into_iter().fold(cutout + 1, usize::max)
    }
}

/// The first bar of an average: see [`Plan::first_bar`](crate::Plan::first_bar).
pub(crate) fn first_bar(switches: Switches, family: Family, length: usize) -> Option<usize> {
    match family {
        Family::Hma if switches.hma == Hma::Hull => Some(length - 1 + smoothing_length(length) - 1),
        Family::Dema if switches.dema_seed == DemaSeed::Mean => Some(2 * length - 2),
        Family::Lsma if switches.lsma_at == LsmaAt::OneBefore && length == 1 => None,
        Family::Kama => Some(0),
        _ => Some(length - 1),
    }
}

/// The factors of W and S that read a least-squares line.
///
/// ```text
/// slope = 12 * (W - (L+1)/2 * S) / (L * (L*L - 1))
/// value = S/L + slope * (at - (L+1)/2)              at = L or L - 1
///       = a*W + b*S
/// ```
fn line_factors(length: usize, at: LsmaAt) -> (f64, f64) {
    let l = length as f64;
    match at {
        LsmaAt::Newest => (6.0 / (l * (l + 1.0)), -2.0 / l),
        LsmaAt::OneBefore if length == 1 => (f64::NAN, f64::NAN),
        LsmaAt::OneBefore => {
            let a = 12.0 * ((l - 3.0) / 2.0) / (l * (l * l - 1.0));
            (a, 1.0 / l - a * (l + 1.0) / 2.0)
        }
    }
}
