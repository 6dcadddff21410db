//! Random markets under random parameters, through the oracle and the public interface.

use std::sync::Arc;

use super::corpus::params;
use super::{first_difference, tolerance};
use crate::lanes::bits;
use crate::naive;
use atc_core::{Columns, Family, Isa, Plan, Series, Workspace, classify_detail};
use serde_json::{Map, Value, json};

#[path = "../../../examples/golden/prices.rs"]
mod prices;

use prices::{Random, flats, jump, put, ticks, walk};

/// How many scenarios; the environment variable `ATC_SCENARIOS` asks for more.
const SCENARIOS: u64 = 60;

struct Scenario {
    params: Value,
    close: Vec<f64>,
    source: Option<Vec<f64>>,
}

#[test]
fn random_markets_agree_with_the_naive_oracle() {
    let asked = std::env::var_os("ATC_SCENARIOS").and_then(|n| n.to_str()?.parse().ok());
    for seed in 0..asked.unwrap_or(SCENARIOS) {
        let scenario = scenario(seed);
        let wrong = differences(&scenario);
        assert!(
            wrong.is_empty(),
            "scenario {seed}, {} bars, {}:\n{}",
            scenario.close.len(),
            scenario.params,
            wrong.join("\n")
        );
    }
}

fn differences(scenario: &Scenario) -> Vec<String> {
    let source = scenario.source.as_deref();
    let settings = naive::Settings::from_json(&scenario.params).expect("a known parameter");
    let want = naive::classify(&settings, &scenario.close, source);
    let plan = params(&scenario.params).and_then(Plan::new);
    let got = plan.and_then(|plan| {
        let detail = classify_detail(&plan, &scenario.close, source)?;
        Ok((plan, detail))
    });
    let (want, plan, got) = match (want, got) {
        (Ok(want), Ok((plan, got))) => (want, plan, got),
        (Err(_), Err(_)) => return Vec::new(),
        (want, got) => return vec![format!("oracle {:?}, core {:?}", want.err(), got.err())],
    };
    let mut wrong = Vec::new();
    for ((name, column), wanted) in got.columns.iter().zip(&want.columns) {
        wrong.extend(
            first_difference(column, wanted, tolerance(name)).map(|d| format!("{name} {d}")),
        );
    }
    for family in Family::ALL {
        for (line, length) in got.lengths[family].into_iter().enumerate() {
            let signals = got.signals[family][line].iter().map(|s| f64::from(*s));
            let signals: Vec<f64> = signals.collect();
            // A bar that does not exist has no signal: 0 here, NaN there.
            let wanted = want.signals[family as usize][line].iter();
            let wanted: Vec<f64> = wanted.map(|s| if s.is_nan() { 0.0 } else { *s }).collect();
            let difference = first_difference(&signals, &wanted, |_| 0.0);
            wrong.extend(difference.map(|d| format!("{family}_{length} {d}")));
        }
    }
    wrong.extend(ragged_tiles(&got.columns, &Arc::new(plan), scenario));
    wrong
}

/// The same series side by side with shorter ones, its own beginnings, on every instruction set: each has the bits
/// of the whole up to where it ends.
fn ragged_tiles(whole: &Columns, plan: &Arc<Plan>, scenario: &Scenario) -> Vec<String> {
    let n = scenario.close.len();
    let lengths = [
        n,
        n / 3,
        n - n / 4,
        n,
        1 + n / 2,
        n / 7,
        n - 1,
        n / 2,
        n - n / 9,
    ];
    let beginning = |n: &usize| {
        let source = scenario.source.as_ref().map(|source| &source[..*n]);
        Series::new(plan, &scenario.close[..*n], source).ok() // too short for the cutout, or without a bar
    };
    let series: Vec<Series<'_>> = lengths.iter().filter_map(beginning).collect();
    let mut wrong = Vec::new();
    for isa in Isa::available() {
        let mut columns = vec![Columns::default(); series.len()];
        let mut workspace = Workspace::with_isa(Arc::clone(plan), isa).expect("it is there");
        workspace.columns(&series, &mut columns);
        for (series, columns) in series.iter().zip(&columns) {
            for ((name, got), (_, want)) in columns.iter().zip(whole.iter()) {
                if bits(got) != bits(&want[..series.n_bars()]) {
                    wrong.push(format!("{isa}, {} of {n} bars: {name}", series.n_bars()));
                }
            }
        }
    }
    wrong
}

