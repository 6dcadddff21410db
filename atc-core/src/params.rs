//! Parameters in the units users type.

use crate::profile::named_enum;
use crate::{Error, Family, PerFamily, Profile, SwitchOverrides};
use std::fmt;
use std::str::FromStr;

named_enum! {
    /// How far the nine lengths of a family spread around its base length.
    Robustness ("robustness") {
        /// Offsets 1, 2, 3, 4.
        Narrow = "narrow",
        /// Offsets 1, 2, 4, 6.
        #[default]
        Medium = "medium",
        /// Offsets 1, 3, 5, 7.
        Wide = "wide",
    }
}

impl Robustness {
    /// The four offsets, in bars.
    pub const fn offsets(self) -> [usize; 4] {
        match self {
            Self::Narrow => [1, 2, 3, 4],
            Self::Medium => [1, 2, 4, 6],
            Self::Wide => [1, 3, 5, 7],
        }
    }
}

named_enum! {
    /// What a bar whose close or source is not finite means.
    Gaps ("gaps") {
        /// An error that names the bar.
        #[default]
        Reject = "reject",
        /// A bar that does not exist: state does not move, its outputs are NaN.
        Skip = "skip",
    }
}

named_enum! {
    /// Ready-made parameters for a style of trading.
    Preset ("preset") {
        /// Length 14, narrow, lambda 0.03, decay 0.05, cutout 20.
        Scalping = "scalping",
        /// The defaults: length 28, medium, lambda 0.02, decay 0.03.
        #[default]
        Intraday = "intraday",
        /// Length 50, wide, lambda 0.015, decay 0.02.
        Swing = "swing",
    }
}

impl Preset {
    /// The parameters this preset stands for, in profile `lts`.
    ///
    /// ```
    /// use atc_core::{Family, Preset};
    ///
    /// assert_eq!(Preset::Swing.params().lengths[Family::Hma], 50);
    /// ```
    pub fn params(self) -> Params {
        let base = Params::default();
        match self {
            Self::Intraday => base,
            Self::Scalping => Params {
                lengths: PerFamily::splat(14),
                robustness: Robustness::Narrow,
                lambda: 0.03,
                decay: 0.05,
                cutout: 20,
                ..base
            },
            Self::Swing => Params {
                lengths: PerFamily::splat(50),
                robustness: Robustness::Wide,
                lambda: 0.015,
                decay: 0.02,
                ..base
            },
        }
    }
}

impl From<Preset> for Params {
    /// As [`Preset::params`].
    fn from(preset: Preset) -> Self {
        preset.params()
    }
}

/// Everything a user can set, in the units users type; not yet validated.
///
/// [`Plan::new`](crate::Plan::new) validates it once and converts the units;
/// the formulas that use them are in [`semantics`](crate::semantics).
/// With the feature `serde`, parameters read and write as one flat object with
/// the names of [`Params::NAMES`]; missing names take their defaults, unknown
/// names are refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(from = "crate::wire::Wire", into = "crate::wire::Wire")
)]
pub struct Params {
    /// The published version to follow.
    pub profile: Profile,
    /// Single switches that differ from the profile's.
    pub switches: SwitchOverrides,
    /// Base length of each family, in bars.
    pub lengths: PerFamily<usize>,
    /// Starting equity of each family in layer 2, above 0 and at most
    /// [`MAX_WEIGHT`](crate::MAX_WEIGHT); below [`EQUITY_FLOOR`](crate::EQUITY_FLOOR) it counts as
    /// that. Only the ratios of the six matter, until an equity falls to the floor.
    pub weights: PerFamily<f64>,
    /// Spread of the nine lengths.
    pub robustness: Robustness,
    /// Growth rate times 1000, finite: `lambda / 1000` is the rate per bar.
    ///
    /// The growth factor `exp(lambda / 1000 * (bar - cutout))` has no bound. If lambda is far too
    /// large, equities outgrow `f64` at some bar; from then on `average_signal` is NaN or about 0, the
    /// family signals and equities are of no use either, and the trend is neutral.
    pub lambda: f64,
    /// Equity decay in percent per bar, `0 <= decay < 100`.
    pub decay: f64,
    /// Bars at the start that earn nothing and have no output, at most
    /// [`MAX_CUTOUT`](crate::MAX_CUTOUT); a whole series must have more bars than this.
    pub cutout: usize,
    /// `average_signal` above this is a long trend; finite, above `short_threshold`.
    pub long_threshold: f64,
    /// `average_signal` below this is a short trend; finite.
    pub short_threshold: f64,
    /// Delays `average_signal` by one bar, so that it never repaints.
    pub strategy: bool,
    /// What a bar that is not finite means.
    pub gaps: Gaps,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            profile: Profile::default(),
            switches: SwitchOverrides::default(),
            lengths: PerFamily::splat(28),
            weights: PerFamily::splat(1.0),
            robustness: Robustness::default(),
            lambda: 0.02,
            decay: 0.03,
            cutout: 0,
            long_threshold: 0.1,
            short_threshold: -0.1,
            strategy: false,
            gaps: Gaps::default(),
        }
    }
}

impl Params {
    /// The names a parameter object may use, in the order of the documentation.
    pub const NAMES: &'static [&'static str] = &[
        "profile",
        "ema_len",
        "hma_len",
        "wma_len",
        "dema_len",
        "lsma_len",
        "kama_len",
        "ema_weight",
        "hma_weight",
        "wma_weight",
        "dema_weight",
        "lsma_weight",
        "kama_weight",
        "robustness",
        "lambda",
        "decay",
        "cutout",
        "long_threshold",
        "short_threshold",
        "strategy",
        "gaps",
        "hma",
        "dema_seed",
        "lsma_at",
        "kama_start",
        "idle_step",
        "cut",
        "override",
    ];

    /// The nine lengths of `family`: the base, four longer, four shorter.
    ///
    /// This is also the order in which layer 1 adds them up.
    ///
    /// # Errors
    ///
    /// [`Error::LengthTooShort`] if one of them would not be positive,
    /// [`Error::LengthTooLong`] if the base exceeds [`MAX_LENGTH`](crate::MAX_LENGTH).
    pub fn nine_lengths(&self, family: Family) -> Result<[usize; 9], Error> {
        let length = self.lengths[family];
        let offsets = self.robustness.offsets();
        if length > crate::MAX_LENGTH {
            return Err(Error::LengthTooLong {
                family,
                length,
                max: crate::MAX_LENGTH,
            });
        }
        let largest = offsets[3];
        if length <= largest {
            return Err(Error::LengthTooShort {
                family,
                length,
                robustness: self.robustness.name(),
                shortest: length.cast_signed() - largest.cast_signed(),
            });
        }
        let mut nine = [length; 9];
        for (k, offset) in offsets.into_iter().enumerate() {
            nine[1 + k] = length + offset;
            nine[5 + k] = length - offset;
        }
        Ok(nine)
    }
}
