//! What goes in and what comes out: plain series of numbers.

use crate::program::PerFamily;
use crate::{Error, Program};

/// One series: closes, and what the averages are taken of if that is not the
/// close. Indexed by bar, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    /// Closes, finite and above 0.
    pub close: &'a [f64],
    /// Source values, finite, as many as closes.
    pub source: Option<&'a [f64]>,
}

impl<'a> Series<'a> {
    /// A series whose averages are taken of its closes.
    pub const fn of(close: &'a [f64]) -> Self {
        Self {
            close,
            source: None,
        }
    }

    /// Checks the shape: as many source values as closes, and a growth factor
    /// for each bar. Values are the caller's to check.
    ///
    /// # Errors
    ///
    /// [`Error::LengthMismatch`].
    pub fn check(&self, growth: &[f64]) -> Result<(), Error> {
        let n_bars = self.close.len();
        let mismatch = |what, got| Err(Error::LengthMismatch { what, got, n_bars });
        match self.source {
            Some(source) if source.len() != n_bars => mismatch("source values", source.len()),
            _ if growth.len() < n_bars => mismatch("growth factors", growth.len()),
            _ => Ok(()),
        }
    }
}

/// The columns of a series, one value per bar; NaN before the cutout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Layer-1 signal of each family, multiples of 0.01.
    pub signals: PerFamily<Vec<f64>>,
    /// Layer-2 equity of each family, multiples of the start.
    pub equities: PerFamily<Vec<f64>>,
    /// The weighted vote of the six families, -1 ..= 1.
    pub average: Vec<f64>,
}

/// A turn of the trend against the direction of the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The bar at which it happened.
    pub bar: usize,
    /// Whether the trend became long; otherwise it became short.
    pub is_long: bool,
}

/// The columns of a series at its last bar, and the last flip up to there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// Layer-1 signal of each family, multiples of 0.01.
    pub signals: PerFamily<f64>,
    /// Layer-2 equity of each family, multiples of the start.
    pub equities: PerFamily<f64>,
    /// The weighted vote of the six families, -1 ..= 1.
    pub average: f64,
    /// The last flip of the trend, if there was one. The first bar with an
    /// average is none, nor is a return to the side of the last flip.
    pub last_flip: Option<Flip>,
}

/// Turns what kernels leave into what columns promise: signals out of
/// hundredths, nothing before the cutout, the average delayed if asked for.
pub(crate) fn finish(program: &Program, columns: &mut Columns) {
    let cutout = program.cutout.min(columns.average.len());
    for signal in &mut columns.signals {
        for value in signal.iter_mut() {
            *value /= 100.0;
        }
    }
    let all = columns.signals.iter_mut().chain(&mut columns.equities);
    for column in all {
        column[..cutout].fill(f64::NAN);
    }
    finish_average(program, &mut columns.average);
}

/// As [`finish`], for the average alone.
pub(crate) fn finish_average(program: &Program, average: &mut [f64]) {
    let cutout = program.cutout.min(average.len());
    average[..cutout].fill(f64::NAN);
    let live = &mut average[cutout..];
    if program.delayed && !live.is_empty() {
        live.rotate_right(1);
        live[0] = 0.0;
    }
}
