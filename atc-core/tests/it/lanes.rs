//! Many series at once: every instruction set and every neighbour, the same bits.

use std::sync::Arc;

use atc_core::{
    Classifier, Columns, Family, Gaps, Isa, Params, Plan, Profile, Robustness, Series, Workspace,
    classify, classify_last,
};

use crate::market::{Kind, Rng, closes};

/// A random valid plan.
pub(crate) fn plan(rng: &mut Rng) -> Arc<Plan> {
    let mut params = Params {
        profile: Profile::ALL[rng.below(3)],
        robustness: Robustness::ALL[rng.below(3)],
        lambda: rng.unit() * 0.2 - 0.05,
        decay: rng.unit(),
        cutout: [0, 0, 1, 30][rng.below(4)],
        strategy: rng.below(4) == 0,
        gaps: Gaps::Skip,
        ..Params::default()
    };
    for family in Family::ALL {
        params.lengths[family] = [8, 9, 14, 28, 28, 28, 50, 83, 120][rng.below(9)];
        params.weights[family] = 0.1 + rng.unit();
    }
    Arc::new(Plan::new(params).expect("the parameters are valid"))
}

/// Series of many lengths and kinds, some with gaps.
pub(crate) fn market(rng: &mut Rng, n_series: usize) -> Vec<Vec<f64>> {
    let mut series = |_| {
        let n = [31, 32, 64, 65, 66, 67, 200, 401][rng.below(8)];
        let mut close = closes(Kind::ALL[rng.below(6)], rng.bits(), n);
        if rng.below(3) == 0 {
            let at = rng.below(n - 30);
            close[at] = f64::NAN;
        }
        close
    };
    (0..n_series).map(&mut series).collect()
}

pub(crate) fn bits(column: &[f64]) -> Vec<u64> {
    column.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn every_instruction_set_and_lane_count_gives_the_bits_of_one_series_alone() {
    let mut rng = Rng::new(2024);
    for round in 0..12 {
        let plan = plan(&mut rng);
        let n_series = 1 + rng.below(19);
        let market = market(&mut rng, n_series);
        let checked = market.iter().map(|close| Series::new(&plan, close, None));
        let series: Vec<Series<'_>> = checked.flatten().collect();
        let alone: Vec<Columns> = series
            .iter()
            .map(|s| classify(&plan, s.close(), None).unwrap())
            .collect();
        for isa in Isa::available() {
            let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).unwrap();
            let mut columns = vec![Columns::default(); series.len()];
            workspace.columns(&series, &mut columns);
            let mut averages: Vec<Vec<f64>> =
                series.iter().map(|s| vec![f64::NAN; s.n_bars()]).collect();
            let mut out: Vec<&mut [f64]> = averages.iter_mut().map(Vec::as_mut_slice).collect();
            workspace.averages(&series, &mut out);
            for (index, alone) in alone.iter().enumerate() {
                let place = format!("round {round}, {isa}, series {index}");
                for ((name, a), (_, b)) in alone.iter().zip(columns[index].iter()) {
                    assert_eq!(bits(a), bits(b), "{place}, {name}");
                }
                assert_eq!(
                    bits(&alone.average_signal),
                    bits(&averages[index]),
                    "{place}"
                );
            }
        }
    }
}

#[test]
fn the_last_bar_of_a_lane_is_a_classifier_that_goes_on() {
    let mut rng = Rng::new(99);
    for _ in 0..8 {
        let plan = plan(&mut rng);
        let market = market(&mut rng, 9);
        let checked = market.iter().map(|close| Series::new(&plan, close, None));
        let series: Vec<Series<'_>> = checked.flatten().collect();
        let mut seen = vec![0; series.len()];
        for isa in Isa::available() {
            let mut workspace = Workspace::with_isa(Arc::clone(&plan), isa).unwrap();
            workspace.last(&series, |index, last| {
                seen[index] += 1;
                let alone = classify_last(&plan, series[index].close(), None).unwrap();
                assert_eq!(last.reading(), alone.reading());
                assert_eq!(last.last_flip(), alone.last_flip());
                assert_eq!(last.n_bars(), alone.n_bars());
                assert_eq!(last.snapshot(), alone.snapshot(), "{isa}, series {index}");
            });
        }
        assert_eq!(seen, vec![Isa::available().len(); series.len()]);
    }
}

#[test]
fn a_series_that_pauses_is_handed_over_there_and_at_its_end() {
    let mut rng = Rng::new(7);
    for _ in 0..8 {
        let plan = plan(&mut rng);
        let market = market(&mut rng, 9);
        let checked = market.iter().map(|close| Series::new(&plan, close, None));
        let at: Vec<usize> = market.iter().map(|close| close.len() * 2 / 3).collect();
        let series: Vec<Series<'_>> = checked
            .zip(&at)
            .filter_map(|(series, at)| Some(series.ok()?.pausing_after(*at)))
            .collect();
        let alone = |index: usize, n_bars: usize| {
            let mut classifier = Classifier::new(Arc::clone(&plan));
            for bar in series[index].bars().take(n_bars) {
                classifier.update(bar);
            }
            classifier.snapshot()
        };
        let mut seen = vec![0; series.len()];
        Workspace::new(Arc::clone(&plan)).last(&series, |index, last| {
            seen[index] = last.n_bars();
            assert_eq!(last.snapshot(), alone(index, last.n_bars()), "{index}");
        });
        for (index, series) in series.iter().enumerate() {
            assert_eq!(seen[index], series.n_present(), "{index}");
        }
        let pausing = series.iter().cloned();
        let unpaused: Vec<Series<'_>> = pausing.map(|one| one.pausing_after(0)).collect();
        let mut ends = 0;
        Workspace::new(Arc::clone(&plan)).last(&unpaused, |_, _| ends += 1);
        assert_eq!(ends, unpaused.len(), "no pause after no bar");
    }
}

#[test]
fn a_workspace_gives_the_same_again_after_other_series() {
    let plan = Arc::new(Plan::new(Params::default()).unwrap());
    let market: Vec<Vec<f64>> = (0..7).map(|s| closes(Kind::Walk, s, 300)).collect();
    let series: Vec<Series<'_>> = market
        .iter()
        .map(|close| Series::new(&plan, close, None).unwrap())
        .collect();
    let mut workspace = Workspace::new(Arc::clone(&plan));
    let mut first = vec![Columns::default(); 7];
    workspace.columns(&series, &mut first);
    let reversed: Vec<Series<'_>> = series.iter().rev().cloned().collect();
    let mut second = vec![Columns::default(); 7];
    workspace.columns(&reversed, &mut second);
    second.reverse();
    assert_eq!(first, second);
}

#[test]
fn names_of_instruction_sets_read_back() {
    for isa in Isa::available() {
        assert_eq!(isa.to_string().parse::<Isa>(), Ok(isa));
    }
    assert!("sse9".parse::<Isa>().is_err());
}
