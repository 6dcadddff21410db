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

/// The average signal of a bar, out of signal and equity of each family.
pub(super) fn of<T: Real>(limits: [T; 2], families: PerFamily<[T; 2]>) -> T {
    let zero = T::of(0.0);
    let none = Votes {
        sum: zero,
        total: zero,
    };
    let votes = families.into_iter().fold(none, |votes, [signal, equity]| {
        vote(limits, &votes, signal, equity)
    });
    votes.sum / votes.total
}

/// The average signal of every bar.
pub(super) fn average<T: Real>(limits: [T; 2], families: &PerFamily<FamilyColumns<T>>) -> Vec<T> {
    let at = |bar: usize| {
        let values = families.each_ref();
        of(limits, values.map(|f| [f.signal[bar], f.equity[bar]]))
    };
    (0..families[0].signal.len()).map(at).collect()
}
