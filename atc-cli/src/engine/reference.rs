//! The slowest way to the result, which defines it: bar by bar.

use atc_core::{Bar, Classifier, Columns, Family, PerFamily, Reading, Series, classify_detail};

use super::{CpuEvaluator, Ending, Evaluate, EvaluateError, Output, Prices, Tile, Wanted};

/// Feeds each series to a [`Classifier`], one bar after the other.
///
/// Its digests are what all others are held against: the streaming step is the definition.
#[derive(Clone, Copy, Debug, Default)]
pub struct BarByBar;

impl Evaluate for BarByBar {
    fn tile_len(&self) -> usize {
        1
    }

    fn version(&self) -> (&'static str, u32) {
        CpuEvaluator::new().version()
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
    // Refuses what the indicator refuses.
    Series::new(tile.plan, close, source)?;
    let mut classifier = Classifier::new(tile.plan.clone());
    let columns = columns(prices, |bar| classifier.update(bar));
    Ok(match tile.wanted {
        Wanted::Average => Output::Average(columns.average_signal),
        Wanted::Last => Output::Last(Box::new(Ending {
            reading: classifier.reading(),
            last_flip: classifier.last_flip(),
            n_bars: classifier.n_bars(),
            state: tile.states.then(|| classifier.snapshot()),
            at_block: None,
        })),
        _ => Output::Columns(Box::new(columns)),
    })
}

/// What `update` says of each bar of a series that was checked, column by column; NaN for bars that do not exist.
pub(super) fn columns(
    prices: &Prices<'_>,
    mut update: impl FnMut(Bar) -> Option<Reading>,
) -> Columns {
    let mut columns = Columns::default();
    let source = prices.source.unwrap_or(prices.close);
    for (close, source) in prices.close.iter().zip(source) {
        let bar = Bar::with_source(*close, *source).unwrap_or(Bar::MISSING);
        push(&mut columns, update(bar).as_ref());
    }
    columns
}

fn push(columns: &mut Columns, reading: Option<&Reading>) {
    for family in Family::ALL {
        let of = |values: fn(&Reading) -> &PerFamily<f64>| {
            reading.map_or(f64::NAN, |r| values(r)[family])
        };
        columns.signals[family].push(of(|r| &r.signals));
        columns.equities[family].push(of(|r| &r.equities));
    }
    columns
        .average_signal
        .push(reading.map_or(f64::NAN, |r| r.average_signal));
}
