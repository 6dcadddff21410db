//! How a sweep looks.

use std::fmt::Write as _;

use atc_cli::engine::dataset::format_time;
use atc_cli::engine::sink::csv_text;
use atc_cli::engine::{SetStand, SweptSymbol};
use atc_core::Trend;
use comfy_table::{CellAlignment, Table};
use serde_json::{Map, Value};

use super::vary::{Set, Vary};
use crate::cli::scan_view::short_time;
use crate::cli::style::{self, BOLD, DIM, of_trend, paint};

/// A sweep that is to be shown.
pub(super) struct Swept<'a> {
    pub(super) vary: &'a [Vary],
    pub(super) sets: &'a [Set],
    pub(super) symbols: &'a [SweptSymbol],
}

/// How many sets say what of a symbol.
#[derive(Clone, Copy, Debug)]
struct Votes {
    long: usize,
    short: usize,
    neutral: usize,
    median: f64,
    lowest: f64,
    highest: f64,
}

impl Votes {
    fn of(sets: &[SetStand]) -> Self {
        let count = |trend| sets.iter().filter(|set| set.trend == trend).count();
        let mut signals: Vec<f64> = sets.iter().map(|set| set.average_signal).collect();
        signals.retain(|signal| !signal.is_nan());
        signals.sort_by(f64::total_cmp);
        let at = |index: usize| signals.get(index).copied().unwrap_or(f64::NAN);
        let middle = signals.len() / 2;
        Self {
            long: count(Trend::Long),
            short: count(Trend::Short),
            neutral: count(Trend::Neutral),
            median: if signals.len() % 2 == 1 {
                at(middle)
            } else {
                f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
            },
            lowest: at(0),
            highest: at(signals.len().wrapping_sub(1)),
        }
    }

    /// What most sets say, and how many of them.
    fn most(self) -> (Trend, usize) {
        let counts = [
            (Trend::Neutral, self.neutral),
            (Trend::Short, self.short),
            (Trend::Long, self.long),
        ];
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.unwrap_or((Trend::Neutral, 0))
    }
}

/// The most agreed upon first; of equals, the strongest median.
pub(super) fn sort(symbols: &mut [SweptSymbol]) {
    symbols.sort_by_cached_key(|symbol| {
        let votes = Votes::of(&symbol.sets);
        let agreed = votes.long.abs_diff(votes.short);
        let strength = votes.median.abs().max(0.0);
        (
            std::cmp::Reverse(agreed),
            std::cmp::Reverse(strength.to_bits()),
        )
    });
}

const HEADER: [&str; 9] = [
    "symbol",
    "trend",
    "agree",
    "long",
    "short",
    "neutral",
    "median signal (range)",
    "close",
    "last bar",
];

impl Swept<'_> {
    /// A row per symbol: how many sets say what.
    pub(super) fn table(&self, color: bool) -> String {
        let title = format!("{} parameter sets", self.sets.len());
        let (title, names) = (paint(&title, BOLD, color), paint(&self.names(), DIM, color));
        let mut text = format!("{title} {names}\n");
        if !self.symbols.is_empty() {
            let _ = writeln!(text, "{}\n", self.rows(color).trim_fmt());
        }
        let agreed = |symbol: &&SweptSymbol| Votes::of(&symbol.sets).most().1 == self.sets.len();
        let n_agreed = self.symbols.iter().filter(agreed).count();
        let word = if self.symbols.len() == 1 {
            "symbol"
        } else {
            "symbols"
        };
        let totals = format!(
            "{} {word}: all sets agree on {n_agreed}",
            self.symbols.len()
        );
        let _ = writeln!(text, "{}", paint(&totals, BOLD, color));
        text
    }

    /// What is varied, and how far.
    fn names(&self) -> String {
        let names = self.vary.iter().map(|vary| match vary.values.as_slice() {
            [first, _, .., last] => {
                format!("{} {first} to {last} ({})", vary.name, vary.values.len())
            }
            few => format!("{} {}", vary.name, few.join(", ")),
        });
        names.collect::<Vec<String>>().join("; ")
    }

    fn rows(&self, color: bool) -> Table {
        let mut table = style::table(HEADER, color);
        for symbol in self.symbols {
            table.add_row(self.cells(symbol, color));
        }
        for column in table.column_iter_mut().skip(2).take(6) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        table
    }

    fn cells(&self, symbol: &SweptSymbol, color: bool) -> Vec<String> {
        let votes = Votes::of(&symbol.sets);
        let (trend, count) = votes.most();
        let style = of_trend(trend);
        let percent = 100 * count / self.sets.len();
        vec![
            style::name(&symbol.symbol, color),
            paint(trend.name(), style, color),
            paint(&format!("{percent} %"), style, color),
            votes.long.to_string(),
            votes.short.to_string(),
            votes.neutral.to_string(),
            format!(
                "{:+.3} ({:+.2} .. {:+.2})",
                votes.median, votes.lowest, votes.highest
            ),
            symbol.close.to_string(),
            match symbol.time {
                Some(time) => short_time(time),
                None => format!("bar {}", symbol.n_bars - 1),
            },
        ]
    }

    /// Every symbol with every set.
    fn pairs(&self) -> impl Iterator<Item = (&SweptSymbol, &Set, &SetStand)> {
        self.symbols.iter().flat_map(|symbol| {
            let pairs = self.sets.iter().zip(&symbol.sets);
            pairs.map(move |(set, stand)| (symbol, set, stand))
        })
    }

    /// Comma-separated values with a header.
    pub(super) fn csv(&self) -> String {
        let mut text = "symbol".to_owned();
        for vary in self.vary {
            let _ = write!(text, ",{}", vary.name);
        }
        text += ",trend,average_signal,bars_since_flip,close,time,bars,input\n";
        for (symbol, set, stand) in self.pairs() {
            let values: Vec<_> = set.values.iter().map(|value| csv_text(value)).collect();
            let flip = stand.bars_since_flip.map(|bars| bars.to_string());
            let _ = writeln!(
                text,
                "{},{},{},{},{},{},{},{},{}",
                csv_text(&symbol.symbol),
                values.join(","),
                stand.trend,
                stand.average_signal,
                flip.unwrap_or_default(),
                symbol.close,
                symbol.time.map(format_time).unwrap_or_default(),
                symbol.n_bars,
                csv_text(&symbol.input),
            );
        }
        text
    }

    /// The same as objects.
    pub(super) fn records(&self) -> Vec<Map<String, Value>> {
        let record = |(symbol, set, stand): (&SweptSymbol, &Set, &SetStand)| {
            let mut record = Map::new();
            let mut put = |name: &str, value: Value| record.insert(name.to_owned(), value);
            put("symbol", symbol.symbol.as_str().into());
            for (vary, value) in self.vary.iter().zip(&set.values) {
                put(&vary.name, super::vary::of_text(value));
            }
            put("trend", stand.trend.name().into());
            put("average_signal", stand.average_signal.into());
            put("bars_since_flip", stand.bars_since_flip.into());
            put("close", symbol.close.into());
            put("time", symbol.time.map(format_time).into());
            put("bars", symbol.n_bars.into());
            put("input", symbol.input.as_str().into());
            record
        };
        self.pairs().map(record).collect()
    }
}
