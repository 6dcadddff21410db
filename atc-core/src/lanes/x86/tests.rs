//! Every operation of lanes against the same operation on plain numbers. Miri runs the portable ones and AVX2
//! (`cargo xtask ci miri`).

use super::{Avx2, Avx512};
use crate::lanes::{Lanes, Wide};

/// Plain numbers and all that is special about some.
const VALUES: [f64; 11] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    0.1,
    1e300,
    -1e-300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    2.5,
];

#[test]
fn portable_lanes_compute_what_plain_numbers_do() {
    check::<Wide<1>>();
    check::<Wide<4>>();
}

#[test]
fn avx2_lanes_compute_what_plain_numbers_do() {
    #[target_feature(enable = "avx2")]
    fn all() {
        check::<Avx2>();
    }
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the feature was detected.
        unsafe { all() }
    }
}

#[test]
fn avx512_lanes_compute_what_plain_numbers_do() {
    #[target_feature(enable = "avx512f")]
    fn all() {
        check::<Avx512>();
    }
    if std::arch::is_x86_feature_detected!("avx512f") {
        // SAFETY: the feature was detected.
        unsafe { all() }
    }
}

fn check<V: Lanes>() {
    for n in [0, 1, V::N - 1, V::N, V::N + 1, 3 * V::N - 1] {
        turned_and_back::<V>(n);
    }
    for a in 0..VALUES.len() {
        for b in 0..VALUES.len() {
            operations(&lanes::<V>(a, 1), &lanes::<V>(b, 3));
        }
    }
}

/// The values from `start` on, each `step` further.
fn lanes<V: Lanes>(start: usize, step: usize) -> V {
    let mut lanes = V::splat(0.0);
    for lane in 0..V::N {
        lanes.set_lane(lane, VALUES[(start + step * lane) % VALUES.len()]);
    }
    lanes
}

/// Series of `n` bars become lanes, and series again.
fn turned_and_back<V: Lanes>(n: usize) {
    let value = |lane: usize, bar: usize| (1000 * lane + bar) as f64;
    let series = |lane: usize| (0..n).map(|bar| value(lane, bar)).collect();
    let series: Vec<Vec<f64>> = (0..V::N).map(series).collect();
    let mut bars = vec![V::splat(0.0); n];
    let slices: Vec<&[f64]> = series.iter().map(Vec::as_slice).collect();
    V::gather(&slices, &mut bars);
    for (bar, lanes) in bars.iter().enumerate() {
        for lane in 0..V::N {
            assert_eq!(lanes.lane(lane).to_bits(), value(lane, bar).to_bits());
        }
    }
    let mut back = vec![vec![0.0; n]; V::N];
    let mut rows: Vec<&mut [f64]> = back.iter_mut().map(Vec::as_mut_slice).collect();
    V::scatter(&bars, &mut rows);
    assert_eq!(back, series);
}

fn operations<V: Lanes>(a: &V, b: &V) {
    let (a, b) = (*a, *b);
    let greater = |x: f64, y: f64| if x > y { x } else { y };
    let kept = |x: f64, y: f64| if x > y { x } else { 0.0 };
    let chosen = |x: f64, y: f64| if x <= y { x } else { y };
    same("+", (a, b), a + b, |x, y| x + y);
    same("-", (a, b), a - b, |x, y| x - y);
    same("*", (a, b), a * b, |x, y| x * y);
    same("/", (a, b), a / b, |x, y| x / y);
    same("abs", (a, b), a.abs(), |x, _| x.abs());
    same("floor", (a, b), a.floor(), |x, _| x.floor());
    same("at_least", (a, b), a.at_least(b), |x, y| greater(y, x));
    same("keep", (a, b), a.keep(a.gt(b)), kept);
    same("select", (a, b), V::select(a.le(b), a, b), chosen);
    // No sum is -0 where this is used.
    let sum = a + V::splat(0.0);
    same("plus", (sum, b), sum.plus(sum.gt(b), b), |x, y| {
        x + if x > y { y } else { 0.0 }
    });
    let every = (0..V::N).all(|lane| a.lane(lane) > b.lane(lane));
    assert_eq!(V::all(a.gt(b)), every, "all of {a:?} > {b:?}");
}

/// One NaN is as good as another.
fn same<V: Lanes>(what: &str, (a, b): (V, V), got: V, want: impl Fn(f64, f64) -> f64) {
    for lane in 0..V::N {
        let (x, y, got) = (a.lane(lane), b.lane(lane), got.lane(lane));
        let want = want(x, y);
        let is_same = got.to_bits() == want.to_bits() || got.is_nan() && want.is_nan();
        assert!(is_same, "{what} of {x} and {y}: {got}, not {want}");
    }
}
