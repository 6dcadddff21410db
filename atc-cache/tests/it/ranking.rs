//! Ranking: each of its four reasons decides when the others are equal.

use std::time::{Duration, SystemTime};

use atc_cache::{Access, Ranking};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(400_000)
}

/// A request `minutes` ago.
fn access(subject: &str, minutes: u64) -> Access {
    Access {
        subject: subject.to_owned(),
        at: now() - Duration::from_mins(minutes),
        hit: false,
        cost: Duration::from_millis(2),
        bytes: 8192,
        period: None,
    }
}

fn ranked(journal: &[Access]) -> Vec<String> {
    let ranked = Ranking::default().rank(journal, now());
    ranked
        .into_iter()
        .map(|candidate| candidate.subject)
        .collect()
}

#[test]
fn more_and_newer_requests_count_more() {
    let journal = [
        access("old", 6 * 24 * 60),
        access("new", 10),
        access("twice", 20),
        access("twice", 30),
    ];
    assert_eq!(ranked(&journal), ["twice", "new", "old"]);
    let of = |subject: &str| {
        let ranked = Ranking::default().rank(&journal, now());
        ranked
            .into_iter()
            .find(|candidate| candidate.subject == subject)
            .unwrap()
    };
    // Six days are two half-lives.
    assert!((of("old").frequency - 0.25).abs() < 1e-12);
    // 2 ms per 1/128 MiB, and half a patience away.
    let expected = 0.25 * 0.5_f64.sqrt() * 0.002 * 128.0;
    assert!((of("old").score - expected).abs() < 1e-12);
}

#[test]
fn costly_and_small_entries_are_worth_more() {
    let costly = Access {
        cost: Duration::from_millis(5),
        ..access("costly", 10)
    };
    let large = Access {
        bytes: 1 << 20,
        ..access("large", 10)
    };
    assert_eq!(
        ranked(&[large, access("usual", 10), costly]),
        ["costly", "usual", "large"]
    );
}

#[test]
fn a_source_is_asked_again_after_its_bar_has_closed() {
    let every = |subject: &str, minutes: u64| Access {
        period: Some(Duration::from_mins(minutes)),
        ..access(subject, 5)
    };
    let journal = [
        every("a day", 24 * 60),
        every("a quarter", 15),
        every("an hour", 60),
    ];
    assert_eq!(ranked(&journal), ["a quarter", "an hour", "a day"]);
    let ranked = Ranking::default().rank(&journal, now());
    // Asked five minutes before the full hour: that is when all three close.
    assert_eq!(ranked[0].next_use, Some(now()));
    let later = now() + Duration::from_mins(1);
    let asked = [Access {
        at: later,
        ..every("a quarter", 15)
    }];
    let next = Ranking::default().rank(&asked, later)[0].next_use;
    assert_eq!(next, Some(now() + Duration::from_mins(15)));
}

#[test]
fn a_rhythm_is_learnt_from_the_requests() {
    let daily = [4, 3, 2, 1].map(|day| access("daily", day * 24 * 60 - 30));
    let ranked = Ranking::default().rank(&daily, now());
    assert_eq!(ranked[0].next_use, Some(now() + Duration::from_mins(30)));
    let too_few = Ranking::default().rank(&daily[1..], now());
    assert_eq!(too_few[0].next_use, None);
}

#[test]
fn a_next_use_beyond_all_times_is_none() {
    let mut far = Duration::MAX;
    while SystemTime::UNIX_EPOCH.checked_add(far).is_none() {
        far /= 2;
    }
    let apart = [1, 2, 3, 4].map(|quarter| Access {
        at: SystemTime::UNIX_EPOCH + far / 4 * quarter,
        ..access("apart", 0)
    });
    let gap = far / 4;
    let ranked = Ranking::default().rank(&apart, now());
    assert_eq!(ranked[0].next_use, apart[3].at.checked_add(gap));
    assert!(0.0 < ranked[0].score);
}

#[test]
fn a_budget_takes_the_best_that_fit() {
    let sized = |subject: &str, bytes, cost| Access {
        bytes,
        cost: Duration::from_millis(cost),
        ..access(subject, 10)
    };
    let journal = [
        sized("a", 600, 60),
        sized("b", 600, 50),
        sized("c", 300, 10),
        sized("d", 100, 1),
    ];
    let picked = Ranking::default().pick(&journal, now(), 1000);
    let subjects: Vec<_> = picked.iter().map(|candidate| &*candidate.subject).collect();
    assert_eq!(subjects, ["a", "c", "d"]);
    assert_eq!(Ranking::default().pick(&journal, now(), 0), []);
}