fn scenario(seed: u64) -> Scenario {
    let mut random = Random::new(seed ^ 0x5ce7_a210);
    let n = 1 + random.below(300);
    let close = market(&mut random, n);
    let source = (random.unit() < 0.2).then(|| market(&mut random, n));
    let mut params = parameters(&mut random, n);
    let close = if random.unit() < 0.2 {
        params["gaps"] = json!("skip");
        let gaps: Vec<usize> = (0..n / 8).map(|_| random.below(n)).collect();
        put(close, &gaps, f64::NAN)
    } else {
        close
    };
    Scenario {
        params,
        close,
        source,
    }
}

fn market(random: &mut Random, n: usize) -> Vec<f64> {
    let start = [1e-7, 1.3, 40.0, 25_000.0][random.below(4)];
    let seed = random.below(1 << 30) as u64;
    let mut close = walk(seed, n, start, [0.002, 0.02, 0.15][random.below(3)]);
    if random.unit() < 0.5 {
        close = ticks(close, [30.0, 64.0, 1000.0][random.below(3)] / start);
    }
    if random.unit() < 0.5 {
        close = flats(seed, close, 1 + random.below(80));
    }
    if random.unit() < 0.3 {
        let (a, b) = (random.below(n), random.below(n));
        // A millionfold spike within a window leaves averages good to 1e-6 of the price, which
        // is what semantics promise and too coarse for ties; the golden cases have such jumps.
        let factor = [1e3, 1e-3, 20.0][random.below(3)];
        close = jump(close, a.min(b), a.max(b), factor);
    }
    close
}

fn parameters(random: &mut Random, n: usize) -> Value {
    let robustness = ["narrow", "medium", "wide"][random.below(3)];
    let shortest = [5, 7, 8][["narrow", "medium", "wide"]
        .iter()
        .position(|r| *r == robustness)
        .expect("one of them")];
    let mut params = Map::new();
    params.insert("robustness".to_owned(), json!(robustness));
    params.insert(
        "profile".to_owned(),
        json!(["lts", "original", "pine"][random.below(3)]),
    );
    for family in naive::FAMILIES {
        let spread = [1, 30, 120][random.below(3)];
        params.insert(
            format!("{family}_len"),
            json!(shortest + random.below(spread)),
        );
        let weight = [1.0, 0.01, 0.25, 3.0][random.below(4)];
        params.insert(format!("{family}_weight"), json!(weight));
    }
    params.insert(
        "lambda".to_owned(),
        json!([0.02, 0.0, 5.0, -3.0][random.below(4)]),
    );
    params.insert(
        "decay".to_owned(),
        json!([0.03, 0.0, 2.5, 99.0][random.below(4)]),
    );
    params.insert(
        "cutout".to_owned(),
        json!([0, 1, 50, n - 1][random.below(4)]),
    );
    let (short, long) = [(-0.1, 0.1), (-0.5, -0.2), (0.0, 0.005), (-0.49, 0.49)][random.below(4)];
    params.insert("long_threshold".to_owned(), json!(long));
    params.insert("short_threshold".to_owned(), json!(short));
    params.insert("strategy".to_owned(), json!(random.unit() < 0.3));
    let switch = [
        ("hma", "sma"),
        ("dema_seed", "mean"),
        ("lsma_at", "one_before"),
        ("kama_start", "zero"),
        ("idle_step", "last"),
        ("cut", "half"),
    ][random.below(6)];
    if random.unit() < 0.5 {
        params.insert("override".to_owned(), json!({ switch.0: switch.1 }));
    }
    Value::Object(params)
}
