//! What a lookup costs, idle and while a warming of 20,000 series runs beside it.
//!
//! `cargo run --release -p atc-cli --example foreground`
//!
//! Lookups are asked at fixed moments and timed from then on, so that one that holds up others counts as
//! often as it does. Idle and busy rounds take turns.
#![expect(clippy::print_stdout, reason = "a report for people")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_cli::engine::dataset::{Request, Source, discover};
use atc_cli::engine::{Budget, Cache, Engine};
use atc_core::{Params, Plan};
use atc_parallel::Sequential;

const N_SERIES: u64 = 20_000;
const N_BARS: usize = 200;
const N_FOREGROUND: u64 = 200;
const EVERY: Duration = Duration::from_micros(500);
const ROUND: Duration = Duration::from_millis(1500);
const ROUNDS: usize = 9;

fn write_market(folder: &Path, n: u64, seed: u64) -> Result<(), Box<dyn Error>> {
    fs::create_dir(folder)?;
    for series in 0..n {
        let mut state = seed + series;
        let mut close = 100.0;
        let mut text = "time,close\n".to_owned();
        for bar in 0..N_BARS {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            close *= 1.0 + ((state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5) * 0.04;
            writeln!(text, "{},{close:.4}", 1_600_000_000 + 900 * bar)?;
        }
        fs::write(folder.join(format!("s{series:05}.csv")), text)?;
    }
    Ok(())
}

fn sources(folder: &Path) -> Vec<Source> {
    discover(&[folder.display().to_string()]).sources
}

/// How long lookups take from the moment they were due, for the time of a round.
fn lookups(engine: &Engine, sources: &[Source]) -> Vec<Duration> {
    let begun = Instant::now();
    let mut took = Vec::new();
    for (number, source) in (0..).zip(sources.iter().cycle()) {
        let due = begun + EVERY * number;
        if ROUND < due - begun {
            break;
        }
        let early = due.saturating_duration_since(Instant::now());
        let asked = if early.is_zero() {
            due
        } else {
            std::thread::sleep(early);
            Instant::now()
        };
        let scan = engine.scan(vec![source.clone()], &Request::default());
        assert_eq!(scan.rows.len(), 1, "it was warmed");
        took.push(asked.elapsed());
    }
    took
}

fn p99(took: &[Duration]) -> Duration {
    let mut took = took.to_vec();
    took.sort_unstable();
    took[took.len() * 99 / 100]
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort_unstable();
    let at = |permille: usize| took[took.len() * permille / 1000];
    let (median, p99, p999) = (at(500), at(990), at(999));
    println!(
        "{what:5} {:6} lookups, median {median:>9.1?}, p99 {p99:>9.1?}, p99.9 {p999:>9.1?}",
        took.len()
    );
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (asked, warmed) = (folder.path().join("asked"), folder.path().join("warmed"));
    write_market(&asked, N_FOREGROUND, 1)?;
    write_market(&warmed, N_SERIES, 1 << 32)?;
    let cache = Arc::new(Cache::in_directory(folder.path().join("cache")));
    let plan = Arc::new(Plan::new(Params::default())?);
    let foreground = Engine::builder(Arc::clone(&plan))
        .executor(Sequential::new())
        .cache(Arc::clone(&cache))
        .build()?;
    let background = Engine::builder(Arc::clone(&plan))
        .cache(Arc::clone(&cache))
        .in_background()
        .build()?;
    let asked = sources(&asked);
    std::thread::sleep(Duration::from_millis(50)); // so that no file looks as if it had just changed
    foreground.scan(asked.clone(), &Request::default());

    let (mut idle, mut busy, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    // Other parameters in each round, so that there is always something to compute.
    let questions = (0..200).map(|cutout| Params {
        cutout,
        ..Params::default()
    });
    let questions: Vec<Params> = questions.skip(1).collect();
    for round in 0..ROUNDS {
        let quiet = lookups(&foreground, &asked);
        let plans = questions.iter().skip(round * 20).take(20);
        let plans: Result<Vec<_>, _> = plans
            .map(|params| Plan::new(*params).map(Arc::new))
            .collect();
        let (plans, engine, warmed) = (plans?, background.clone(), sources(&warmed));
        let warming = std::thread::spawn(move || {
            engine.warm(
                warmed,
                &Request::default(),
                &plans,
                Budget {
                    time: Some(ROUND),
                    ..Budget::default()
                },
            )
        });
        let beside = lookups(&foreground, &asked);
        let warmed = warming.join().map_err(|_| "the warming panicked")?;
        let ratio = p99(&beside).as_secs_f64() / p99(&quiet).as_secs_f64();
        println!(
            "round {round}: {} series warmed meanwhile, p99 {ratio:.1} times the idle one",
            warmed.n_series
        );
        ratios.push(ratio);
        idle.extend(quiet);
        busy.extend(beside);
    }
    report("idle", idle);
    report("busy", busy);
    ratios.sort_by(f64::total_cmp);
    println!("median of the rounds: {:.1} times", ratios[ROUNDS / 2]);
    Ok(())
}
