//! Profiles: named settings of the six switches in which published versions
//! of the indicator differ.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// Declares an enum whose variants have one canonical spelling each, used by
/// `Display`, `FromStr` and serde alike.
macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident ($what:literal) { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        pub enum $name {
            $($(#[$vdoc])* #[cfg_attr(feature = "serde", serde(rename = $text))] $variant,)+
        }

        impl $name {
            /// Every value, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The canonical spelling, as parameter files use it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(Error::UnknownName {
                        what: $what,
                        got: text.to_owned(),
                        known: &[$($text),+],
                    }),
                }
            }
        }
    };
}
pub(crate) use named_enum;

named_enum! {
    /// A named setting of the six [`Switches`].
    Profile ("profile") {
        /// What the LTS system computes with its default back-end.
        #[default]
        Lts = "lts",
        /// The first Python version of LTS: as `lts`, with the regression line
        /// of the LSMA read one bar before the newest.
        Original = "original",
        /// The script published on `TradingView`.
        Pine = "pine",
    }
}

named_enum! {
    /// What the HMA family is.
    Hma ("hma switch") {
        /// The true Hull average.
        #[default]
        Hull = "hull",
        /// A plain simple average, as the published script computes.
        Sma = "sma",
    }
}

named_enum! {
    /// What the second EMA of the DEMA starts with.
    DemaSeed ("dema_seed switch") {
        /// The first value of the first EMA.
        #[default]
        First = "first",
        /// The mean of the first L values of the first EMA.
        Mean = "mean",
    }
}

named_enum! {
    /// Where the regression line of the LSMA is read.
    LsmaAt ("lsma_at switch") {
        /// At the newest bar of the window.
        #[default]
        Newest = "newest",
        /// One bar before the newest.
        OneBefore = "one_before",
    }
}

named_enum! {
    /// What KAMA does before it has a full window.
    KamaStart ("kama_start switch") {
        /// It stays at the first source value.
        #[default]
        Source = "source",
        /// It climbs from zero at the slowest speed.
        Zero = "zero",
    }
}

named_enum! {
    /// The equity step while the followed signal is 0.
    IdleStep ("idle_step switch") {
        /// No move.
        #[default]
        Zero = "zero",
        /// The last move again.
        Last = "last",
    }
}

named_enum! {
    /// What turns a layer-1 signal into a vote.
    Cut ("cut switch") {
        /// The long and short thresholds.
        #[default]
        Thresholds = "thresholds",
        /// Fixed limits of +0.49 and -0.49.
        Half = "half",
    }
}

/// The six switches in which the published versions differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Switches {
    /// What the HMA family is.
    pub hma: Hma,
    /// What the second EMA of the DEMA starts with.
    pub dema_seed: DemaSeed,
    /// Where the regression line of the LSMA is read.
    pub lsma_at: LsmaAt,
    /// What KAMA does before it has a full window.
    pub kama_start: KamaStart,
    /// The equity step while the followed signal is 0.
    pub idle_step: IdleStep,
    /// What turns a layer-1 signal into a vote.
    pub cut: Cut,
}

impl Profile {
    /// The switches this profile stands for.
    ///
    /// ```
    /// use atc_core::{LsmaAt, Profile};
    ///
    /// assert_eq!(Profile::Original.switches().lsma_at, LsmaAt::OneBefore);
    /// ```
    pub const fn switches(self) -> Switches {
        let lts = Switches {
            hma: Hma::Hull,
            dema_seed: DemaSeed::First,
            lsma_at: LsmaAt::Newest,
            kama_start: KamaStart::Source,
            idle_step: IdleStep::Zero,
            cut: Cut::Thresholds,
        };
        match self {
            Self::Lts => lts,
            Self::Original => Switches {
                lsma_at: LsmaAt::OneBefore,
                ..lts
            },
            Self::Pine => Switches {
                hma: Hma::Sma,
                dema_seed: DemaSeed::Mean,
                lsma_at: LsmaAt::Newest,
                kama_start: KamaStart::Zero,
                idle_step: IdleStep::Last,
                cut: Cut::Half,
            },
        }
    }
}

/// Single switches set by the user; `None` leaves the profile's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SwitchOverrides {
    /// Overrides [`Switches::hma`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub hma: Option<Hma>,
    /// Overrides [`Switches::dema_seed`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub dema_seed: Option<DemaSeed>,
    /// Overrides [`Switches::lsma_at`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub lsma_at: Option<LsmaAt>,
    /// Overrides [`Switches::kama_start`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub kama_start: Option<KamaStart>,
    /// Overrides [`Switches::idle_step`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub idle_step: Option<IdleStep>,
    /// Overrides [`Switches::cut`].
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub cut: Option<Cut>,
}

impl SwitchOverrides {
    /// These overrides, with `other`'s where this one is silent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            hma: self.hma.or(other.hma),
            dema_seed: self.dema_seed.or(other.dema_seed),
            lsma_at: self.lsma_at.or(other.lsma_at),
            kama_start: self.kama_start.or(other.kama_start),
            idle_step: self.idle_step.or(other.idle_step),
            cut: self.cut.or(other.cut),
        }
    }

    /// The switches of `profile` with these overrides applied.
    pub fn over(self, profile: Profile) -> Switches {
        let base = profile.switches();
        Switches {
            hma: self.hma.unwrap_or(base.hma),
            dema_seed: self.dema_seed.unwrap_or(base.dema_seed),
            lsma_at: self.lsma_at.unwrap_or(base.lsma_at),
            kama_start: self.kama_start.unwrap_or(base.kama_start),
            idle_step: self.idle_step.unwrap_or(base.idle_step),
            cut: self.cut.unwrap_or(base.cut),
        }
    }
}
