//! The report: what a bar says and why.

use atc_core::{Family, Trend};
use serde::{Serialize, Serializer};

/// What a bar says and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The symbol.
    pub symbol: String,
    /// Index of the bar, from 0, missing bars included.
    pub bar: usize,
    /// When it opened, ISO 8601 UTC; `None` for inputs without times.
    pub time: Option<String>,
    /// Its close.
    pub close: f64,
    /// Bars up to it that exist, itself included.
    pub n_bars: usize,
    /// Bars until every average has a value; with fewer, some lines below have none.
    pub warm_up: usize,
    /// The growth factor `exp(lambda * (bar - cutout))` of the bar, counted in bars that exist.
    pub multiplier: f64,
    /// Whether it grew so large that the newest returns drown the older ones.
    pub multiplier_warning: Option<MultiplierWarning>,
    /// The output: [`vote`](Self::vote) of this bar or, with `strategy`, of the bar before.
    pub average_signal: f64,
    /// What the average signal says.
    pub trend: Trend,
    /// The sum of the six contributions.
    pub vote: f64,
    /// Whether `strategy` delays the average signal by one bar.
    pub delayed: bool,
    /// A family votes short below the first, long above the second.
    pub vote_limits: [f64; 2],
    /// The six families in summation order.
    pub families: [FamilyReport; 6],
    /// The last change of a vote; `None` if no family has voted yet.
    pub last_move: Option<LastMove>,
}

/// How far the growth factor went, by the limits of the published script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MultiplierWarning {
    /// Above 1.1.
    TooHigh,
    /// Above 1.25.
    WayTooHigh,
}

impl MultiplierWarning {
    pub(super) fn of(multiplier: f64) -> Option<Self> {
        match multiplier {
            m if m > 1.25 => Some(Self::WayTooHigh),
            m if m > 1.1 => Some(Self::TooHigh),
            _ => None,
        }
    }
}

/// One family at the bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FamilyReport {
    /// The family.
    #[serde(serialize_with = "by_name")]
    pub family: Family,
    /// Layer-1 signal.
    pub signal: f64,
    /// Layer-2 equity, its weight in the vote.
    pub equity: f64,
    /// -1, 0 or +1.
    pub vote: i8,
    /// Its part of the vote of all: `vote * equity / sum(equity)`.
    pub contribution: f64,
    /// The nine lines in summation order.
    pub lines: [LineReport; 9],
}

/// One average at the bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineReport {
    /// Length in bars.
    pub length: usize,
    /// The average; `None` where it has no value yet.
    pub average: Option<f64>,
    /// Direction of its last crossing: -1, 0 or +1.
    pub signal: i8,
    /// Layer-1 equity, its weight in the family's signal.
    pub equity: f64,
}

/// The last move: the last bar, up to the one asked about, at which the vote of a family differed
/// from the bar before. Before the cutout every vote counts as 0.
///
/// A vote can also turn some bars after the crossing that caused it, when the equities of the lines
/// shift the family's signal over its limit. So `crossings` are those of the last bar, up to the
/// move, at which a signal changed in a family that turned, and `crossed_bar` says which it was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastMove {
    /// The bar.
    pub bar: usize,
    /// When it opened.
    pub time: Option<String>,
    /// The vote of all families on the bar before; `None` at the first bar with a value.
    pub before: Option<f64>,
    /// The vote of all families on the bar.
    pub after: f64,
    /// The families whose vote changed.
    pub turns: Vec<Turn>,
    /// The bar of the crossings; `None` if thresholds let a family vote without any.
    pub crossed_bar: Option<usize>,
    /// When it opened.
    pub crossed_time: Option<String>,
    /// The lines of the turning families whose signal changed at `crossed_bar`.
    pub crossings: Vec<Crossing>,
}

/// A family's change of vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Turn {
    /// The family.
    #[serde(serialize_with = "by_name")]
    pub family: Family,
    /// Its vote on the bar before.
    pub before: i8,
    /// Its vote on the bar.
    pub after: i8,
}

/// A line's change of signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// The family.
    #[serde(serialize_with = "by_name")]
    pub family: Family,
    /// Length of the average in bars.
    pub length: usize,
    /// +1 if the close crossed over the average, -1 if under.
    pub signal: i8,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out references"
)]
fn by_name<S: Serializer>(family: &Family, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(family.name())
}
