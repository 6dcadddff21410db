//! What the cache saves when one bar is appended to each of 500 series of 5,000 bars in memory.
//!
//! `cargo run --release -p atc-cli --example appended`
#![expect(clippy::print_stdout, reason = "a report for people")]

use std::error::Error;
use std::time::{Duration, Instant};

use atc_cache::Chain;
use atc_cli::engine::{Cache, Engine, Prices};
use atc_core::{Params, Plan};

const N_SERIES: usize = 500;
const N_BARS: usize = 5000;
const ROUNDS: usize = 9;

fn market() -> Vec<Vec<f64>> {
    let mut state = 7_u64;
    let mut unit = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut walk = || {
        let mut close = 100.0;
        let step = |_| {
            close *= 1.0 + (unit() - 0.5) * 0.04;
            close
        };
        (0..=N_BARS + ROUNDS).map(step).collect()
    };
    (0..N_SERIES).map(|_| walk()).collect()
}

fn timed(engine: &Engine, market: &[Vec<f64>], n_bars: usize) -> Duration {
    let series: Vec<Prices<'_>> = market
        .iter()
        .map(|close| Prices {
            close: &close[..n_bars],
            source: None,
        })
        .collect();
    let begun = Instant::now();
    let endings = engine.endings(&series);
    let took = begun.elapsed();
    assert!(endings.iter().all(Result::is_ok), "walks are fine prices");
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() -> Result<(), Box<dyn Error>> {
    let market = market();
    let plan = Plan::new(Params::default())?;
    let cold = Engine::builder(plan.clone()).build()?;
    let warm = Engine::builder(plan).cache(Cache::in_memory()).build()?;
    timed(&warm, &market, N_BARS);
    let (mut computed, mut appended, mut again, mut hashed) = (vec![], vec![], vec![], vec![]);
    for round in 1..=ROUNDS {
        computed.push(timed(&cold, &market, N_BARS + round));
        appended.push(timed(&warm, &market, N_BARS + round));
        again.push(timed(&warm, &market, N_BARS + round));
        let begun = Instant::now();
        for close in &market {
            std::hint::black_box(Chain::of(close));
        }
        hashed.push(begun.elapsed());
    }
    let statistics = warm.cache().ok_or("it was given a cache")?.statistics();
    println!(
        "{} prefix hits, {} bars computed",
        statistics.hits_prefix, statistics.bars_computed
    );
    let computed = median(computed);
    for (what, times) in [
        ("one bar appended", appended),
        ("nothing appended", again),
        ("hashing alone", hashed),
    ] {
        let took = median(times);
        let ratio = computed.as_secs_f64() / took.as_secs_f64();
        println!("{what:18} {took:>10.2?}, computing {computed:.2?}: {ratio:.1} times");
    }
    Ok(())
}
