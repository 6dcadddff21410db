//! A whole series at once.

use std::sync::Arc;

use crate::kernel::{Block, Tile};
use crate::lanes::{Lanes, Wide};
use crate::{Bar, Classifier, Error, Family, PerFamily, Plan};

/// Bars per block: small enough for all workspace to stay in the first cache.
const BLOCK: usize = 32;

/// The 13 output columns, one value per bar.
///
/// Bars before the cutout, and with `gaps = skip` the bars that are missing,
/// are NaN in every column.
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

/// Computes the 13 columns of a series.
///
/// `close` and, where the averages are taken of something else, `source` are
/// indexed by bar, oldest first, and equally long; so is every column.
///
/// # Errors
///
/// [`Error::Empty`], [`Error::LengthMismatch`], [`Error::Cutout`], and the first
/// bar refused: [`Error::NotFinite`] (under `gaps = reject`) or
/// [`Error::NotPositive`].
///
/// # Numerics
///
/// `f64`, one operation order, no fused multiply-add: the same bits as feeding
/// a [`Classifier`] bar by bar, on every platform.
///
/// # Examples
///
/// ```
/// use atc_core::{Params, Plan, classify};
///
/// let close: Vec<f64> = (0..120).map(|bar| 100.0 + f64::from(bar % 30)).collect();
/// let columns = classify(&Plan::new(Params::default())?, &close, None)?;
/// assert_eq!(columns.average_signal.len(), 120);
/// # Ok::<(), atc_core::Error>(())
/// ```
///
/// # Source
///
/// "Adaptive Trend Classification: Moving Averages", InvestorUnknown,
/// TradingView, Pine v5, MPL-2.0.
pub fn classify(plan: &Plan, close: &[f64], source: Option<&[f64]>) -> Result<Columns, Error> {
    let bars = Bars::new(plan, close, source)?;
    let mut columns = Columns {
        signals: PerFamily(std::array::from_fn(|_| bars.blank())),
        equities: PerFamily(std::array::from_fn(|_| bars.blank())),
        average_signal: bars.blank(),
    };
    bars.run(plan, true, |block, at| {
        for (j, bar) in at.iter().enumerate() {
            for f in 0..6 {
                columns.signals.0[f][*bar] = block.signals[f][j].lane(0);
                columns.equities.0[f][*bar] = block.equities[f][j].lane(0);
            }
            columns.average_signal[*bar] = block.average[j].lane(0);
        }
    });
    Ok(columns)
}

/// Computes the average signal of a series; see [`classify`].
///
/// # Errors
///
/// As [`classify`].
pub fn average_signal(
    plan: &Plan,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Vec<f64>, Error> {
    let bars = Bars::new(plan, close, source)?;
    let mut out = bars.blank();
    bars.run(plan, false, |block, at| {
        for (j, bar) in at.iter().enumerate() {
            out[*bar] = block.average[j].lane(0);
        }
    });
    Ok(out)
}

/// Feeds a whole series to a new classifier; see [`classify`].
///
/// The classifier holds the last reading and flip, and goes on from there.
///
/// # Errors
///
/// As [`classify`].
pub fn classify_last(
    plan: &Arc<Plan>,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Classifier, Error> {
    let bars = Bars::new(plan, close, source)?;
    let mut classifier = Classifier::new(Arc::clone(plan));
    for bar in bars.present() {
        classifier.update(bar?);
    }
    Ok(classifier)
}

/// Computes the 13 columns of a series and the 54 lines behind them.
///
/// # Errors
///
/// As [`classify`].
pub fn classify_detail(
    plan: &Plan,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Detail, Error> {
    let columns = classify(plan, close, source)?;
    let bars = Bars::new(plan, close, source)?;
    let blank = || {
        PerFamily(std::array::from_fn(|_| {
            std::array::from_fn(|_| bars.blank())
        }))
    };
    let mut detail = Detail {
        columns,
        lengths: plan.lengths,
        averages: blank(),
        signals: PerFamily(std::array::from_fn(|_| {
            std::array::from_fn(|_| vec![0; close.len()])
        })),
        equities: blank(),
    };
    let mut classifier = Classifier::new(plan.clone());
    for (bar, at) in bars.present().zip(bars.indices()) {
        let live = classifier.update(bar?).is_some();
        let cells = classifier.cells();
        for f in Family::ALL {
            for k in 0..9 {
                detail.averages[f][k][at] = cells.averages[f][k];
                detail.signals[f][k][at] = cells.signals[f][k].value();
                if live {
                    detail.equities[f][k][at] = cells.equities[f][k];
                }
            }
        }
    }
    Ok(detail)
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

/// A checked series.
struct Bars<'a> {
    close: &'a [f64],
    source: &'a [f64],
    /// Indices of the bars that exist, if some do not.
    present: Option<Vec<usize>>,
}

impl<'a> Bars<'a> {
    fn new(plan: &Plan, close: &'a [f64], source: Option<&'a [f64]>) -> Result<Self, Error> {
        let source = source.unwrap_or(close);
        if source.len() != close.len() {
            return Err(Error::LengthMismatch {
                close: close.len(),
                source_bars: source.len(),
            });
        }
        if close.is_empty() {
            return Err(Error::Empty);
        }
        let cutout = plan.params().cutout;
        if cutout >= close.len() {
            return Err(Error::Cutout {
                cutout,
                n_bars: close.len(),
            });
        }
        let mut gap = false;
        for (bar, (c, x)) in close.iter().zip(source).enumerate() {
            let missing = !(c.is_finite() && x.is_finite());
            gap |= missing;
            if !(missing && plan.skips_gaps()) {
                check_bar(bar, *c, *x)?;
            }
        }
        let exists = |bar: &usize| close[*bar].is_finite() && source[*bar].is_finite();
        let present: Option<Vec<usize>> = gap.then(|| (0..close.len()).filter(exists).collect());
        match &present {
            Some(bars) if bars.is_empty() => Err(Error::Empty),
            Some(bars) if cutout >= bars.len() => Err(Error::Cutout {
                cutout,
                n_bars: bars.len(),
            }),
            _ => Ok(Self {
                close,
                source,
                present,
            }),
        }
    }

    /// A column without a value.
    fn blank(&self) -> Vec<f64> {
        vec![f64::NAN; self.close.len()]
    }

    /// Indices of the bars that exist.
    fn indices(&self) -> impl Iterator<Item = usize> {
        let n = self.present.as_ref().map_or(self.close.len(), Vec::len);
        (0..n).map(|i| self.present.as_ref().map_or(i, |present| present[i]))
    }

    /// The bars that exist.
    fn present(&self) -> impl Iterator<Item = Result<Bar, Error>> {
        self.indices()
            .map(|i| Bar::with_source(self.close[i], self.source[i]))
    }

    /// Runs all bars block by block; `sink` gets each block's results and the
    /// indices of its bars.
    fn run(&self, plan: &Plan, columns: bool, mut sink: impl FnMut(&Block<Wide<1>>, &[usize])) {
        let mut tile = Tile::<Wide<1>>::new(plan, BLOCK);
        let mut block = Block::new(BLOCK);
        let mut indices = self.indices();
        loop {
            let at: Vec<usize> = indices.by_ref().take(block.capacity()).collect();
            if at.is_empty() {
                break;
            }
            tile.advance(plan, &mut block, (at.len(), columns), |j| {
                (Wide([self.close[at[j]]]), Wide([self.source[at[j]]]))
            });
            sink(&block, &at);
        }
    }
}
