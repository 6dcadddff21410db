//! Digests: equal bits and nothing else, in every cell of a workload.

use std::sync::Arc;
use std::time::Duration;

use atc_bench::market::Workload;
use atc_bench::matrix::{Budget, Error, Settings, measure};
use atc_bench::subject::{Label, Subject};
use atc_cli::engine::{
    BarByBar, CpuEvaluator, Digest, Evaluate, EvaluateError, Output, Tile, Wanted,
};
use atc_core::{Params, Plan, classify};
use atc_parallel::{Lanes, Sequential};

const WORKLOAD: Workload = Workload::new(7, 130);
const WANTED: [Wanted; 4] = [
    Wanted::Average,
    Wanted::Columns,
    Wanted::Detail,
    Wanted::Last,
];

/// An evaluator that flips one bit of the last bar of every series, where this is wanted of it.
#[derive(Debug)]
struct OneBitOff(Wanted);

impl Evaluate for OneBitOff {
    fn tile_len(&self) -> usize {
        4
    }

    fn version(&self) -> (&'static str, u32) {
        ("one bit off", 1)
    }

    fn evaluate(&self, tile: &Tile<'_>) -> Vec<Result<Output, EvaluateError>> {
        let mut outputs = CpuEvaluator::new().evaluate(tile);
        if tile.wanted != self.0 {
            return outputs;
        }
        for output in outputs.iter_mut().flatten() {
            let value = match output {
                Output::Average(column) => column.last_mut().unwrap(),
                Output::Columns(columns) => columns.average_signal.last_mut().unwrap(),
                Output::Detail(detail) => {
                    let lines = &mut detail.equities[atc_core::Family::Kama];
                    lines[8].last_mut().unwrap()
                }
                Output::Last(ending) => &mut ending.reading.as_mut().unwrap().average_signal,
            };
            *value = f64::from_bits(value.to_bits() ^ 1);
        }
        outputs
    }
}

fn settings(wanted: Wanted, params: Params) -> Settings {
    Settings {
        plan: Arc::new(Plan::new(params).unwrap()),
        wanted,
        seed: 5,
        budget: Budget {
            rounds: 2,
            time: Duration::ZERO,
        },
    }
}

fn broken(wanted: Wanted) -> Subject {
    let label = Label {
        evaluator: "one bit off",
        ..Subject::BASELINE
    };
    Subject::new(label, Sequential::new(), OneBitOff(wanted))
}

#[test]
fn every_subject_gives_the_bits_of_the_stream() {
    let stream = Subject::new(Subject::BASELINE, Sequential::new(), BarByBar);
    for wanted in WANTED {
        let cutout = Params {
            cutout: 20,
            ..Params::default()
        };
        for params in [Params::default(), cutout] {
            let settings = settings(wanted, params);
            let alone = measure(WORKLOAD, std::slice::from_ref(&stream), &settings).unwrap();
            let all = measure(WORKLOAD, &Subject::all(2).unwrap(), &settings).unwrap();
            assert_eq!(all.cells.len(), 5);
            for cell in &all.cells {
                assert_eq!(all.columns, alone.columns);
                assert_eq!(cell.digest, alone.cells[0].digest, "{}", cell.label);
                assert_eq!(cell.times.seconds.len(), 2, "{}", cell.label);
            }
        }
    }
}

#[test]
fn a_cache_in_any_state_gives_the_same_bits_and_what_it_was_warmed_with_hits() {
    let mut subjects = Subject::all(1).unwrap();
    subjects.extend(Subject::cached(2).unwrap());
    let settings = settings(Wanted::Last, Params::default());
    let measured = measure(WORKLOAD, &subjects, &settings).unwrap();
    let cached: Vec<_> = measured
        .cells
        .iter()
        .filter_map(|cell| Some((cell.label.cache, cell.hits?)))
        .collect();
    let states = [
        ("cold", 0.0),
        ("memory", 1.0),
        ("disk", 1.0),
        ("appended", 1.0),
    ];
    assert_eq!(cached, [states; 3].concat());
}

#[test]
fn the_digest_is_of_all_columns_whatever_is_timed() {
    let subjects = Subject::all(1).unwrap();
    let digest = |wanted| {
        let settings = settings(wanted, Params::default());
        measure(WORKLOAD, &subjects, &settings).unwrap().columns
    };
    let columns = classify_all(&Plan::new(Params::default()).unwrap());
    for wanted in WANTED {
        assert_eq!(digest(wanted), columns, "{wanted:?}");
    }
}

/// The digest of what `atc_core` says of the market.
fn classify_all(plan: &Plan) -> Digest {
    let market = WORKLOAD.market(5);
    let columns = market
        .iter()
        .map(|close| classify(plan, close, None).unwrap());
    let outputs: Vec<_> = columns
        .map(|columns| Output::Columns(Box::new(columns)))
        .collect();
    Digest::of(&outputs)
}

#[test]
fn one_bit_in_one_cell_fails_the_run() {
    let good = Subject::new(
        Subject::BASELINE,
        Lanes::new(2).unwrap(),
        CpuEvaluator::new(),
    );
    let check = |timed, broken_for| {
        let subjects = [good.clone(), broken(broken_for)];
        let error = measure(WORKLOAD, &subjects, &settings(timed, Params::default())).unwrap_err();
        let text = error.to_string();
        let Error::Differs { expected, got, .. } = error else {
            panic!("{text}");
        };
        assert_ne!(expected, got);
        let cell = "workload 7x130: sequential x one bit off, cache off";
        assert!(text.starts_with(cell), "{text}");
    };
    for wanted in WANTED {
        check(wanted, wanted);
        // All columns are compared whatever is timed.
        check(wanted, Wanted::Columns);
    }
}

#[test]
fn a_market_the_indicator_refuses_is_an_error() {
    let params = Params {
        cutout: 1_000,
        ..Params::default()
    };
    let subjects = Subject::all(1).unwrap();
    let error = measure(WORKLOAD, &subjects, &settings(Wanted::Last, params)).unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{error}");
}

#[test]
fn digests_tell_values_order_and_shape_apart() {
    let of = |columns: &[&[f64]]| {
        let outputs = columns
            .iter()
            .map(|column| Output::Average(column.to_vec()));
        Digest::of(&outputs.collect::<Vec<_>>())
    };
    let digest = of(&[&[1.0, 2.0], &[3.0]]);
    assert_eq!(digest, of(&[&[1.0, 2.0], &[3.0]]));
    for other in [
        of(&[&[1.0, 2.0, 3.0]]),
        of(&[&[1.0], &[2.0, 3.0]]),
        of(&[&[3.0], &[1.0, 2.0]]),
        of(&[&[1.0, 2.0], &[-3.0]]),
        of(&[]),
    ] {
        assert_ne!(digest, other);
    }
    assert_ne!(of(&[&[0.0]]), of(&[&[-0.0]]), "zeros differ in a bit");
    assert_eq!(of(&[&[f64::NAN]]), of(&[&[-f64::NAN]]), "NaN is NaN");
}

#[test]
fn equal_seeds_make_equal_markets() {
    assert_eq!(WORKLOAD.market(3), WORKLOAD.market(3));
    assert_ne!(WORKLOAD.market(3), WORKLOAD.market(4));
}

#[test]
fn long_histories_stay_at_prices_that_a_market_could_have() {
    for close in Workload::new(3, 1_000_000).market(1).iter().flatten() {
        assert!((10.0..1_000.0).contains(close), "{close}");
    }
}
