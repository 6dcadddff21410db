//! Parameters, validated once and turned into what the kernel needs.

use crate::check::check;
use crate::growth::GROWTH_BLOCK;
use crate::kernel::constants::{Constants, first_bar};
use crate::kernel::sharing::{WindowPlan, plan_windows};
use crate::strand::Layout;
use crate::{Cut, Error, Family, Gaps, Params, PerFamily, Robustness, Switches};

/// The longest base length a plan accepts, in bars.
pub const MAX_LENGTH: usize = 1_000_000;

/// The longest of the nine lengths that a plan may have, in bars.
const LONGEST: usize = MAX_LENGTH + Robustness::Wide.offsets()[3];

/// The largest cutout a plan accepts, in bars.
pub const MAX_CUTOUT: usize = 1_000_000_000;

/// The largest starting weight a plan accepts: what outweighs all others long before, and still
/// leaves equities room to grow.
pub const MAX_WEIGHT: f64 = 1e100;

/// Equity never falls below this; the literal 0.25 of the published script.
pub const EQUITY_FLOOR: f64 = 0.25;

/// Price and average count as equal within this relative band.
///
/// It makes decisions independent of the last bits of a sum: without it, flat
/// markets and coarse ticks would decide half of all signals by rounding noise.
pub const TIE_BAND: f64 = 1e-11;

/// Validated parameters: lengths expanded, units per bar, constants derived.
///
/// Arithmetic under a plan, the formulas of [`semantics`](crate::semantics),
/// cannot fail. A plan is immutable, `Send` and `Sync`; share it behind a
/// reference or an [`Arc`](std::sync::Arc).
///
/// ```
/// use atc_core::{Family, Params, Plan};
///
/// let plan = Plan::new(Params::default())?;
/// assert_eq!(plan.lengths(Family::Ema), [28, 29, 30, 32, 34, 27, 26, 24, 22]);
/// assert_eq!(plan.warm_up(), 38);
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plan {
    params: Params,
    digest: u64,
    pub(crate) switches: Switches,
    pub(crate) lengths: PerFamily<[usize; 9]>,
    /// Growth rate per bar.
    pub(crate) lambda: f64,
    /// The share of equity that a bar leaves: `1 - decay`.
    pub(crate) retain: f64,
    /// Layer-1 signals in hundredths above this vote long.
    pub(crate) vote_long: f64,
    /// Layer-1 signals in hundredths below this vote short.
    pub(crate) vote_short: f64,
    /// `exp(lambda * j)` for the bars of one growth block.
    pub(crate) growth: [f64; GROWTH_BLOCK],
    pub(crate) windows: WindowPlan,
    pub(crate) constants: Constants,
    pub(crate) strand: Layout,
}

impl Plan {
    /// Validates `params` and derives what the kernel needs.
    ///
    /// # Errors
    ///
    /// The first parameter that is out of range, with its name, its range and
    /// the value that came.
    pub fn new(params: Params) -> Result<Self, Error> {
        check(&params)?;
        let switches = params.switches.over(params.profile);
        let mut lengths = PerFamily([[0; 9]; 6]);
        for family in Family::ALL {
            lengths[family] = params.nine_lengths(family)?;
        }
        let lambda = params.lambda / 1000.0;
        let (up, down) = match switches.cut {
            Cut::Thresholds => (params.long_threshold, params.short_threshold),
            Cut::Half => (0.49, -0.49),
        };
        let windows = plan_windows(&lengths, switches);
        let constants = Constants::new(&lengths, switches);
        let from = constants.strand_from(params.cutout);
        Ok(Self {
            digest: digest(&params, switches, &lengths),
            params,
            switches,
            lengths,
            lambda,
            retain: 1.0 - params.decay / 100.0,
            vote_long: hundredths_at_most(up),
            vote_short: -hundredths_at_most(-down),
            growth: std::array::from_fn(|j| libm::exp(lambda * j as f64)),
            strand: Layout::new(&lengths, &windows, switches, from),
            windows,
            constants,
        })
    }

    /// The parameters this plan was made from.
    pub const fn params(&self) -> &Params {
        &self.params
    }

    /// The six switches in force: the profile's, with single ones overridden.
    pub const fn switches(&self) -> Switches {
        self.switches
    }

    /// The nine lengths of `family` in summation order, in bars.
    pub fn lengths(&self, family: Family) -> [usize; 9] {
        self.lengths[family]
    }

    /// The first bar at which the average of `family` over `length` has a value.
    ///
    /// | average | first bar |
    /// |---|---|
    /// | SMA, WMA, EMA, LSMA | `L - 1` |
    /// | HMA | `L - 1 + s - 1`, `s = max(floor(sqrt L), 1)` |
    /// | DEMA | `L - 1`, or `2L - 2` with `dema_seed = mean` |
    /// | KAMA | 0 |
    ///
    /// `None` for the one average without any value, LSMA over one bar read
    /// one bar before the newest, and for lengths that no plan has: 0, and
    /// those more than 7 bars above [`MAX_LENGTH`].
    pub fn first_bar(&self, family: Family, length: usize) -> Option<usize> {
        if !(1..=LONGEST).contains(&length) {
            return None;
        }
        first_bar(self.switches, family, length)
    }

