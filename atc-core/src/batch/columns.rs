//! The outputs of whole series.

use crate::{Family, PerFamily, Plan, Reading};

/// The 13 output columns, one value per bar.
///
/// Bars before the cutout, and with `gaps = skip` the bars that are missing,
/// are NaN in every column, and no other is, unless equities outgrow `f64`
/// ([`Params::lambda`](crate::Params::lambda)). Between the cutout and
/// [`Plan::warm_up`] values are numbers, of those averages that have one
/// already: see there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Columns {
    /// Layer-1 signal of each family, multiples of 0.01.
    pub signals: PerFamily<Vec<f64>>,
    /// Layer-2 equity of each family, multiples of the start.
    pub equities: PerFamily<Vec<f64>>,
    /// The weighted vote of the six families, -1 ..= 1.
    pub average_signal: Vec<f64>,
}

impl Columns {
    /// The names of the columns, in output order.
    pub const NAMES: [&'static str; 13] = [
        "ema_signal",
        "hma_signal",
        "wma_signal",
        "dema_signal",
        "lsma_signal",
        "kama_signal",
        "ema_equity",
        "hma_equity",
        "wma_equity",
        "dema_equity",
        "lsma_equity",
        "kama_equity",
        "average_signal",
    ];

    /// The columns with their names, in output order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &[f64])> {
        let columns = self.signals.0.iter().chain(&self.equities.0);
        let columns = columns.chain([&self.average_signal]);
        Self::NAMES.into_iter().zip(columns.map(Vec::as_slice))
    }

    /// Makes every column `n` values long, all NaN.
    pub(crate) fn blank(&mut self, n: usize) {
        for column in self.all_mut() {
            column.clear();
        }
        self.resize(n);
    }

    /// Makes every column `n` values long; what is there already stays.
    pub(crate) fn resize(&mut self, n: usize) {
        for column in self.all_mut() {
            column.resize(n, f64::NAN);
        }
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let columns = self.signals.0.iter_mut().chain(&mut self.equities.0);
        columns.chain([&mut self.average_signal])
    }

    /// Puts the outputs of one bar in their places.
    pub(crate) fn set(&mut self, bar: usize, reading: &Reading) {
        for f in Family::ALL {
            self.signals[f][bar] = reading.signals[f];
            self.equities[f][bar] = reading.equities[f];
        }
        self.average_signal[bar] = reading.average_signal;
    }
}

/// [`Columns`] with the 54 lines behind them.
#[derive(Clone, Debug, PartialEq)]
pub struct Detail {
    /// The 13 columns.
    pub columns: Columns,
    /// The nine lengths of each family, in the order of the arrays below.
    pub lengths: PerFamily<[usize; 9]>,
    /// Averages, in units of the source; NaN before an average's first bar.
    pub averages: PerFamily<[Vec<f64>; 9]>,
    /// Signals: -1, 0 or +1; 0 on missing bars.
    pub signals: PerFamily<[Vec<i8>; 9]>,
    /// Layer-1 equities, multiples of the start; NaN before the cutout.
    pub equities: PerFamily<[Vec<f64>; 9]>,
}

impl Detail {
    /// Columns and lines of `n` bars without a value.
    pub(crate) fn blank(plan: &Plan, n: usize) -> Self {
        let mut columns = Columns::default();
        columns.blank(n);
        let blank = || {
            PerFamily(std::array::from_fn(|_| {
                std::array::from_fn(|_| vec![f64::NAN; n])
            }))
        };
        let flat = std::array::from_fn(|_| std::array::from_fn(|_| vec![0; n]));
        Self {
            columns,
            lengths: plan.lengths,
            averages: blank(),
            signals: PerFamily(flat),
            equities: blank(),
        }
    }
}
