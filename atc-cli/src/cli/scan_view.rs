//! How the rows of a scan look.

use std::fmt::Write as _;

use atc_cli::engine::Row;
use atc_cli::engine::dataset::format_time;
use atc_cli::engine::sink::{csv_text, push_integer, push_number};
use atc_core::{Columns, Trend};
use comfy_table::{CellAlignment, Table};

use super::style::{self, BOLD, DIM, arrow, of_trend, paint};

/// How many symbols came to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Counts {
    symbols: usize,
    long: usize,
    short: usize,
    neutral: usize,
    failed: usize,
}

impl Counts {
    pub(crate) fn of<'a>(rows: impl IntoIterator<Item = &'a Row>, failed: usize) -> Self {
        let mut counts = Self {
            symbols: 0,
            long: 0,
            short: 0,
            neutral: 0,
            failed,
        };
        for row in rows {
            counts.symbols += 1;
            *match row.trend {
                Trend::Long => &mut counts.long,
                Trend::Short => &mut counts.short,
                Trend::Neutral => &mut counts.neutral,
            } += 1;
        }
        counts
    }
}

const HEADER: [&str; 12] = [
    "symbol", "trend", "signal", "EMA", "HMA", "WMA", "DEMA", "LSMA", "KAMA", "flipped", "close",
    "last bar",
];
/// Columns of numbers, which end where their heading ends.
const RIGHT: [usize; 3] = [2, 9, 10];

/// A table per trend, and totals.
pub(crate) fn tables(rows: &[&Row], counts: &Counts, (warm_up, color): (usize, bool)) -> String {
    let mut text = String::new();
    for trend in [Trend::Long, Trend::Short, Trend::Neutral] {
        let rows = rows.iter().copied().filter(|row| row.trend == trend);
        let rows: Vec<&Row> = rows.collect();
        if rows.is_empty() {
            continue;
        }
        let title = trend.name().to_uppercase();
        let count = format!("({})", rows.len());
        let title = paint(&title, of_trend(trend).bold(), color);
        let _ = writeln!(text, "{title} {}", paint(&count, DIM, color));
        let _ = writeln!(text, "{}\n", table(&rows, warm_up, color).trim_fmt());
    }
    let Counts {
        symbols,
        long,
        short,
        neutral,
        failed,
    } = counts;
    let word = if *symbols == 1 { "symbol" } else { "symbols" };
    let mut totals = format!("{symbols} {word}: {long} long, {short} short, {neutral} neutral");
    if *failed > 0 {
        let _ = write!(totals, "; {failed} failed");
    }
    let _ = writeln!(text, "{}", paint(&totals, BOLD, color));
    if rows.iter().any(|row| row.n_bars < warm_up) {
        let note = format!("* fewer bars than the {warm_up} that all averages need");
        let _ = writeln!(text, "{}", paint(&note, DIM, color));
    }
    text
}

fn table(rows: &[&Row], warm_up: usize, color: bool) -> Table {
    let mut table = style::table(HEADER, color);
    for row in rows {
        table.add_row(cells(row, warm_up, color));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if RIGHT.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        } else if (3..9).contains(&index) {
            column.set_cell_alignment(CellAlignment::Center);
        }
    }
    table
}

fn cells(row: &Row, warm_up: usize, color: bool) -> Vec<String> {
    let style = of_trend(row.trend);
    let star = if row.n_bars < warm_up { "*" } else { "" };
    let mut cells = vec![
        style::name(&format!("{}{star}", row.symbol), color),
        paint(row.trend.name(), style, color),
        paint(&format!("{:+.3}", row.average_signal), style, color),
    ];
    cells.extend(
        row.signals
            .into_iter()
            .map(|(_, signal)| arrow(signal, color)),
    );
    cells.push(match row.bars_since_flip {
        Some(0) => "this bar".to_owned(),
        Some(1) => "1 bar ago".to_owned(),
        Some(bars) => format!("{bars} bars ago"),
        None => "never".to_owned(),
    });
    cells.push(row.close.to_string());
    cells.push(match row.time {
        Some(time) => short_time(time),
        None => format!("bar {}", row.n_bars - 1),
    });
    cells
}

/// A date where the time of day is midnight, else without seconds that are zero.
pub(crate) fn short_time(time: i64) -> String {
    let time = format_time(time);
    match time.strip_suffix("T00:00:00Z") {
        Some(date) => date.to_owned(),
        None => time.replace('T', " ").replace(":00Z", "Z"),
    }
}

/// The first line of comma-separated values, as machines read them.
pub(crate) fn csv_header() -> String {
    let families = Columns::NAMES[..6].join(",");
    format!("symbol,trend,average_signal,{families},bars_since_flip,close,time,bars,input\n")
}

/// The lines below [`csv_header`].
pub(crate) fn csv(rows: &[&Row]) -> String {
    let mut text = String::with_capacity(160 * rows.len());
    // Most symbols of a market have the same last bar.
    let mut last = (i64::MIN, String::new());
    for row in rows {
        text += &csv_text(&row.symbol);
        text.push(',');
        text += row.trend.name();
        for value in [row.average_signal].iter().chain(&row.signals.0) {
            text.push(',');
            push_number(&mut text, *value);
        }
        text.push(',');
        if let Some(bars) = row.bars_since_flip {
            push_integer(&mut text, bars as u64);
        }
        text.push(',');
        push_number(&mut text, row.close);
        text.push(',');
        if let Some(time) = row.time {
            if time != last.0 {
                last = (time, format_time(time));
            }
            text += &last.1;
        }
        text.push(',');
        push_integer(&mut text, row.n_bars as u64);
        text.push(',');
        text += &csv_text(&row.input);
        text.push('\n');
    }
    text
}

/// One table for a document.
pub(crate) fn markdown(rows: &[&Row]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = line(&HEADER.map(str::to_owned));
    let rule = |index: usize| match index {
        _ if RIGHT.contains(&index) => "---:".to_owned(),
        3..9 => ":---:".to_owned(),
        _ => "---".to_owned(),
    };
    text += &line(&(0..HEADER.len()).map(rule).collect::<Vec<_>>());
    for row in rows {
        let cells = cells(row, 0, false);
        let escape = |cell: String| cell.replace('|', "\\|");
        text += &line(&cells.into_iter().map(escape).collect::<Vec<_>>());
    }
    text
}
