//! The proof on this machine: one result, whatever computes it.
//!
//! A made-up market with flats, ticks, jumps, missing bars and short histories is computed bar by bar
//! under several plans, which is the definition. Every other [`Route`] computes it too, and each must give
//! the same bits.

mod cached;
mod market;
mod routes;

use std::sync::Arc;
use std::time::{Duration, Instant};

use atc_core::{Family, Params, Plan, Profile, Robustness};
use serde::Serialize;

pub use self::routes::Route;

use super::{Digest, EvaluateError, Output, Prices, Wanted};
use market::History;

/// A market under a plan.
#[derive(Clone, Debug)]
pub struct Case {
    plan: Arc<Plan>,
    market: Arc<[History]>,
}

impl Case {
    fn prices(&self) -> Vec<Prices<'_>> {
        self.market.iter().map(History::prices).collect()
    }
}

/// What one route came to.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The route, in a few words.
    pub route: String,
    /// What was compared: every column, or the last bars.
    pub output: &'static str,
    /// Over all bits of all plans.
    pub digest: Option<Digest>,
    /// Whether the bits are those of the definition; `None` if it could not be taken.
    pub is_equal: Option<bool>,
    /// Why it could not be taken, or failed.
    pub remark: Option<String>,
    /// Bars computed in a second, where computing is all that the route does.
    pub bars_per_second: Option<f64>,
}

/// The proof: the definition and what every route came to.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// Plans the market was computed under.
    pub n_plans: usize,
    /// Series of the market.
    pub n_series: usize,
    /// Bars of all series and plans.
    pub n_bars: usize,
    /// What each route came to, the definition first.
    pub steps: Vec<Step>,
}

impl Proof {
    /// Whether no route gave other bits or failed. Routes that this machine does not have count as nothing.
    pub fn holds(&self) -> bool {
        self.steps.iter().all(|step| step.is_equal != Some(false))
    }
}

/// Takes every route over every case; `on_route` is told the name of each before it is taken.
pub fn prove(routes: &[Route], mut on_route: impl FnMut(&str)) -> Proof {
    let cases = cases();
    let bars = |case: &Case| case.market.iter().map(History::len).sum::<usize>();
    let n_bars = cases.iter().map(bars).sum();
    let definition = Route::definition();
    let mut steps = Vec::new();
    let mut expected = [None, None];
    for wanted in [Wanted::Columns, Wanted::Last] {
        on_route(&definition.name);
        let step = take(&definition, wanted, &cases, n_bars);
        expected[usize::from(wanted == Wanted::Last)] = step.digest;
        steps.push(Step {
            is_equal: step.digest.map(|_| true).or(Some(false)),
            ..step
        });
    }
    for route in routes {
        on_route(&route.name);
        let mut step = take(route, route.wanted, &cases, n_bars);
        let expected = expected[usize::from(route.wanted == Wanted::Last)];
        step.is_equal = match &step.digest {
            Some(_) => Some(step.digest == expected),
            None => step.is_equal,
        };
        steps.push(step);
    }
    Proof {
        n_plans: cases.len(),
        n_series: cases.first().map_or(0, |case| case.market.len()),
        n_bars,
        steps,
    }
}

/// Takes a route over all cases.
fn take(route: &Route, wanted: Wanted, cases: &[Case], n_bars: usize) -> Step {
    let mut outputs: Vec<Output> = Vec::new();
    let mut time = Duration::ZERO;
    let mut remark = None;
    for case in cases {
        let start = Instant::now();
        let computed = (route.run)(case, wanted);
        time += start.elapsed();
        match computed {
            Ok(computed) => outputs.extend(computed),
            Err(trouble) => {
                remark = Some(trouble);
                break;
            }
        }
    }
    let is_done = remark.is_none();
    Step {
        route: route.name.clone(),
        output: if wanted == Wanted::Last {
            "last bars"
        } else {
            "13 columns"
        },
        digest: is_done.then(|| Digest::of(&outputs)),
        is_equal: match &remark {
            Some(Trouble::Failed(_)) => Some(false),
            _ => None,
        },
        remark: remark.map(Trouble::words),
        bars_per_second: (is_done && route.is_timed).then(|| n_bars as f64 / time.as_secs_f64()),
    }
}

/// Why a route gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// This machine does not have it.
    Absent(String),
    /// It failed.
    Failed(String),
}

impl Trouble {
    fn words(self) -> String {
        match self {
            Self::Absent(words) | Self::Failed(words) => words,
        }
    }
}

impl From<EvaluateError> for Trouble {
    fn from(error: EvaluateError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// The market under a plan of each profile, and under one with everything else.
fn cases() -> Vec<Case> {
    let profile = |profile| Params {
        profile,
        gaps: atc_core::Gaps::Skip,
        ..Params::default()
    };
    let mut odd = Params {
        robustness: Robustness::Wide,
        lambda: 0.5,
        decay: 0.3,
        cutout: 20,
        long_threshold: 0.2,
        short_threshold: -0.15,
        strategy: true,
        ..profile(Profile::Lts)
    };
    odd.lengths[Family::Hma] = 55;
    odd.lengths[Family::Kama] = 9;
    odd.weights[Family::Kama] = 0.5;
    let params = Profile::ALL.iter().copied().map(profile);
    let market: Arc<[History]> = market::histories().into();
    let case = |params| {
        let plan = Plan::new(params).expect("these parameters are valid");
        Case {
            plan: Arc::new(plan),
            market: Arc::clone(&market),
        }
    };
    params.chain([odd]).map(case).collect()
}
