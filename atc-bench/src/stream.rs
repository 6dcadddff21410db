//! The slowest way to the result, which defines it: bar by bar.

use atc_cli::engine::{Ending, Evaluate, EvaluateError, Output, Prices, Tile, Wanted};
use atc_core::{Classifier, Columns, Reading, Series, classify_detail};

/// Feeds each series to a [`Classifier`], one bar after the other.
///
/// Its digests are what all others are held against: the streaming step is the definition.
#[derive(Clone, Copy, Debug, Default)]
pub struct StreamEvaluator;

impl Evaluate for StreamEvaluator {
    fn tile_len(&self) -> usize {
        1
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let one = |prices: &Prices<'_>| stream(tile, prices).map_err(EvaluateError::from);
        tile.series.iter().map(one).collect()
    }
}

fn stream(tile: &Tile<'_>, prices: &Prices<'_>) -> Result<Output, atc_core::Error> {
    let Prices { close, source } = *prices;
    if tile.wanted == Wanted::Detail {
        let detail = classify_detail(tile.plan, close, source)?;
        return Ok(Output::Detail(Box::new(detail)));
    }
    let series = Series::new(tile.plan, close, source)?;
    let mut classifier = Classifier::new(tile.plan.clone());
    let readings = series.bars().map(|bar| classifier.update(bar));
    Ok(match tile.wanted {
        Wanted::Average => {
            let average = |reading: Option<Reading>| reading.map_or(f64::NAN, |r| r.average_signal);
            Output::Average(readings.map(average).collect())
        }
        Wanted::Columns => Output::Columns(Box::new(columns(readings))),
        _ => {
            readings.for_each(drop);
            Output::Last(Box::new(Ending {
                reading: classifier.reading(),
                last_flip: classifier.last_flip(),
                n_bars: classifier.n_bars(),
            }))
        }
    })
}

/// The readings of a series without missing bars, column by column.
fn columns(readings: impl Iterator<Item = Option<Reading>>) -> Columns {
    let mut columns = Columns::default();
    for reading in readings {
        for family in atc_core::Family::ALL {
            let of = |values: fn(&Reading) -> &atc_core::PerFamily<f64>| {
                reading.as_ref().map_or(f64::NAN, |r| values(r)[family])
            };
            columns.signals[family].push(of(|r| &r.signals));
            columns.equities[family].push(of(|r| &r.equities));
        }
        let average = reading.map_or(f64::NAN, |r| r.average_signal);
        columns.average_signal.push(average);
    }
    columns
}
