//! What rounds say.

use atc_bench::stats::Times;

#[test]
fn one_slow_round_moves_neither_best_nor_median() {
    let quiet = Times::of(vec![2.0, 1.0, 3.0, 2.0, 2.0]);
    let noisy = Times::of(vec![2.0, 1.0, 90.0, 2.0, 2.0]);
    assert_eq!((quiet.best, quiet.median), (1.0, 2.0));
    assert_eq!((noisy.best, noisy.median), (1.0, 2.0));
}

#[test]
fn spread_is_the_distance_of_the_quartiles_over_the_median() {
    let even = Times::of(vec![4.0, 1.0, 3.0, 2.0]);
    assert_eq!(even.median, 2.5);
    // Quartiles at 1.75 and 3.25, between neighbours in proportion.
    assert_eq!(even.spread, 1.5 / 2.5);
    assert_eq!(Times::of(vec![7.0]).spread, 0.0);
}

#[test]
fn a_speed_up_compares_within_rounds() {
    // The machine was twice as busy in the second round, for both.
    let baseline = Times::of(vec![4.0, 8.0, 4.0]);
    let subject = Times::of(vec![2.0, 4.0, 1.0]);
    let ratio = subject.speed_up(&baseline);
    assert_eq!((ratio.best, ratio.median), (4.0, 2.0));
    assert_eq!(baseline.speed_up(&baseline).median, 1.0);
}

#[test]
fn seconds_stay_in_the_order_of_the_rounds() {
    assert_eq!(Times::of(vec![3.0, 1.0, 2.0]).seconds, [3.0, 1.0, 2.0]);
}
