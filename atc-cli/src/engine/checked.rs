//! What an evaluator answered, held against what it was asked: anybody may write one.

use atc_core::Columns;

use super::{Ending, Engine, EvaluateError, Output, Tile, Wanted};

impl Engine {
    /// Computes the series of a tile; the result has one entry per series, each with what was wanted.
    pub(super) fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let mut outputs = self.evaluator.evaluate(tile);
        let n_series = tile.series.len();
        if outputs.len() != n_series {
            let what = format!("{} results for {n_series} series", outputs.len());
            let mistaken = |_| Err(self.mistaken(&what));
            return (0..n_series).map(mistaken).collect();
        }
        for (output, prices) in outputs.iter_mut().zip(tile.series) {
            let n_bars = prices.close.len();
            if !output
                .as_ref()
                .map_or(true, |output| output.fits(tile.wanted, n_bars))
            {
                let what = format!(
                    "a series of {n_bars} bars with something else than {:?}",
                    tile.wanted
                );
                *output = Err(self.mistaken(&what));
            }
        }
        outputs
    }

    fn mistaken(&self, what: &str) -> EvaluateError {
        let (name, version) = self.evaluator.version();
        let message = format!(
            "the evaluator `{name}`, version {version}, answered {what}; this is a mistake in it"
        );
        EvaluateError::Device(message.into())
    }
}

impl Output {
    /// What [`Engine::evaluate`] gave where [`Wanted::Last`] was asked for.
    pub(super) fn into_ending(self) -> Ending {
        match self {
            Self::Last(ending) => *ending,
            _ => unreachable!("it was checked to be what was wanted"),
        }
    }

    /// Whether this is what was wanted of a series of `n_bars` bars.
    fn fits(&self, wanted: Wanted, n_bars: usize) -> bool {
        let is_whole = |columns: &Columns| {
            let all = columns.signals.0.iter().chain(&columns.equities.0);
            all.chain([&columns.average_signal])
                .all(|column| column.len() == n_bars)
        };
        match (wanted, self) {
            (Wanted::Average, Self::Average(values)) => values.len() == n_bars,
            (Wanted::Columns, Self::Columns(columns)) => is_whole(columns),
            (Wanted::Detail, Self::Detail(detail)) => {
                let averages = detail.averages.0.iter().flatten().map(Vec::len);
                let equities = detail.equities.0.iter().flatten().map(Vec::len);
                let signals = detail.signals.0.iter().flatten().map(Vec::len);
                is_whole(&detail.columns)
                    && averages
                        .chain(equities)
                        .chain(signals)
                        .all(|len| len == n_bars)
            }
            (Wanted::Last, Self::Last(ending)) => {
                ending.n_bars <= n_bars
                    && ending.last_flip.is_none_or(|flip| flip.bar < ending.n_bars)
            }
            _ => false,
        }
    }
}
