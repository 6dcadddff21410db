//! Chains: what appending shares, where a change breaks, how fast they are.

use atc_cache::{BLOCK_VALUES, Chain, ChainBuilder, Fingerprint};

/// Different values everywhere.
fn series(n_values: usize) -> Vec<f64> {
    (0..n_values).map(|bar| 1.0 + bar as f64 / 8.0).collect()
}

#[test]
fn appending_shares_all_whole_blocks() {
    let values = series(5 * BLOCK_VALUES);
    for (old, new) in [
        (0, 1),
        (1, 2),
        (1023, 1024),
        (1024, 1025),
        (2500, 2501),
        (2048, 5120),
    ] {
        let (old, new) = (Chain::of(&values[..old]), Chain::of(&values[..new]));
        let whole = old.whole_blocks();
        assert_eq!(new.common_values(&old), whole * BLOCK_VALUES);
        assert_eq!(old.common_values(&new), whole * BLOCK_VALUES);
        assert_eq!(new.prefix(whole), old.prefix(whole));
        assert_ne!(new.fingerprint(), old.fingerprint());
    }
}

#[test]
fn a_prefix_is_the_series_that_ended_there() {
    let values = series(3 * BLOCK_VALUES + 7);
    let chain = Chain::of(&values);
    for blocks in 0..=3 {
        let cut = Fingerprint::of(&values[..blocks * BLOCK_VALUES]);
        assert_eq!(chain.prefix(blocks), cut);
    }
    assert_eq!(chain.common_values(&chain), values.len());
}

#[test]
fn a_changed_old_value_breaks_the_chain_in_its_block() {
    let values = series(4 * BLOCK_VALUES + 100);
    let chain = Chain::of(&values);
    for changed in [0, 1023, 1024, 3000, 4 * BLOCK_VALUES, values.len() - 1] {
        let mut restated = values.clone();
        restated[changed] = f64::from_bits(restated[changed].to_bits() ^ 1);
        let restated = Chain::of(&restated);
        let kept = changed / BLOCK_VALUES * BLOCK_VALUES;
        assert_eq!(restated.common_values(&chain), kept);
        assert_ne!(restated.fingerprint(), chain.fingerprint());
    }
}

#[test]
fn where_pieces_end_makes_no_difference() {
    let values = series(3 * BLOCK_VALUES + 500);
    let whole = Chain::of(&values);
    for piece in [1, 7, 1000, 1024, 1025, 4000] {
        let mut builder = ChainBuilder::default();
        for values in values.chunks(piece) {
            builder.update(values);
        }
        assert_eq!(builder.fingerprint(), whole.fingerprint());
        assert_eq!(builder.finish(), whole, "pieces of {piece}");
    }
}

#[test]
fn a_chain_resumes_after_its_last_whole_block() {
    let values = series(4 * BLOCK_VALUES + 9);
    let whole = Chain::of(&values);
    for cut in [0, 10, 1024, 2500, 4096, values.len()] {
        let old = Chain::of(&values[..cut]);
        let mut builder = ChainBuilder::resume(&old);
        builder.update(&values[old.whole_blocks() * BLOCK_VALUES..]);
        assert_eq!(builder.finish(), whole, "cut at {cut}");
    }
}

#[test]
fn chains_survive_their_bytes() {
    for n_values in [0, 1, 1024, 1025, 4000] {
        let chain = Chain::of(&series(n_values));
        let bytes = chain.to_bytes();
        assert_eq!(Chain::from_bytes(&bytes), Some(chain));
        assert_eq!(Chain::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Chain::from_bytes(&[&bytes[..], &[0; 32]].concat()), None);
    }
}

/// A floor well below what is measured, so that it only fails when blake3 has lost its vector code
/// or values are copied one by one.
#[cfg(target_arch = "x86_64")]
#[test]
fn a_gigabyte_of_values_is_hashed_in_a_second() {
    let values = series(1 << 15);
    let best = (0..200)
        .map(|_| {
            let start = std::time::Instant::now();
            std::hint::black_box(Fingerprint::of(&values));
            start.elapsed()
        })
        .min()
        .unwrap();
    let rate = (values.len() * 8) as f64 / best.as_secs_f64();
    assert!(1e9 < rate, "{rate:.2e} bytes per second");
}
