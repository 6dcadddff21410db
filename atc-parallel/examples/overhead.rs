//! What an executor costs: the time per empty job, and the speed-up of a load that only computes.
//!
//! `cargo run --release -p atc-parallel --all-features --example overhead [LANES]`

#![expect(
    clippy::print_stdout,
    reason = "an example has nothing else to say it with"
)]

use std::{
    env,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use atc_parallel::{Control, Executor, ExecutorExt, Lanes, RayonPool, Sequential, TokioPool};

const N_EMPTY: usize = 1_000_000;
const N_BUSY: usize = 40;
const ROUNDS: usize = 7;
/// Many short ones: the best of them finds the moments when the machine is quiet.
const BUSY_ROUNDS: usize = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n_lanes = env::args().nth(1).map_or(Ok(2), |text| text.parse())?;
    let executors: [(&str, Box<dyn Executor>); 4] = [
        ("sequential", Box::new(Sequential::new())),
        ("rayon", Box::new(RayonPool::new(n_lanes)?)),
        ("tokio", Box::new(TokioPool::new(n_lanes)?)),
        ("lanes", Box::new(Lanes::new(n_lanes)?)),
    ];
    println!("best of {ROUNDS}   run, ns/job   map, ns/job   computing, speed-up");
    let mut busy = [Duration::MAX; 4];
    // In turn, so that a noisy moment does not fall on one executor alone.
    for _ in 0..BUSY_ROUNDS {
        for ((_, executor), best) in executors.iter().zip(&mut busy) {
            *best = time(|| executor.map(N_BUSY, |slot| compute(slot.job))).min(*best);
        }
    }
    for ((name, executor), own) in executors.iter().zip(busy) {
        let run = best(|| executor.run(N_EMPTY, Arc::new(|_| ()), &Control::new()));
        let map = best(|| executor.map(N_EMPTY, |slot| slot.job));
        let speed_up = busy[0].as_secs_f64() / own.as_secs_f64();
        println!(
            "{name:<11} {:>13} {:>13} {speed_up:>21.2}",
            per_job(run),
            per_job(map)
        );
    }
    Ok(())
}

/// About a millisecond of arithmetic that cannot be skipped or vectorised.
fn compute(seed: usize) -> f64 {
    (0..400_000).fold(seed as f64, |x, _| black_box(x * 0.999 + 1.0))
}

fn best<T>(work: impl Fn() -> T) -> Duration {
    (0..ROUNDS).map(|_| time(&work)).min().unwrap_or_default()
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    black_box(work());
    start.elapsed()
}

fn per_job(total: Duration) -> u128 {
    total.as_nanos() / N_EMPTY as u128
}
