//! The last move: when a vote last turned, and which lines made it turn.

use super::*;

/// The last bar up to `bar` at which a vote differs from the bar before, from the columns alone.
fn last_turn(plan: &Plan, detail: &Detail, limits: [f64; 2], bar: usize) -> Option<usize> {
    let vote = |family, bar: usize| {
        let signal = detail.columns.signals[family][bar];
        i8::from(signal > limits[1]) - i8::from(signal < limits[0])
    };
    let cutout = plan.params().cutout;
    let before = |family, bar| {
        if bar == cutout {
            0
        } else {
            vote(family, bar - 1)
        }
    };
    let turned = |bar: &usize| {
        Family::ALL
            .into_iter()
            .any(|family| vote(family, *bar) != before(family, *bar))
    };
    (cutout..=bar).rev().find(turned)
}

#[test]
fn the_last_move_is_the_last_bar_at_which_a_vote_turned() {
    let bars = candles("MSFT");
    for plan in plans() {
        let detail = detail(&plan, &bars);
        for bar in (plan.params().cutout..bars.len()).step_by(61) {
            let report = at(&plan, &bars, bar);
            let found = report.last_move.as_ref().map(|last| last.bar);
            assert_eq!(
                found,
                last_turn(&plan, &detail, report.vote_limits, bar),
                "asked {bar}"
            );
            let Some(last) = report.last_move else {
                continue;
            };
            let moved = at(&plan, &bars, last.bar);
            assert_eq!(last.after.to_bits(), moved.vote.to_bits());
            if let Some(before) = last.before {
                let calm = at(&plan, &bars, last.bar - 1);
                assert_eq!(before.to_bits(), calm.vote.to_bits());
            }
            for turn in &last.turns {
                assert_eq!(moved.families[turn.family as usize].vote, turn.after);
                assert_ne!(turn.before, turn.after);
            }
        }
    }
}

#[test]
fn a_move_names_exactly_the_lines_of_turning_families_that_crossed_last() {
    let bars = candles("FB");
    for plan in plans() {
        let detail = detail(&plan, &bars);
        let changed = |family: Family, k: usize, bar: usize| {
            let before = bar
                .checked_sub(1)
                .map_or(0, |before| detail.signals[family][k][before]);
            detail.signals[family][k][bar] != before
        };
        let mut n_moves = 0;
        for bar in (plan.params().cutout..bars.len()).step_by(43) {
            let Some(last) = at(&plan, &bars, bar).last_move else {
                continue;
            };
            n_moves += 1;
            let families: Vec<Family> = last.turns.iter().map(|turn| turn.family).collect();
            let any = |bar: &usize| {
                let crossed = |family: &Family| (0..9).any(|k| changed(*family, k, *bar));
                families.iter().any(crossed)
            };
            let crossed_bar = (0..=last.bar).rev().find(any);
            assert_eq!(last.crossed_bar, crossed_bar);
            let mut expected = Vec::new();
            for family in families {
                for k in 0..9 {
                    if changed(family, k, crossed_bar.unwrap()) {
                        let signal = detail.signals[family][k][crossed_bar.unwrap()];
                        expected.push((family, detail.lengths[family][k], signal));
                    }
                }
            }
            let found: Vec<_> = last
                .crossings
                .iter()
                .map(|one| (one.family, one.length, one.signal))
                .collect();
            assert_eq!(found, expected, "the move at bar {}", last.bar);
        }
        assert!(n_moves > 0);
    }
}
