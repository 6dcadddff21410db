//! The proof holds here, and one wrong bit breaks it.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use atc_cli::engine::prove::{Route, prove};
use atc_cli::engine::{CpuEvaluator, Evaluate, EvaluateError, Output, Tile, Wanted};

/// Computes right, but for the last bit of the last average of the last series.
#[derive(Debug)]
struct OffByOneBit(CpuEvaluator);

impl Evaluate for OffByOneBit {
    fn tile_len(&self) -> usize {
        self.0.tile_len()
    }

    fn version(&self) -> (&'static str, u32) {
        self.0.version()
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let mut outputs = self.0.evaluate(tile);
        if let Some(Ok(Output::Columns(columns))) = outputs.last_mut() {
            let last = columns.average_signal.last_mut().unwrap();
            *last = f64::from_bits(last.to_bits() ^ 1);
        }
        outputs
    }
}

#[test]
fn every_route_of_this_machine_gives_the_same_bits() {
    let proof = prove(&Route::all().unwrap(), |_| ());
    assert!(proof.holds(), "{proof:#?}");
    assert!(proof.steps.iter().all(|step| step.digest.is_some()));
}

#[test]
fn one_wrong_bit_breaks_the_proof() {
    let wrong = OffByOneBit(CpuEvaluator::new());
    let proof = prove(&[Route::evaluator("wrong", Wanted::Columns, wrong)], |_| ());
    assert!(!proof.holds());
    let wrong = proof.steps.last().unwrap();
    assert_eq!(
        (wrong.route.as_str(), wrong.is_equal),
        ("wrong", Some(false))
    );
}
