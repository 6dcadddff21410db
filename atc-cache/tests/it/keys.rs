//! Keys: pinned on every platform, different whenever anything differs.

use std::collections::HashSet;

use atc_cache::{Chain, Fingerprint, Key, KeyBuilder, ParseDigestError};

/// A walk without a generator: the same bits everywhere, because it only adds and halves.
fn closes(n_values: u32) -> Vec<f64> {
    (0..n_values)
        .map(|bar| 100.0 + f64::from(bar % 37) * 0.5)
        .collect()
}

fn base() -> KeyBuilder {
    KeyBuilder::new("reading", 1).evaluator("cpu", 1)
}

/// What the ten keys below are made of, in their order.
fn pinned() -> Vec<Key> {
    let content = |values: &[f64]| base().content("close", Fingerprint::of(values)).finish();
    vec![
        KeyBuilder::new("", 0).finish(),
        KeyBuilder::new("reading", 1).finish(),
        base().finish(),
        base().text("profile", "lts").finish(),
        base().uint("length", 28).finish(),
        base().flag("strategy", true).finish(),
        base().float("lambda", 0.02).finish(),
        base().bytes("raw", &[0, 1, 255]).finish(),
        content(&[]),
        content(&closes(5000)),
    ]
}

const PINNED: [&str; 10] = [
    "5d304a28c8b75a162aa478b1636cdf34c46e9f009ba87241dee9cef1780d4fcc",
    "4d89d9bc85a055147801e8bb71812e1586d2a428a5c1e9c40ca4d940f9116412",
    "c674ba38be78d04f50007e8bfeac95b9749d0e3b9d791f8edd44739a9c11fc0c",
    "7e4ae6cfc12d304b711808a94f1803b5ef5270d74afb26986e1a5b654d5c082f",
    "060e004e07be7c1d1396898ba217af729db4f43813450bb2866596b04acc538e",
    "9cafc14755a24e6d3998aea8806bc8d6c12f23c80ef1c2a16ddc7d070c6a00fd",
    "10c42996b7797079cf9966dda4fe26d533b814dd839b8fe200ddc1643c40b7df",
    "5a4b6fdcf3cf3fcf6fd116970d66bff35a7bed81176b44deb48c30b23e4eb8a3",
    "0928b25c0fbcdcd2ce5d4d9228534abb53df207043d187094da57f42ad6e9709",
    "049be0a05908949dde9d73ce04843fd2d99062fa3b22b89e3a0e019ae202bfd2",
];

#[test]
fn keys_are_the_same_for_ever() {
    let got: Vec<String> = pinned().iter().map(Key::to_string).collect();
    assert_eq!(got, PINNED);
}

#[test]
fn every_difference_makes_another_key() {
    let fields = |builder: KeyBuilder| builder.text("ab", "c").float("d", 0.0);
    let keys = vec![
        fields(base()),
        fields(KeyBuilder::new("reading", 2).evaluator("cpu", 1)),
        fields(KeyBuilder::new("table", 1).evaluator("cpu", 1)),
        fields(KeyBuilder::new("reading", 1).evaluator("gpu", 1)),
        fields(KeyBuilder::new("reading", 1).evaluator("cpu", 2)),
        base().text("a", "bc").float("d", 0.0),
        base().text("ab", "c").float("d", -0.0),
        base().float("d", 0.0).text("ab", "c"),
        base().text("ab", "c").uint("d", 0),
        base().text("ab", "c").signed("d", 0),
        base().text("ab", "c").signed("d", -1),
        base().text("ab", "c").uint("d", u64::MAX),
        base().text("ab", "c").bytes("d", &0.0_f64.to_le_bytes()),
        base().text("ab", "c"),
        base(),
    ];
    let distinct: HashSet<Key> = keys.iter().map(KeyBuilder::finish).collect();
    assert_eq!(distinct.len(), keys.len());
}

#[test]
fn a_shared_beginning_gives_the_keys_of_whole_builders() {
    let shared = base().uint("length", 28);
    for value in [0.5, 1.5] {
        assert_eq!(
            shared.clone().float("weight", value).finish(),
            base().uint("length", 28).float("weight", value).finish()
        );
    }
}

#[test]
fn keys_survive_their_text() {
    let key = base().finish();
    assert_eq!(key.to_string().parse(), Ok(key));
    assert_eq!(key.to_string().to_uppercase().parse(), Ok(key));
    assert_eq!(
        format!("{key:?}"),
        format!("Key({}…)", &key.to_string()[..8])
    );
    assert_eq!(
        "12".parse::<Key>(),
        Err(ParseDigestError::Length { got: 2 })
    );
    let wrong = format!("{}g", &key.to_string()[..63]);
    let refused = ParseDigestError::Digit {
        index: 63,
        digit: 'g',
    };
    assert_eq!(wrong.parse::<Key>(), Err(refused));
}

#[test]
fn fingerprints_survive_their_text() {
    let fingerprint = Fingerprint::of(&closes(3));
    assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
    let refused = ParseDigestError::Length { got: 0 };
    assert_eq!("".parse::<Fingerprint>(), Err(refused));
}

#[cfg(feature = "serde")]
#[test]
fn keys_and_fingerprints_are_serialised_as_their_text() {
    use std::fmt;

    use serde::{
        Deserialize, Serialize,
        de::{IntoDeserializer as _, value::Error},
    };

    /// As `T` is serialised.
    struct Serialised<T>(T);

    impl<T: Serialize> fmt::Display for Serialised<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.serialize(f)
        }
    }

    let (key, fingerprint) = (base().finish(), Fingerprint::of(&closes(3)));
    let text = key.to_string();
    assert_eq!(Serialised(key).to_string(), text);
    let read = Key::deserialize(text.as_str().into_deserializer());
    assert_eq!(read, Ok::<_, Error>(key));
    let text = fingerprint.to_string();
    assert_eq!(Serialised(fingerprint).to_string(), text);
    let read = Fingerprint::deserialize(text.as_str().into_deserializer());
    assert_eq!(read, Ok::<_, Error>(fingerprint));
    let refused: Result<Key, Error> = Key::deserialize("12".into_deserializer());
    assert!(refused.unwrap_err().to_string().contains("64 hexadecimal"));
}

#[test]
fn a_fingerprint_is_the_end_of_the_chain() {
    for n_values in [0, 1, 1023, 1024, 1025, 2048, 5000] {
        let values = closes(n_values);
        assert_eq!(Fingerprint::of(&values), Chain::of(&values).fingerprint());
    }
}
