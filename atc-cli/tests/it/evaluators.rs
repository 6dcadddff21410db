//! An evaluator that does not keep its contract is named, whoever asks, and nothing panics.

use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::sink::{CsvSink, Sink};
use atc_cli::engine::{
    Cache, Content, CpuEvaluator, Engine, Evaluate, EvaluateError, Labels, Output, Prices, Tile,
    Wanted,
};
use atc_core::{Flip, Params, Plan, Trend};

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug)]
enum Mistake {
    TooFew,
    AnotherVariant,
    ShortColumns,
    FlipAfterTheEnd,
}

/// Computes right, but for a mistake in every answer.
#[derive(Debug)]
struct Mistaken(CpuEvaluator, Mistake);

impl Evaluate for Mistaken {
    fn tile_len(&self) -> usize {
        self.0.tile_len()
    }

    fn version(&self) -> (&'static str, u32) {
        ("mistaken", 7)
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let wanted = match (self.1, tile.wanted) {
            (Mistake::AnotherVariant, Wanted::Last) => Wanted::Columns,
            (Mistake::AnotherVariant, _) => Wanted::Last,
            (_, wanted) => wanted,
        };
        let mut outputs = self.0.evaluate(&Tile { wanted, ..*tile });
        for output in outputs.iter_mut().flatten() {
            match (self.1, output) {
                (Mistake::ShortColumns, Output::Columns(columns)) => {
                    columns.average_signal.truncate(1);
                }
                (Mistake::FlipAfterTheEnd, Output::Last(ending)) => {
                    let (bar, trend) = (ending.n_bars, Trend::Long);
                    ending.last_flip = Some(Flip { bar, trend });
                }
                _ => {}
            }
        }
        if matches!(self.1, Mistake::TooFew) {
            outputs.pop();
        }
        outputs
    }
}

fn engine(mistake: Mistake) -> atc_cli::engine::EngineBuilder {
    let plan = Plan::new(Params::default()).expect("the defaults are sound");
    Engine::builder(plan).evaluator(Mistaken(CpuEvaluator::new(), mistake))
}

fn candles() -> Vec<Source> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles");
    discover(&[folder.to_owned()]).sources
}

/// What is said of the first source.
fn told(failed: &[impl ToString]) -> String {
    failed.first().map(ToString::to_string).unwrap_or_default()
}

#[test]
fn a_scan_names_an_evaluator_that_answers_something_else() {
    for mistake in [
        Mistake::TooFew,
        Mistake::AnotherVariant,
        Mistake::FlipAfterTheEnd,
    ] {
        for cached in [false, true] {
            let builder = engine(mistake);
            let builder = if cached {
                builder.cache(Cache::in_memory())
            } else {
                builder
            };
            let engine = builder.build().expect("an engine");
            let scan = engine.scan(candles(), &Request::default());
            assert_eq!((scan.rows.len(), scan.failed.len()), (0, 5), "{mistake:?}");
            let told = told(&scan.failed);
            assert!(
                told.contains("the evaluator `mistaken`, version 7, answered"),
                "{told}"
            );

            let close: Vec<f64> = (0..60).map(|bar| f64::from(100 + bar % 7)).collect();
            let prices = Prices {
                close: &close,
                source: None,
            };
            assert!(engine.endings(&[prices])[0].is_err(), "{mistake:?}");
        }
    }
}

#[test]
fn a_table_has_no_rows_of_an_evaluator_that_answers_something_else() {
    for mistake in [
        Mistake::TooFew,
        Mistake::AnotherVariant,
        Mistake::ShortColumns,
    ] {
        let engine = engine(mistake).build().expect("an engine");
        let mut sink = CsvSink::new(Vec::new());
        let shape = (Content::All, Labels::AsNeeded);
        let computed = engine.compute(&candles(), &Request::default(), shape, &mut sink);
        let computed = computed.expect("a sink in memory");
        assert_eq!(
            (computed.n_symbols, computed.failed.len()),
            (0, 5),
            "{mistake:?}"
        );
        sink.finish().expect("a sink in memory");
    }
}
