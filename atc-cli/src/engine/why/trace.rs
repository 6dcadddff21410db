//! Follows votes and crossings to the last move.

use atc_core::{Family, PerFamily, Plan, Signal};

use super::report::{Crossing, LastMove, Turn};
use super::votes::Votes;

/// The nine lines of every family.
type Signals = PerFamily<[Signal; 9]>;

/// A bar at which signals changed, and of which lines.
type Crossed = (usize, [bool; 9]);

/// What is remembered on the way through a series.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    signals: Signals,
    crossed: PerFamily<Option<Crossed>>,
    votes: Option<Votes>,
    last_move: Option<Move>,
}

/// A bar at which a vote changed.
#[derive(Clone, Copy, Debug)]
struct Move {
    bar: usize,
    before: Option<Votes>,
    after: Votes,
    signals: Signals,
    crossed: PerFamily<Option<Crossed>>,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            signals: PerFamily::splat([Signal::Flat; 9]),
            crossed: PerFamily::splat(None),
            votes: None,
            last_move: None,
        }
    }
}

impl Trace {
    /// Takes the signals of the next bar and, from the cutout on, its votes.
    pub(super) fn follow(&mut self, bar: usize, signals: &Signals, votes: Option<Votes>) {
        for f in Family::ALL {
            let changed = std::array::from_fn(|k| signals[f][k] != self.signals[f][k]);
            if changed.contains(&true) {
                self.crossed[f] = Some((bar, changed));
            }
        }
        self.signals = *signals;
        let Some(after) = votes else { return };
        let before = self.votes.replace(after);
        if after.votes != before.map_or([0; 6], |before| before.votes) {
            let (signals, crossed) = (self.signals, self.crossed);
            self.last_move = Some(Move {
                bar,
                before,
                after,
                signals,
                crossed,
            });
        }
    }

    /// The last move, with `time` naming the time of a bar.
    pub(super) fn last_move(
        &self,
        plan: &Plan,
        time: impl Fn(usize) -> Option<String>,
    ) -> Option<LastMove> {
        let last = self.last_move?;
        let turns = last.turns();
        let crossed = |turn: &Turn| last.crossed[turn.family];
        let crossed_bar = turns.iter().filter_map(crossed).map(|(bar, _)| bar).max();
        let crossings = turns
            .iter()
            .filter(|turn| crossed(turn).is_some_and(|(bar, _)| Some(bar) == crossed_bar))
            .flat_map(|turn| last.crossings(plan, turn.family))
            .collect();
        Some(LastMove {
            bar: last.bar,
            time: time(last.bar),
            before: last.before.map(|votes| votes.average()),
            after: last.after.average(),
            crossed_bar,
            crossed_time: crossed_bar.and_then(&time),
            crossings,
            turns,
        })
    }
}

impl Move {
    fn turns(&self) -> Vec<Turn> {
        let before = self.before.map_or([0; 6], |before| before.votes);
        let turn = |family: Family| Turn {
            family,
            before: before[family as usize],
            after: self.after.votes[family as usize],
        };
        Family::ALL
            .into_iter()
            .map(turn)
            .filter(|turn| turn.before != turn.after)
            .collect()
    }

    /// The lines of a family that crossed last. Its signals have not changed since.
    fn crossings(&self, plan: &Plan, family: Family) -> impl Iterator<Item = Crossing> {
        let changed = self.crossed[family].map_or([false; 9], |(_, changed)| changed);
        let (lengths, signals) = (plan.lengths(family), self.signals[family]);
        (0..9).filter(move |k| changed[*k]).map(move |k| Crossing {
            family,
            length: lengths[k],
            signal: signals[k].value(),
        })
    }
}
