//! A series that passed the checks.

use crate::{Bar, Error, Plan};

/// A series whose every bar was checked under a plan; computing it cannot fail.
///
/// ```
/// use atc_core::{Error, Params, Plan, Series};
///
/// let plan = Plan::new(Params::default())?;
/// let refused = Series::new(&plan, &[100.0, 0.0, 101.0], None);
/// assert_eq!(refused.unwrap_err(), Error::NotPositive { bar: 1, value: 0.0 });
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Series<'a> {
    close: &'a [f64],
    source: &'a [f64],
    /// Indices of the bars that exist, if some do not.
    present: Option<Vec<usize>>,
    /// Existing bars after which a workspace hands the series over, too.
    pause: Option<usize>,
}

impl<'a> Series<'a> {
    /// Checks a series: `close` and, where the averages are taken of something
    /// else, `source`; indexed by bar, oldest first, equally long.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::Cutout`], and the
    /// first bar refused: [`Error::NotFinite`] (under `gaps = reject`) or
    /// [`Error::NotPositive`].
    pub fn new(plan: &Plan, close: &'a [f64], source: Option<&'a [f64]>) -> Result<Self, Error> {
        let source = source.unwrap_or(close);
        if source.len() != close.len() {
            return Err(Error::LengthMismatch {
                close: close.len(),
                source_bars: source.len(),
            });
        }
        let mut gap = false;
        if !(is_sound(close) && (std::ptr::eq(source, close) || is_finite(source))) {
            for (bar, (c, x)) in close.iter().zip(source).enumerate() {
                let missing = !(c.is_finite() && x.is_finite());
                gap |= missing;
                if !(missing && plan.skips_gaps()) {
                    check_bar(bar, *c, *x)?;
                }
            }
        }
        let exists = |bar: &usize| close[*bar].is_finite() && source[*bar].is_finite();
        let present: Option<Vec<usize>> = gap.then(|| (0..close.len()).filter(exists).collect());
        let series = Self {
            close,
            source,
            present,
            pause: None,
        };
        let (n_bars, cutout) = (series.n_present(), plan.params().cutout);
        match n_bars {
            0 => Err(Error::Empty),
            n if cutout >= n => Err(Error::Cutout { cutout, n_bars }),
            _ => Ok(series),
        }
    }

    /// Has [`Workspace::last`](crate::Workspace::last) hand the series over after its first
    /// `n_bars` bars, too, the missing ones included: the state there is worth a snapshot.
    #[must_use]
    pub fn pausing_after(mut self, n_bars: usize) -> Self {
        let existing = match &self.present {
            None => n_bars,
            Some(present) => present.partition_point(|at| *at < n_bars),
        };
        self.pause = (0 < existing && existing < self.n_present()).then_some(existing);
        self
    }

    /// Where a workspace hands the series over, in existing bars.
    #[inline]
    pub(crate) fn stops(&self) -> [usize; 2] {
        let end = self.n_present();
        [self.pause.unwrap_or(end), end]
    }

    /// The closes, the missing ones included.
    pub const fn close(&self) -> &'a [f64] {
        self.close
    }

    /// What the averages are taken of.
    pub const fn source(&self) -> &'a [f64] {
        self.source
    }

    /// Bars, the missing ones included.
    pub const fn n_bars(&self) -> usize {
        self.close.len()
    }

    /// Bars that exist.
    pub fn n_present(&self) -> usize {
        self.present.as_ref().map_or(self.close.len(), Vec::len)
    }

    /// The bars that exist, oldest first.
    pub fn bars(&self) -> impl Iterator<Item = Bar> {
        (0..self.n_present()).map(|i| {
            let at = self.index(i);
            Bar::checked(self.close[at], self.source[at])
        })
    }

    /// Whether no bar is missing, and at least `n` are there.
    #[inline]
    pub(crate) fn goes_on_through(&self, n: usize) -> bool {
        self.present.is_none() && n <= self.close.len()
    }

    /// The index of the `i`-th bar that exists, from 0: where a [`Flip`](crate::Flip) that counts
    /// existing bars lies among [`close`](Self::close).
    ///
    /// # Panics
    ///
    /// If bars are missing and `i` is not below [`n_present`](Self::n_present).
    #[inline]
    pub fn index(&self, i: usize) -> usize {
        self.present.as_ref().map_or(i, |present| present[i])
    }

    /// Whether the averages are taken of the close.
    #[inline]
    pub(crate) fn source_is_close(&self) -> bool {
        std::ptr::eq(self.close, self.source)
    }

    /// The `n` existing bars of a column from the `first`-th on, with `room` to
    /// put them in a row if they are not.
    #[inline(always)]
    pub(crate) fn existing<'s>(
        &self,
        column: &'s [f64],
        (first, n): (usize, usize),
        room: &'s mut [f64],
    ) -> &'s [f64] {
        let Some(present) = &self.present else {
            return &column[first..first + n];
        };
        for (slot, at) in room.iter_mut().zip(&present[first..first + n]) {
            *slot = column[*at];
        }
        &room[..n]
    }

    /// Makes a column NaN that would not be written whole.
    ///
    /// # Panics
    ///
    /// If it has not one value for each bar.
    pub(crate) fn blank_missing(&self, out: &mut [f64]) {
        assert_eq!(self.n_bars(), out.len(), "one value per bar");
        if self.present.is_some() {
            out.fill(f64::NAN);
        }
    }

    /// Writes values of existing bars to their places in a column.
    #[inline(always)]
    pub(crate) fn place(&self, first: usize, values: &[f64], out: &mut [f64]) {
        match &self.present {
            None => out[first..first + values.len()].copy_from_slice(values),
            Some(present) => {
                for (at, value) in present[first..].iter().zip(values) {
                    out[*at] = *value;
                }
            }
        }
    }
}

/// Whether there is nothing to refuse or leave out in these closes; without branches, so that it takes the time of
/// reading them.
fn is_sound(close: &[f64]) -> bool {
    let sound = |close: f64| 0.0 < close && close <= f64::MAX;
    close.iter().fold(true, |all, close| all & sound(*close))
}

/// As [`is_sound`], for values that may have any sign.
fn is_finite(source: &[f64]) -> bool {
    let finite = |value: f64| value.abs() <= f64::MAX;
    source.iter().fold(true, |all, value| all & finite(*value))
}

/// Checks one bar.
pub(crate) fn check_bar(bar: usize, close: f64, source: f64) -> Result<(), Error> {
    let not_finite = |column, value| Err(Error::NotFinite { bar, column, value });
    if !close.is_finite() {
        not_finite("close", close)
    } else if !source.is_finite() {
        not_finite("source", source)
    } else if close <= 0.0 {
        Err(Error::NotPositive { bar, value: close })
    } else {
        Ok(())
    }
}
