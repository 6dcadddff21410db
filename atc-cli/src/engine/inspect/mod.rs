//! A verdict on an input before anything is computed.

mod closes;
mod times;

use std::fmt;

use atc_core::{Gaps, Plan};
use serde::Serialize;

pub use self::closes::{Closes, Jump};
pub use self::times::{Gap, Times};

use super::dataset::{Bars, DatasetError, Request, Source, counted};

/// The verdict in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Word {
    /// Nothing to remark.
    Ok,
    /// It will be computed, but look at the remarks first.
    Warn,
    /// It will be refused.
    Bad,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        })
    }
}

/// What a computation asks of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// Bars until every average has a value.
    pub warm_up: usize,
    /// Bars that are cut: there must be more.
    pub cutout: usize,
    /// What a bar without a price means.
    pub gaps: Gaps,
}

impl Demands {
    /// Of a plan.
    pub fn of(plan: &Plan) -> Self {
        Self {
            warm_up: plan.warm_up(),
            cutout: plan.params().cutout,
            gaps: plan.params().gaps,
        }
    }
}

/// What is in one series of an input, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The input as the user named it.
    pub path: String,
    /// The symbol, as reading would give it.
    pub symbol: String,
    /// The verdict in one word.
    pub verdict: Word,
    /// What was found, from the outside in, such as `gzip, csv (comma, header)`; empty if nothing could be read.
    pub format: String,
    /// Bars that could be read.
    pub rows: usize,
    /// Those of them that the indicator sees: under `gaps = skip`, bars without a finite close and source do not exist.
    pub bars: usize,
    /// Bars until every average has a value.
    pub warm_up: usize,
    /// Rows of the whole input that could not be read.
    pub unreadable: usize,
    /// Times, if the input has any.
    pub times: Option<Times>,
    /// Closes.
    pub closes: Closes,
    /// Values of the source, where it is not the close, that are missing or not finite.
    pub missing_source: usize,
    /// What a user should know, most serious first, each a short sentence without a full stop.
    pub remarks: Vec<String>,
}

/// Looks at every series of a source, without refusing rows that reading would refuse.
///
/// The result has one verdict per symbol; an input that cannot be read at all has a single one, `bad`, with the reason
/// as its remark.
pub fn inspect(source: &Source, request: &Request, demands: Demands) -> Vec<Verdict> {
    let warm_up = demands.warm_up;
    let outcome = source.decode_leniently(request);
    let decoded = match outcome {
        Ok(decoded) => decoded,
        Err(error) => return vec![unreadable(source, warm_up, &error)],
    };
    if decoded.bars.is_empty() {
        let mut verdict = empty(source, warm_up);
        verdict.format = decoded.format;
        verdict.unreadable = decoded.n_unreadable;
        verdict.remarks = unreadable_remark(decoded.n_unreadable, decoded.first_error.as_ref());
        return vec![verdict];
    }
    let judge = |bars: &Bars| {
        let mut verdict = judge(bars, demands);
        verdict.path = bars
            .row_of(0)
            .map_or_else(|| source.to_string(), |place| place.path.to_string());
        verdict.format.clone_from(&decoded.format);
        verdict.unreadable = decoded.n_unreadable;
        if decoded.n_unreadable > 0 {
            verdict.verdict = Word::Bad;
            let mut remarks = unreadable_remark(decoded.n_unreadable, decoded.first_error.as_ref());
            remarks.append(&mut verdict.remarks);
            verdict.remarks = remarks;
        }
        verdict
    };
    decoded.bars.iter().map(judge).collect()
}

/// Judges bars that may be in any order.
fn judge(bars: &Bars, demands: Demands) -> Verdict {
    let Demands {
        warm_up,
        cutout,
        gaps,
    } = demands;
    let mut remarks = Remarks::default();
    let times = bars
        .time
        .as_ref()
        .map(|time| times::look(bars, time, &mut remarks));
    let closes = closes::look(bars, gaps, &mut remarks);
    let is_missing = |value: &&f64| !value.is_finite();
    let missing_source = bars.source.iter().flatten().filter(is_missing).count();
    if missing_source > 0 {
        let rows = counted(missing_source, "row", "rows");
        let what = format!("the source is missing in {rows}");
        remarks.missing(gaps, &what);
    }
    let n_bars = existing(bars, gaps);
    // What is cut is refused; a bar that is left out is none.
    if n_bars == 0 {
        remarks.bad("no bar has a finite close and source".to_owned());
    } else if n_bars <= cutout {
        let bars = counted(n_bars, "bar is", "bars are");
        remarks.bad(format!("{bars} too few for a cutout of {cutout}"));
    }
    if n_bars < warm_up {
        let bars = counted(n_bars, "bar is", "bars are");
        remarks.warn(format!(
            "{bars} fewer than the {warm_up} until every average has a value"
        ));
    }
    Verdict {
        path: String::new(),
        symbol: bars.symbol.clone(),
        verdict: remarks.word(),
        format: String::new(),
        rows: bars.len(),
        bars: n_bars,
        warm_up,
        unreadable: 0,
        times,
        closes,
        missing_source,
        remarks: remarks.list(),
    }
}

/// Bars that exist, as the indicator counts them.
fn existing(bars: &Bars, gaps: Gaps) -> usize {
    if gaps == Gaps::Reject {
        return bars.len();
    }
    (0..bars.len()).filter(|bar| bars.exists(*bar)).count()
}

fn empty(source: &Source, warm_up: usize) -> Verdict {
    Verdict {
        path: source.to_string(),
        symbol: source.symbol().to_owned(),
        verdict: Word::Bad,
        format: String::new(),
        rows: 0,
        bars: 0,
        warm_up,
        unreadable: 0,
        times: None,
        closes: Closes::default(),
        missing_source: 0,
        remarks: Vec::new(),
    }
}

fn unreadable(source: &Source, warm_up: usize, error: &DatasetError) -> Verdict {
    Verdict {
        remarks: vec![error.to_string()],
        ..empty(source, warm_up)
    }
}

fn unreadable_remark(count: usize, first: Option<&DatasetError>) -> Vec<String> {
    let first = first
        .map(|error| format!("; the first: {error}"))
        .unwrap_or_default();
    let rows = counted(count, "row", "rows");
    vec![format!("{rows} cannot be read{first}")]
}

/// Remarks as they are found.
#[derive(Debug, Default)]
struct Remarks {
    found: Vec<(Word, String)>,
}

impl Remarks {
    fn bad(&mut self, text: String) {
        self.found.push((Word::Bad, text));
    }

    fn warn(&mut self, text: String) {
        self.found.push((Word::Warn, text));
    }

    /// Something is missing, which leaves bars out or is refused.
    fn missing(&mut self, gaps: Gaps, what: &str) {
        match gaps {
            Gaps::Skip => self.warn(format!("{what}; such bars are left out")),
            Gaps::Reject => self.bad(format!("{what}; `--gaps skip` leaves such bars out")),
        }
    }

    fn word(&self) -> Word {
        self.found
            .iter()
            .map(|(word, _)| *word)
            .max()
            .unwrap_or(Word::Ok)
    }

    fn list(mut self) -> Vec<String> {
        self.found.sort_by_key(|(word, _)| std::cmp::Reverse(*word));
        self.found.into_iter().map(|(_, text)| text).collect()
    }
}