    /// Bars until every average has a value and KAMA a full window.
    ///
    /// Warm-up is not the cutout. Outputs are missing before the cutout alone,
    /// which is 0 unless set. From there on they are numbers, and during the
    /// warm-up they rest on fewer than 54 averages: one without a value has the
    /// signal 0 and counts in its family's sum of equities, so that signals are
    /// small at first; KAMA has a value from bar 0 on, and may vote and even
    /// flip the trend at bar 1. A shorter history is no error: averages that it
    /// cannot fill never get a value, and their signals stay 0.
    ///
    /// To see nothing of the warm-up, leave out readings until
    /// [`Classifier::is_warm`](crate::Classifier::is_warm), the first `warm_up() - 1`
    /// values of columns, and flips at those bars; later numbers do not change.
    /// Or set [`Params::cutout`] to `warm_up()` or more: then there are no such
    /// readings and flips, but equities start later, and later numbers differ.
    pub fn warm_up(&self) -> usize {
        let of_family = |family: Family| {
            self.lengths[family]
                .into_iter()
                .map(move |length| match family {
                    Family::Kama => length + 1,
                    _ => self.first_bar(family, length).map_or(0, |bar| bar + 1),
                })
        };
        Family::ALL
            .into_iter()
            .flat_map(of_family)
            .max()
            .unwrap_or(0)
    }

    /// The share of equity that a bar leaves, a fraction: `1 - decay`.
    pub const fn retain(&self) -> f64 {
        self.retain
    }

    /// Layer-1 signals, in hundredths, above the first value vote long, below
    /// the second short; whole numbers, so that a vote needs no division.
    pub const fn vote_limits(&self) -> [f64; 2] {
        [self.vote_long, self.vote_short]
    }

    /// Bars between the moments at which the window sums of a family start
    /// afresh; 1 for EMA and DEMA, which sum no window.
    ///
    /// It decides the order of additions, hence the last bits: whoever computes
    /// elsewhere what this crate computes must keep to it.
    pub fn spacing(&self, family: Family) -> usize {
        let windows = &self.windows;
        match family {
            Family::Ema | Family::Dema => 1,
            Family::Hma => windows.source[windows.hma].spacing,
            Family::Wma => windows.source[windows.wma].spacing,
            Family::Lsma => windows.source[windows.lsma].spacing,
            Family::Kama => windows.noise.spacing,
        }
    }

    /// Identifies what the plan computes: parameters that give the same
    /// arithmetic give the same digest.
    ///
    /// What happens to missing bars is not part of it, since they move nothing.
    pub(crate) const fn digest(&self) -> u64 {
        self.digest
    }

    /// Whether non-finite bars are left out rather than refused.
    pub(crate) fn skips_gaps(&self) -> bool {
        self.params.gaps == Gaps::Skip
    }
}

/// The length of the outer average of a Hull average over `length`.
pub(crate) fn smoothing_length(length: usize) -> usize {
    length.isqrt().max(1)
}

/// The largest `k` in -101..=100 with `k / 100 <= limit`, as a float.
///
/// A layer-1 signal is `k / 100`, so `k / 100 > limit` is `k > this`: the
/// kernel votes without dividing, and decides as the division would.
fn hundredths_at_most(limit: f64) -> f64 {
    let mut k = -101.0;
    while k < 100.0 && (k + 1.0) / 100.0 <= limit {
        k += 1.0;
    }
    k
}

impl TryFrom<Params> for Plan {
    type Error = Error;

    /// As [`Plan::new`].
    fn try_from(params: Params) -> Result<Self, Error> {
        Self::new(params)
    }
}

/// See [`Plan::digest`].
fn digest(p: &Params, switches: Switches, lengths: &PerFamily<[usize; 9]>) -> u64 {
    let mut words: Vec<u64> = lengths.0.iter().flatten().map(|l| *l as u64).collect();
    words.extend(p.weights.0.iter().map(|w| w.to_bits()));
    let floats = [p.lambda, p.decay, p.long_threshold, p.short_threshold];
    words.extend(floats.map(f64::to_bits));
    words.extend([p.cutout as u64, u64::from(p.strategy)]);
    words.extend([
        switches.hma as u64,
        switches.dema_seed as u64,
        switches.lsma_at as u64,
    ]);
    words.extend([
        switches.kama_start as u64,
        switches.idle_step as u64,
        switches.cut as u64,
    ]);
    // FNV-1a over the words: a guard against mix-ups, not against malice.
    words.iter().fold(0xcbf2_9ce4_8422_2325, |hash, word| {
        let bytes = word.to_le_bytes();
        bytes.iter().fold(hash, |h, b| {
            (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Robustness;

    #[test]
    fn votes_are_decided_as_the_division_would() {
        for hundredth in -120..=120 {
            for nudge in [-1e-17, 0.0, 1e-17] {
                let limit = f64::from(hundredth) / 100.0 + nudge;
                let at_most = hundredths_at_most(limit);
                for k in -100..=100 {
                    let k = f64::from(k);
                    assert_eq!(k / 100.0 > limit, k > at_most, "k {k}, limit {limit}");
                }
            }
        }
    }

    #[test]
    fn robustness_spreads_the_lengths() {
        let params = Params {
            robustness: Robustness::Wide,
            ..Params::default()
        };
        let plan = Plan::new(params).unwrap();
        assert_eq!(
            plan.lengths(Family::Hma),
            [28, 29, 31, 33, 35, 27, 25, 23, 21]
        );
    }
}
