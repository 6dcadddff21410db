//! One series, bar by bar.

use std::sync::Arc;

use crate::kernel::follow::side;
use crate::state::State;
use crate::{Error, Family, Flip, PerFamily, Plan, Trend, TrendTracker};

/// A closed bar, or one that is missing.
///
/// Values are checked here, so that [`Classifier::update`] cannot fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Close and source; `None` for a bar that does not exist.
    pub(crate) values: Option<(f64, f64)>,
}

impl Bar {
    /// A bar that does not exist: it moves nothing and has no output.
    pub const MISSING: Self = Self { values: None };

    /// A bar whose averages are taken of the close.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] or [`Error::NotPositive`], with bar 0.
    pub fn new(close: f64) -> Result<Self, Error> {
        Self::with_source(close, close)
    }

    /// A bar whose averages are taken of `source`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] if either is NaN or infinite, [`Error::NotPositive`]
    /// if the close is zero or negative; with bar 0.
    pub fn with_source(close: f64, source: f64) -> Result<Self, Error> {
        crate::batch::check_bar(0, close, source)?;
        Ok(Self::checked(close, source))
    }

    /// The close; `None` for a bar that does not exist.
    pub fn close(self) -> Option<f64> {
        self.values.map(|(close, _)| close)
    }

    /// A bar whose values were checked already.
    pub(crate) const fn checked(close: f64, source: f64) -> Self {
        Self {
            values: Some((close, source)),
        }
    }
}

/// The outputs of one bar.
///
/// There are outputs from the cutout on. During the warm-up they are numbers
/// that rest on fewer averages: see [`Plan::warm_up`]. The formulas are in
/// [`semantics`](crate::semantics).
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Reading {
    /// Layer-1 signals, multiples of 0.01 in -1 ..= 1.
    pub signals: PerFamily<f64>,
    /// Layer-2 equities, multiples of the start, at least 0.25.
    pub equities: PerFamily<f64>,
    /// The weighted vote of the six families, -1 ..= 1.
    ///
    /// If lambda is far too large, equities outgrow `f64`; from then on this is
    /// NaN or about 0, and the trend neutral: see [`Params::lambda`](crate::Params::lambda).
    pub average_signal: f64,
    /// What the average signal says.
    pub trend: Trend,
    /// Whether the trend flipped at this bar.
    pub flip: bool,
}

/// The signal of one average: the direction of its last crossing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "lowercase")
)]
#[repr(i8)]
pub enum Signal {
    /// The close crossed under the average last.
    Short = -1,
    /// No crossing yet.
    Flat = 0,
    /// The close crossed over the average last.
    Long = 1,
}

impl Signal {
    /// -1, 0 or +1.
    pub const fn value(self) -> i8 {
        self as i8
    }

    /// `short`, `flat` or `long`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Flat => "flat",
            Self::Long => "long",
        }
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// The 54 lines after one bar, by family and in the order of [`Plan::lengths`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cells {
    /// Averages, in units of the source; NaN where one has no value yet.
    pub averages: PerFamily<[f64; 9]>,
    /// Signals.
    pub signals: PerFamily<[Signal; 9]>,
    /// Layer-1 equities, multiples of the start.
    pub equities: PerFamily<[f64; 9]>,
}

/// The indicator of one series, one bar at a time: the formulas of [`semantics`](crate::semantics).
///
/// The step is the definition: [`classify`](crate::classify) of the same bars
/// gives the same bits, and so does a classifier restored from a
/// [`snapshot`](Self::snapshot). A bar costs constant time whatever the
/// lengths, and allocates nothing.
///
/// ```
/// use atc_core::{Bar, Classifier, Params, Plan};
///
/// let mut classifier = Classifier::new(Plan::new(Params::default())?);
/// for bar in 0..200 {
///     let close = 100.0 + f64::from(bar % 40);
///     classifier.update(Bar::new(close)?);
/// }
/// let forming = classifier.peek(Bar::new(139.0)?);
/// let closed = classifier.update(Bar::new(139.0)?);
/// assert_eq!(forming, closed);
/// # Ok::<(), atc_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Classifier {
    pub(crate) plan: Arc<Plan>,
    pub(crate) state: State,
    pub(crate) trend: TrendTracker,
    /// Whether the last bar was a flip.
    pub(crate) flip: bool,
}

impl Classifier {
    /// A classifier before its first bar.
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        let plan = plan.into();
        Self {
            state: State::new(&plan),
            plan,
            trend: TrendTracker::default(),
            flip: false,
        }
    }

    /// Takes a closed bar; its outputs, or `None` before the cutout and for a
    /// missing bar.
    ///
    /// The cutout is 0 unless set, so there are outputs from the first bar on.
    /// Until [`is_warm`](Self::is_warm) they rest on fewer than 54 averages, and
    /// may flip the trend all the same: see [`Plan::warm_up`].
    pub fn update(&mut self, bar: Bar) -> Option<Reading> {
        self.advance(bar)?;
        self.reading()
    }

    /// As [`update`](Self::update), for the average signal alone; NaN before the cutout.
    #[inline]
    pub(crate) fn advance(&mut self, bar: Bar) -> Option<f64> {
        let (close, source) = bar.values?;
        let average_signal = self.state.advance(&self.plan, close, source);
        self.flip = self.trend.update(&self.plan, average_signal).is_some();
        Some(average_signal)
    }

    /// What [`update`](Self::update) would return for a bar that is still
    /// forming; nothing changes.
    pub fn peek(&self, bar: Bar) -> Option<Reading> {
        self.clone().update(bar)
    }

    /// The outputs of the last bar, if it has any.
    pub fn reading(&self) -> Option<Reading> {
        let average_signal = self.trend.last_value()?;
        self.state.reading(&self.plan, (average_signal, self.flip))
    }

    /// Bars taken; missing ones do not count.
    pub fn n_bars(&self) -> usize {
        self.state.bars()
    }

    /// Whether the warm-up is over: every average has a value, and KAMA a full window, as after
    /// [`Plan::warm_up`] bars. Signals are still 0 until their first crossing.
    pub fn is_warm(&self) -> bool {
        self.plan.warm_up() <= self.n_bars()
    }

    /// The last flip of the trend, if there was one.
    ///
    /// Its bar counts as [`n_bars`](Self::n_bars) does, from 0: missing bars do not count.
    /// [`Series::index`](crate::Series::index) turns it into the index of a series with them.
    pub const fn last_flip(&self) -> Option<Flip> {
        self.trend.last_flip()
    }

    /// The plan in force.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The 54 lines after the last bar.
    pub fn cells(&self) -> Cells {
        let lines = self.state.lines(&self.plan);
        Cells {
            averages: PerFamily(Family::ALL.map(|f| lines[f].average)),
            signals: PerFamily(Family::ALL.map(|f| lines[f].side.map(signal))),
            equities: PerFamily(Family::ALL.map(|f| lines[f].equity)),
        }
    }
}

/// The signal that a side stands for.
pub(crate) fn signal(side: f64) -> Signal {
    if side > side::SET {
        Signal::Long
    } else if side < -side::SET {
        Signal::Short
    } else {
        Signal::Flat
    }
}

/// The average signal that the last bar shows, given the last one that was a number and the newest, shown or not.
///
/// Equities that outgrow `f64`, as they do if lambda is far too large, leave no number from then on.
pub(crate) const fn unless_lost(shown: f64, newest: f64) -> f64 {
    if newest.is_nan() { f64::NAN } else { shown }
}
