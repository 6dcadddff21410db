//! What a universe does: one bar for all, all of it to bytes and back.

use std::hint::black_box;
use std::time::Instant;

use atc_bench::report::Sheet;
use atc_bench::stats::Times;
use atc_bench::universe::{bars, warm};
use atc_core::{Bar, Universe};

use super::parts::sheet;

/// Series of the universe.
const N_SYMBOLS: usize = 10_000;

/// Updates that take turns.
const UPDATES: usize = 8;

/// The parts, in the order of their rows.
const PARTS: [&str; 4] = [
    "update, average signals",
    "update, readings",
    "snapshot",
    "restore",
];

/// Times the parts, in turn.
pub(crate) fn measured(rounds: u16) -> anyhow::Result<Sheet> {
    let (mut universe, closes) = warm(N_SYMBOLS, UPDATES)?;
    let next: Vec<Vec<Bar>> = closes
        .iter()
        .map(|closes| bars(closes))
        .collect::<Result<_, _>>()?;
    let mut out = vec![0.0; N_SYMBOLS];
    let mut seconds = vec![Vec::new(); PARTS.len()];
    for round in 0..usize::from(rounds) {
        let start = Instant::now();
        universe.update_closes(&closes[round % UPDATES], &mut out)?;
        seconds[0].push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        universe.update(&next[round % UPDATES], |_, reading| {
            black_box(reading);
        });
        seconds[1].push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let bytes = universe.snapshot();
        seconds[2].push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        let restored = Universe::restore(universe.plan().clone(), &bytes)?;
        seconds[3].push(start.elapsed().as_secs_f64());
        universe = restored; // what was restored has to go on
    }
    let times = seconds.into_iter().map(Times::of);
    let title = format!("A universe of {N_SYMBOLS} symbols, one thread, {rounds} rounds");
    Ok(sheet(title, ("ms", 1e-3, 2), PARTS.into_iter().zip(times)))
}
