//! `atc inspect` for people: a row per series, remarks below.

use std::fmt::Write as _;

use anstyle::Style;
use atc_cli::engine::inspect::{Times, Verdict, Word};
use comfy_table::{CellAlignment, Table};

use super::style::{self, BOLD, DIM, LONG, SHORT, WARN, paint};

const HEADER: [&str; 9] = [
    "verdict", "symbol", "format", "rows", "period", "first", "last", "gaps", "twice",
];

/// The verdicts as text: a table, then what there is to say about each series, one remark per line.
pub(crate) fn render(verdicts: &[Verdict], color: bool) -> String {
    if verdicts.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n\n", table(verdicts, color).trim_fmt());
    for verdict in verdicts {
        let word = verdict.verdict.to_string();
        let word = paint(&word, of_word(verdict.verdict), color);
        for remark in &verdict.remarks {
            // A remark that is a reader's error begins with the file already.
            let (file, rest) = match remark.strip_prefix(&verdict.path) {
                Some(rest) => (verdict.path.clone(), rest.to_owned()),
                None => (name(verdict), format!(": {remark}")),
            };
            let _ = writeln!(
                text,
                "{word} {}{}",
                style::name(&file, color),
                style::clean(&rest)
            );
        }
    }
    if verdicts.iter().any(|verdict| !verdict.remarks.is_empty()) {
        text.push('\n');
    }
    text += &totals(verdicts, color);
    text
}

fn table(verdicts: &[Verdict], color: bool) -> Table {
    let mut table = style::table(HEADER, color);
    for verdict in verdicts {
        table.add_row(row(verdict, color));
    }
    for index in [3, 7, 8] {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn row(verdict: &Verdict, color: bool) -> Vec<String> {
    let times = verdict.times.as_ref();
    let of_times = |value: fn(&Times) -> String| times.map_or("–".to_owned(), value);
    vec![
        paint(
            &verdict.verdict.to_string(),
            of_word(verdict.verdict),
            color,
        ),
        style::name(&verdict.symbol, color),
        verdict.format.clone(),
        rows(verdict, color),
        of_times(|times| times.period.clone().unwrap_or("–".to_owned())),
        of_times(|times| short(&times.first)),
        of_times(|times| short(&times.last)),
        of_times(|times| times.n_gaps.to_string()),
        of_times(|times| times.duplicates.to_string()),
    ]
}

/// Bars, and how many the averages need if these are too few.
fn rows(verdict: &Verdict, color: bool) -> String {
    if verdict.bars < verdict.warm_up {
        paint(
            &format!("{} of {}", verdict.bars, verdict.warm_up),
            WARN,
            color,
        )
    } else {
        verdict.rows.to_string()
    }
}

fn short(time: &str) -> String {
    time.strip_suffix("T00:00:00Z").unwrap_or(time).to_owned()
}

/// The input, and the symbol where the input's name does not tell it.
fn name(verdict: &Verdict) -> String {
    if verdict.symbol.is_empty() || verdict.path.contains(&verdict.symbol) {
        verdict.path.clone()
    } else {
        format!("{} ({})", verdict.path, verdict.symbol)
    }
}

const fn of_word(word: Word) -> Style {
    match word {
        Word::Ok => LONG,
        Word::Warn => WARN,
        Word::Bad => SHORT,
    }
}

fn totals(verdicts: &[Verdict], color: bool) -> String {
    let count = |word| {
        verdicts
            .iter()
            .filter(|verdict| verdict.verdict == word)
            .count()
    };
    let (ok, warn, bad) = (count(Word::Ok), count(Word::Warn), count(Word::Bad));
    let needed = verdicts[0].warm_up;
    let text = format!("{} series: {ok} ok, {warn} warn, {bad} bad", verdicts.len());
    let note = format!("the averages need {needed} bars");
    format!(
        "{}; {}\n",
        paint(&text, BOLD, color),
        paint(&note, DIM, color)
    )
}
