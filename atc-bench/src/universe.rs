//! A warm universe and its next bars: what the benches of a live feed share.

use crate::market::Workload;
use atc_core::{Bar, Params, Plan, Series, Universe, Workspace};

/// Bars that warm every average up, and give most lines a signal.
const WARM_UP: usize = 300;

/// A universe of `n_series` series with a history, and the closes of `rounds` updates.
///
/// # Errors
///
/// None for made-up markets; the type says so for the caller's `?`.
pub fn warm(n_series: usize, rounds: usize) -> Result<(Universe, Vec<Vec<f64>>), atc_core::Error> {
    let market = Workload::new(n_series, WARM_UP + rounds).market(1);
    let mut universe = Universe::new(Plan::new(Params::default())?);
    let plan = universe.plan().clone();
    let series: Vec<Series<'_>> = market
        .iter()
        .map(|close| Series::new(&plan, &close[..WARM_UP], None))
        .collect::<Result<_, _>>()?;
    let mut past = vec![None; n_series];
    Workspace::new(plan.clone()).last(&series, |at, last| past[at] = Some(last.classifier()));
    for classifier in past.into_iter().flatten() {
        universe.insert(classifier)?;
    }
    let row = |bar: usize| market.iter().map(|close| close[bar]).collect();
    Ok((universe, (WARM_UP..WARM_UP + rounds).map(row).collect()))
}

/// The closes of an update as bars.
///
/// # Errors
///
/// As [`Bar::new`].
pub fn bars(closes: &[f64]) -> Result<Vec<Bar>, atc_core::Error> {
    closes.iter().map(|close| Bar::new(*close)).collect()
}
