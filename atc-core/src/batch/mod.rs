//! Whole series at once: one at a time here, many in [`workspace`].

mod alone;
mod columns;
mod dispatch;
mod isa;
mod lane_set;
mod last;
mod piece_work;
mod pieces;
mod places;
mod series;
mod slices;
mod trends;
mod workspace;

use std::sync::Arc;

pub use columns::{Columns, Detail};
pub(crate) use dispatch::dispatch;
#[cfg(target_arch = "x86_64")]
pub(crate) use dispatch::entry;
pub use isa::Isa;
pub(crate) use lane_set::block_len;
pub use last::Last;
pub use pieces::{PieceEnd, Pieces};
pub(crate) use places::{Gather, Placing};
pub use series::Series;
pub(crate) use series::check_bar;
pub(crate) use trends::LaneTrends;
pub use workspace::Workspace;

use crate::{Classifier, Error, Family, Plan};

/// Computes the 13 columns of a series.
///
/// `close` and, where the averages are taken of something else, `source` are
/// indexed by bar, oldest first, and equally long; so is every column. To
/// compute many series fast, use a [`Workspace`].
///
/// # Errors
///
/// As [`Series::new`].
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
    let series = Series::new(plan, close, source)?;
    let mut columns = [Columns::default()];
    Workspace::single(plan, &series).columns(&[series], &mut columns);
    let [columns] = columns;
    Ok(columns)
}

/// Computes the average signal of a series; see [`classify`].
///
/// # Errors
///
/// As [`Series::new`].
pub fn average_signal(
    plan: &Plan,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Vec<f64>, Error> {
    let series = Series::new(plan, close, source)?;
    let mut out = vec![f64::NAN; close.len()];
    Workspace::single(plan, &series).averages(&[series], &mut [&mut out]);
    Ok(out)
}

/// Feeds a whole series to a new classifier; see [`classify`].
///
/// The classifier holds the last reading and flip, and goes on from there.
///
/// # Errors
///
/// As [`Series::new`].
pub fn classify_last(
    plan: &Arc<Plan>,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Classifier, Error> {
    let series = Series::new(plan, close, source)?;
    let mut classifier = Classifier::new(Arc::clone(plan));
    for bar in series.bars() {
        classifier.update(bar);
    }
    Ok(classifier)
}

/// Computes the 13 columns of a series and the 54 lines behind them.
///
/// # Errors
///
/// As [`Series::new`].
pub fn classify_detail(
    plan: &Plan,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Detail, Error> {
    let series = Series::new(plan, close, source)?;
    let mut detail = Detail::blank(plan, close.len());
    let mut classifier = Classifier::new(plan.clone());
    for (i, bar) in series.bars().enumerate() {
        let at = series.index(i);
        let reading = classifier.update(bar);
        if let Some(reading) = &reading {
            detail.columns.set(at, reading);
        }
        let live = reading.is_some();
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
