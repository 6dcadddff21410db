//! One long series on all lanes: the bits of one lane alone, whether slices meet or not.

use std::sync::Arc;

use atc_core::{Columns, Gaps, Isa, Params, Pieces, Plan, Profile, Series, Workspace};

use crate::lanes::bits;
use crate::market::{Kind, Rng, closes};

/// Markets long enough to be cut into slices by four lanes, twice over.
fn markets(rng: &mut Rng) -> Vec<Vec<f64>> {
    let n = 240_000 + rng.below(5_000);
    let seed = rng.bits();
    let mut quiet = 100.0;
    let trend = (0..n).map(|bar| 100.0 + bar as f64 * 0.01).collect();
    let mut flat_then_wild = vec![100.0; n / 2];
    flat_then_wild.extend(closes(Kind::ALL[0], seed, n - n / 2));
    let mut quiet_walk = || {
        quiet *= 1.0 + (rng.unit() - 0.5) * 1e-4;
        quiet
    };
    let quiet = (0..n).map(|_| quiet_walk()).collect();
    let mut all = vec![trend, flat_then_wild, quiet, vec![100.0; n]];
    all.extend(Kind::ALL[..3].iter().map(|kind| closes(*kind, seed, n)));
    all
}

fn plans() -> Vec<Arc<Plan>> {
    let base = Params {
        gaps: Gaps::Skip,
        ..Params::default()
    };
    let keeps = Params {
        decay: 0.0,
        lambda: 0.0,
        ..base
    };
    let pine = Params {
        profile: Profile::Pine,
        strategy: true,
        cutout: 100,
        ..base
    };
    let original = Params {
        profile: Profile::Original,
        ..base
    };
    let all = [base, keeps, pine, original];
    all.map(|params| Arc::new(Plan::new(params).expect("the parameters are valid")))
        .into()
}

fn isas() -> impl Iterator<Item = Isa> {
    let all = Isa::available().into_iter();
    all.filter(|isa| matches!(isa, Isa::Avx2 | Isa::Avx512 | Isa::Portable(4)))
}

#[test]
fn slices_of_a_long_series_have_the_bits_of_one_lane() {
    let mut rng = Rng::new(4242);
    for (at, close) in markets(&mut rng).into_iter().enumerate() {
        let plan = plans()[at % 4].clone();
        let mut close = close;
        if at % 2 == 1 {
            close[77_777] = f64::NAN;
            close[150_001] = f64::NAN;
        }
        let source: Vec<f64> = close.iter().map(|close| close * 1.001).collect();
        let source = (at % 3 == 0).then_some(source.as_slice());
        let series = [Series::new(&plan, &close, source).expect("the series is valid")];
        let columns = |isa| {
            let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).expect("it is there");
            let mut columns = [Columns::default()];
            workspace.columns(&series, &mut columns);
            let mut average = vec![f64::NAN; close.len()];
            workspace.averages(&series, &mut [&mut average]);
            (columns, average)
        };
        let (alone, average) = columns(Isa::Portable(1));
        for isa in isas() {
            let (sliced, sliced_average) = columns(isa);
            assert!(bits(&sliced_average) == bits(&average), "{at} {isa}");
            for ((name, got), (_, want)) in sliced[0].iter().zip(alone[0].iter()) {
                assert!(bits(got) == bits(want), "{at} {isa} {name}");
            }
        }
    }
}

#[test]
fn the_end_of_a_sliced_series_and_its_pause_are_those_of_one_lane() {
    let mut rng = Rng::new(4243);
    for (at, close) in markets(&mut rng).into_iter().enumerate() {
        let plan = plans()[(at + 1) % 4].clone();
        let series = Series::new(&plan, &close, None).expect("the series is valid");
        let series = [series.pausing_after(200_000)];
        let ends = |isa| {
            let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).expect("it is there");
            let mut ends = Vec::new();
            workspace.last(&series, |_, end| {
                let snapshot = end.snapshot();
                ends.push((end.n_bars(), end.reading(), end.last_flip(), snapshot));
            });
            ends
        };
        let alone = ends(Isa::Portable(1));
        assert_eq!(alone.len(), 2);
        for isa in isas() {
            assert!(ends(isa) == alone, "{at} {isa}");
        }
    }
}

#[test]
fn long_series_that_are_fewer_than_lanes_have_the_bits_of_one_lane() {
    let mut rng = Rng::new(4244);
    let plan = plans()[0].clone();
    let markets = markets(&mut rng);
    let checked = markets[2..5]
        .iter()
        .map(|close| Series::new(&plan, close, None));
    let series: Vec<Series<'_>> = checked.collect::<Result<_, _>>().expect("they are valid");
    let averages = |isa| {
        let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).expect("it is there");
        let mut averages: Vec<_> = series.iter().map(|s| vec![f64::NAN; s.n_bars()]).collect();
        let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
        workspace.averages(&series, &mut out);
        averages
            .iter()
            .map(|average| bits(average))
            .collect::<Vec<_>>()
    };
    let alone = averages(Isa::Portable(1));
    for isa in isas() {
        assert!(averages(isa) == alone, "{isa}");
    }
}

#[test]
fn pieces_of_a_long_series_join_into_the_bits_of_one_lane() {
    let mut rng = Rng::new(4245);
    for (at, close) in markets(&mut rng).into_iter().enumerate() {
        let plan = plans()[at % 4].clone();
        let source: Vec<f64> = close.iter().map(|close| close * 1.001).collect();
        let source = (at % 3 == 0).then_some(source.as_slice());
        let series = Series::new(&plan, &close, source).expect("the series is valid");
        let mut alone =
            Workspace::with_isa(Arc::clone(&plan), Isa::Portable(1)).expect("it is there");
        let mut average = vec![f64::NAN; close.len()];
        alone.averages(std::slice::from_ref(&series), &mut [&mut average]);
        let mut end = None;
        alone.last(std::slice::from_ref(&series), |_, last| {
            end = Some(last.classifier());
        });
        let end = end.expect("the series has an end");
        for (isa, n) in isas().flat_map(|isa| [(isa, 2), (isa, 3)]) {
            let Some(pieces) = Pieces::new(&plan, &series, isa, n) else {
                assert!(8 < n * isa.lanes(), "{isa} {n}: two registers of four pay");
                continue;
            };
            let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).expect("it is there");
            let mut out = vec![0.0; close.len()];
            let ends = (0..n).map(|piece| {
                let out = &mut out[pieces.bars(piece)];
                pieces.averages(piece, &series, &mut workspace, out)
            });
            let ends = ends.collect();
            let joined = pieces.join(&series, ends, &mut out);
            assert!(bits(&out) == bits(&average), "{at} {isa} {n}");
            assert_eq!(joined.reading(), end.reading(), "{at} {isa} {n}");
            assert_eq!(joined.last_flip(), end.last_flip(), "{at} {isa} {n}");
            assert_eq!(joined.snapshot(), end.snapshot(), "{at} {isa} {n}");
        }
    }
}
