//! What a lookup costs, idle and while a warming of 20,000 series runs beside it.
//!
//! `cargo run --release -p atc-cli --example foreground`
//!
//! A thread sleeps until its next lookup is due. How late the system wakes it is told apart from how long the lookup
//! takes, which is timed from when it was due if others before it took too long: one that holds up others counts as
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

/// What a round has measured.
#[derive(Default)]
struct Measured {
    /// How long lookups took.
    took: Vec<Duration>,
    /// How late the system woke the thread that asks.
    late: Vec<Duration>,
}

impl Measured {
    fn extend(&mut self, other: Self) {
        self.took.extend(other.took);
        self.late.extend(other.late);
    }
}

/// Looks one source up after the other for the time of a round.
fn lookups(engine: &Engine, sources: &[Source]) -> Measured {
    let begun = Instant::now();
    let mut due = begun;
    let mut measured = Measured::default();
    for source in sources.iter().cycle() {
        if ROUND < due - begun {
            break;
        }
        let early = due.saturating_duration_since(Instant::now());
        if !early.is_zero() {
            std::thread::sleep(early);
            let woken = Instant::now();
            measured.late.push(woken - due);
            due = woken;
        }
        let scan = engine.scan(vec![source.clone()], &Request::default());
        assert_eq!(scan.rows.len(), 1, "it was warmed");
        measured.took.push(due.elapsed());
        due += EVERY;
    }
    measured
}

fn at(permille: usize, times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() * permille / 1000]
}

/// How often the 99th percentile of `idle` goes into that of `busy`.
fn ratio(busy: &[Duration], idle: &[Duration]) -> f64 {
    at(990, busy).as_secs_f64() / at(990, idle).as_secs_f64()
}

fn report(what: &str, times: &[Duration]) {
    let [median, p99, p999] = [500, 990, 999].map(|permille| at(permille, times));
    println!(
        "{what:13} {:6}, median {median:>9.1?}, p99 {p99:>9.1?}, p99.9 {p999:>9.1?}",
        times.len()
    );
}

fn median(mut ratios: Vec<f64>) -> f64 {
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
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

    let (mut idle, mut busy) = (Measured::default(), Measured::default());
    let mut ratios = (Vec::new(), Vec::new());
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
        ratios.0.push(ratio(&beside.took, &quiet.took));
        ratios.1.push(ratio(&beside.late, &quiet.late));
        println!(
            "round {round}: {} series warmed meanwhile, p99 {:.1} times the idle one",
            warmed.n_series, ratios.0[round]
        );
        idle.extend(quiet);
        busy.extend(beside);
    }
    report("lookups, idle", &idle.took);
    report("lookups, busy", &busy.took);
    report("woken, idle", &idle.late);
    report("woken, busy", &busy.late);
    println!(
        "99th percentile, median of the rounds: lookups {:.1} times, woken {:.1} times the idle one",
        median(ratios.0),
        median(ratios.1)
    );
    Ok(())
}
