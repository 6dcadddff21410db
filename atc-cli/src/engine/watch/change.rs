//! What is different from what was told.

use std::collections::BTreeMap;

use super::Look;
use crate::engine::{Failure, Row};

/// A symbol that stands elsewhere than when it was told of last.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where it stands.
    pub row: Row,
    /// Where it stood; `None` if it was not there.
    pub before: Option<Row>,
}

/// What happened to a symbol between two looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It was not there before.
    Start,
    /// Its trend is another one, or flipped and came back.
    Turn,
    /// Bars came, and the trend is what it was.
    Bar,
    /// Bars that were there are others or gone, and the trend is what it was.
    Revision,
}

impl Change {
    /// What happened.
    pub fn event(&self) -> Event {
        let Some(before) = &self.before else {
            return Event::Start;
        };
        let n_new = self.n_new_bars();
        let flipped = self.row.bars_since_flip.is_some_and(|bars| bars < n_new);
        if flipped || self.row.trend != before.trend {
            Event::Turn
        } else if 0 < n_new {
            Event::Bar
        } else {
            Event::Revision
        }
    }

    /// How many bars there are more than before.
    pub fn n_new_bars(&self) -> usize {
        let before = self.before.as_ref().map_or(0, |before| before.n_bars);
        self.row.n_bars.saturating_sub(before)
    }
}

impl Event {
    /// In lower case, as in output: `start`, `turn`, `bar`, `revision`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Turn => "turn",
            Self::Bar => "bar",
            Self::Revision => "revision",
        }
    }
}

/// What was told of an input.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) rows: Vec<Row>,
    pub(super) failed: Vec<String>,
}

/// What a scan said of an input.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: Vec<Row>,
    pub(super) failed: Vec<Failure>,
}

impl Found {
    /// Whether there is anything to tell.
    pub(super) fn is_news(&self, told: Option<&Told>) -> bool {
        let Some(told) = told else { return true };
        let messages = || self.failed.iter().map(ToString::to_string);
        let are_same = |(row, known): (&Row, &Row)| row.is_same(known);
        self.rows.len() != told.rows.len()
            || !self.rows.iter().zip(&told.rows).all(are_same)
            || !messages().eq(told.failed.iter().cloned())
    }
}

impl Told {
    /// Tells what is new, and remembers it.
    pub(super) fn take(&mut self, found: Found, look: &mut Look) {
        if !found.is_news(Some(self)) {
            return;
        }
        let rows = std::mem::take(&mut self.rows).into_iter();
        let mut before: BTreeMap<String, Row> = rows.map(|row| (row.symbol.clone(), row)).collect();
        for row in found.rows {
            let known = before.remove(&row.symbol);
            if !known.as_ref().is_some_and(|known| known.is_same(&row)) {
                look.changes.push(Change {
                    row: row.clone(),
                    before: known,
                });
            }
            self.rows.push(row);
        }
        if found.failed.is_empty() {
            look.gone.extend(before.into_values());
        } else {
            // Where they stood when they could be read: they may be read again.
            self.rows.extend(before.into_values());
        }
        let known = std::mem::take(&mut self.failed);
        for failure in found.failed {
            let message = failure.to_string();
            if !known.contains(&message) {
                look.failed.push(failure);
            }
            self.failed.push(message);
        }
    }
}

impl Row {
    /// Whether every bit is the same; a signal that is missing is like another.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let bits = |row: &Self| {
            let numbers = (row.average_signal.to_bits(), row.close.to_bits());
            (numbers, row.signals.0.map(f64::to_bits))
        };
        let counts = |row: &Self| (row.n_bars, row.bars_since_flip, row.time, row.trend);
        self.symbol == other.symbol && counts(self) == counts(other) && bits(self) == bits(other)
    }
}
