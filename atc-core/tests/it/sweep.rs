//! Many parameter sets at once: each has the bits it has alone.

use std::sync::Arc;

use atc_core::{Error, Gaps, Isa, Params, Plan, Profile, Series, Sweep, SweepWorkspace, Workspace};

use crate::lanes::{bits, market, plan};
use crate::market::Rng;

/// Random sets, many of which share a part with another one.
fn plans(rng: &mut Rng) -> Vec<Arc<Plan>> {
    let mut params: Vec<Params> = vec![*plan(rng).params()];
    for _ in 0..rng.below(14) {
        let other = *plan(rng).params();
        let mut next = params[rng.below(params.len())];
        match rng.below(9) {
            0 => next.lambda = other.lambda,
            1 => next.decay = other.decay,
            2 => next.cutout = other.cutout,
            3 => next.weights = other.weights,
            4 => (next.long_threshold, next.short_threshold) = (0.3, -0.2),
            5 => next.strategy = !next.strategy,
            6 => next.lengths = other.lengths,
            7 => next.lengths.0[rng.below(6)] = 20 + rng.below(40),
            _ => next.profile = Profile::ALL[rng.below(3)],
        }
        params.push(next);
    }
    let plans = params.into_iter().map(|p| Plan::new(p).map(Arc::new));
    plans
        .collect::<Result<_, _>>()
        .expect("the parameters are valid")
}

#[test]
fn a_sweep_says_what_each_set_alone_says_on_every_instruction_set() {
    let mut rng = Rng::new(77);
    for round in 0..40 {
        let plans = plans(&mut rng);
        let sweep = Arc::new(Sweep::new(plans.clone()).unwrap());
        let n_series = 1 + rng.below(9);
        let market = market(&mut rng, n_series);
        let shift = |close: &Vec<f64>| close.iter().map(|close| close * 1.01).collect();
        let sources: Vec<Vec<f64>> = market.iter().map(shift).collect();
        let of_source = round % 2 == 0;
        let pairs = market.iter().zip(&sources);
        let checked = pairs.map(|(close, source)| {
            let source = of_source.then_some(source.as_slice());
            sweep.series(close, source)
        });
        let series: Vec<Series<'_>> = checked.flatten().collect();
        let mut alone: Vec<Vec<Vec<f64>>> = Vec::new();
        for plan in &plans {
            let mut averages: Vec<_> = series.iter().map(|s| vec![f64::NAN; s.n_bars()]).collect();
            let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
            Workspace::new(Arc::clone(plan)).averages(&series, &mut out);
            alone.push(averages);
        }
        for isa in Isa::available() {
            let mut workspace = SweepWorkspace::with_isa(Arc::clone(&sweep), isa).unwrap();
            // Twice: a workspace remembers nothing of what it did before.
            for _ in 0..2 {
                let each = || series.iter().map(|s| vec![f64::NAN; s.n_bars()]);
                let mut averages: Vec<_> = plans.iter().flat_map(|_| each()).collect();
                let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
                workspace.averages(&series, &mut out);
                for (got, want) in averages.iter().zip(alone.iter().flatten()) {
                    assert_eq!(bits(got), bits(want), "round {round}, {isa}");
                }
            }
        }
    }
}

#[test]
fn the_last_bar_of_a_sweep_is_that_of_each_set_alone() {
    let mut rng = Rng::new(78);
    for round in 0..20 {
        let plans = plans(&mut rng);
        let sweep = Arc::new(Sweep::new(plans.clone()).unwrap());
        let market = market(&mut rng, 7);
        let checked = market.iter().map(|close| sweep.series(close, None));
        let series: Vec<Series<'_>> = checked.flatten().collect();
        let mut seen = 0;
        let mut ends = vec![None; plans.len() * series.len()];
        SweepWorkspace::new(Arc::clone(&sweep)).last(&series, |plan, series_at, end| {
            seen += 1;
            ends[plan * series.len() + series_at] = Some(end);
        });
        assert_eq!(seen, ends.len());
        for (at, plan) in plans.iter().enumerate() {
            Workspace::new(Arc::clone(plan)).last(&series, |series_at, want| {
                let got = ends[at * series.len() + series_at].unwrap();
                assert_eq!(got.reading(), want.reading(), "round {round}");
                assert_eq!(got.last_flip(), want.last_flip(), "round {round}");
                assert_eq!(got.n_bars(), want.n_bars(), "round {round}");
            });
        }
    }
}

#[test]
fn what_is_shared_is_counted_as_it_is_computed() {
    let base = Params::default();
    let sweep = |all: Vec<Params>| {
        let plans = all.into_iter().map(|p| Plan::new(p).unwrap());
        Sweep::new(plans).unwrap().shared()
    };
    let lambdas = (1..=10).map(|i| Params {
        lambda: f64::from(i) / 100.0,
        ..base
    });
    let shared = sweep(lambdas.collect());
    assert_eq!((shared.averages, shared.averages_alone), (54, 540));
    assert_eq!((shared.lines, shared.lines_alone), (540, 540));
    let weights = (1..=10).map(|i| {
        let mut params = base;
        params.weights.0[0] = f64::from(i);
        params
    });
    assert_eq!(sweep(weights.collect()).lines, 54);
    let lengths = (21..=30).map(|length| {
        let mut params = base;
        params.lengths.0[0] = length;
        params
    });
    let shared = sweep(lengths.collect());
    assert_eq!((shared.averages, shared.lines), (9 * 15, 9 * 15));
}

#[test]
fn sets_that_disagree_on_missing_bars_are_refused() {
    let of = |gaps| {
        Plan::new(Params {
            gaps,
            ..Params::default()
        })
    };
    let plans = [Gaps::Reject, Gaps::Skip].map(|gaps| of(gaps).unwrap());
    assert_eq!(Sweep::new(plans).unwrap_err(), Error::MixedGaps);
}

#[test]
fn the_largest_cutout_must_leave_a_bar() {
    let plans = [0, 50].map(|cutout| {
        Plan::new(Params {
            cutout,
            ..Params::default()
        })
        .unwrap()
    });
    let sweep = Sweep::new(plans).unwrap();
    let close = [100.0; 50];
    let refused = Error::Cutout {
        cutout: 50,
        n_bars: 50,
    };
    assert_eq!(sweep.series(&close, None).unwrap_err(), refused);
}
