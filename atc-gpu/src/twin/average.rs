//! Twin of `kernels/average.wgsl`.

use super::family::FamilyColumns;
use super::real::Real;
use crate::program::PerFamily;

struct Votes<T> {
    cast: T,
    total: T,
}

fn vote<T: Real>([long, short]: [T; 2], before: &Votes<T>, signal: T, equity: T) -> Votes<T> {
    let cast = before.cast + equity.only_if(signal > long);
    let less = cast - equity.only_if(signal < short);
    Votes {
        cast: less,
        total: before.total + equity,
    }
}

/// The average signal of every bar.
pub(super) fn average<T: Real>(limits: [T; 2], families: &PerFamily<FamilyColumns<T>>) -> Vec<T> {
    let zero = T::of(0.0);
    let at = |bar: usize| {
        let none = Votes {
            cast: zero,
            total: zero,
        };
        let votes = families.iter().fold(none, |votes, columns| {
            vote(limits, &votes, columns.signal[bar], columns.equity[bar])
        });
        votes.cast / votes.total
    };
    (0..families[0].signal.len()).map(at).collect()
}
