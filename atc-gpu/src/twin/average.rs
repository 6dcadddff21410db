//! Twin of `kernels/average.wgsl`.

use super::family::FamilyColumns;
use crate::program::PerFamily;
use crate::real::Real;

struct Votes<T> {
    sum: T,
    total: T,
}

fn vote<T: Real>([long, short]: [T; 2], before: &Votes<T>, signal: T, equity: T) -> Votes<T> {
    let more = before.sum + equity.only_if(signal > long);
    let less = more - equity.only_if(signal < short);
    Votes {
        sum: less,
        total: before.total + equity,
    }
}

/// The average signal of every bar.
pub(super) fn average<T: Real>(limits: [T; 2], families: &PerFamily<FamilyColumns<T>>) -> Vec<T> {
    let zero = T::of(0.0);
    let at = |bar: usize| {
        let none = Votes {
            sum: zero,
            total: zero,
        };
        let votes = families.iter().fold(none, |votes, columns| {
            vote(limits, &votes, columns.signal[bar], columns.equity[bar])
        });
        votes.sum / votes.total
    };
    (0..families[0].signal.len()).map(at).collect()
}
