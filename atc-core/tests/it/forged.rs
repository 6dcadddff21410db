//! Snapshots with a right checksum and contents that no series can have left.

use std::sync::Arc;

use atc_core::{ARITHMETIC, Bar, Classifier, Error, Params, Plan, Universe};

/// Where things lie in the bytes of a classifier.
const ARITHMETIC_AT: usize = 8;
const BARS_AT: usize = 20;
const FLAGS_AT: usize = 28;
const FLIP_AT: usize = 32;

/// In those of a universe: the next id, and the first member's.
const NEXT_AT: usize = 20;
const FIRST_ID_AT: usize = 36;

const CONTRADICTION: &str = "its contents contradict each other";

fn plan() -> Arc<Plan> {
    Arc::new(Plan::new(Params::default()).expect("the defaults are valid"))
}

/// A classifier that flipped at bar 1 and went on.
fn flipped(n_bars: usize) -> Classifier {
    let mut classifier = Classifier::new(plan());
    for bar in 0..n_bars {
        let close = if bar == 0 { 100.0 } else { 101.0 };
        classifier.update(Bar::new(close).expect("it is above 0"));
    }
    classifier
}

/// The bytes with others put in somewhere, and a checksum that holds.
fn forged(bytes: &[u8], at: usize, by: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + by.len()].copy_from_slice(by);
    let end = bytes.len() - 4;
    let checksum = crc32fast::hash(&bytes[..end]);
    bytes[end..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Why bytes are refused.
fn reason<T: std::fmt::Debug>(restored: Result<T, Error>) -> &'static str {
    match restored.expect_err("it is refused") {
        Error::Snapshot { reason } => reason,
        other => panic!("refused otherwise: {other}"),
    }
}

#[test]
fn counts_and_flags_that_contradict_each_other_are_refused() {
    let bytes = flipped(60).snapshot().into_bytes();
    let of = |at, by: &[u8]| Classifier::restore(plan(), &forged(&bytes, at, by));
    assert_eq!(of(FLIP_AT, &1_u64.to_le_bytes()).unwrap().n_bars(), 60);
    for bars in [0, 1, 2, 1 << 53, u64::MAX] {
        // Bar 1 is where the flip was: it exists not, or is the last one, which no flag says.
        assert_eq!(reason(of(BARS_AT, &bars.to_le_bytes())), CONTRADICTION);
    }
    for flip in [59, 60, u64::MAX] {
        assert_eq!(reason(of(FLIP_AT, &flip.to_le_bytes())), CONTRADICTION);
    }
    let flags = u32::from_le_bytes(bytes[FLAGS_AT..][..4].try_into().unwrap());
    for flag in [4, 8, 16, 1 << 31] {
        let flags = flags | flag;
        assert_eq!(reason(of(FLAGS_AT, &flags.to_le_bytes())), CONTRADICTION);
    }
}

#[test]
fn the_highest_number_of_bars_restores_and_goes_on() {
    let bytes = flipped(60).snapshot().into_bytes();
    let bars = (1_u64 << 53) - 1;
    let bytes = forged(&bytes, BARS_AT, &bars.to_le_bytes());
    let mut classifier = Classifier::restore(plan(), &bytes).unwrap();
    for _ in 0..100 {
        classifier.update(Bar::new(101.0).unwrap());
    }
    assert_eq!(classifier.n_bars() as u64, bars + 100);
}

#[test]
fn snapshots_of_another_arithmetic_are_refused() {
    let bytes = flipped(60).snapshot().into_bytes();
    assert_eq!(bytes[ARITHMETIC_AT..][..4], ARITHMETIC.to_le_bytes());
    let bytes = forged(&bytes, ARITHMETIC_AT, &(ARITHMETIC + 1).to_le_bytes());
    let restored = Classifier::restore(plan(), &bytes);
    assert_eq!(
        reason(restored),
        "it is of another version of the arithmetic"
    );
}

#[test]
fn a_universe_that_would_hand_out_an_id_twice_is_refused() {
    let mut universe = Universe::new(plan());
    for _ in 0..3 {
        universe.insert(flipped(60)).unwrap();
    }
    let bytes = universe.snapshot();
    let of =
        |at, number: u64| Universe::restore(plan(), &forged(&bytes, at, &number.to_le_bytes()));
    assert!(of(NEXT_AT, 3).is_ok() && of(NEXT_AT, 9).is_ok());
    for next in [0, 2, u64::MAX] {
        assert_eq!(reason(of(NEXT_AT, next)), CONTRADICTION);
    }
    for id in [1, 2, 3, u64::MAX] {
        assert_eq!(reason(of(FIRST_ID_AT, id)), CONTRADICTION);
    }
}
