//! How the events of a watch look.

use std::fmt::Write as _;

use atc_cli::engine::{Change, Event, Row};
use serde::Serialize;

use crate::cli::scan_view::{self, short_time};
use crate::cli::style::{self, DIM, arrow, of_trend, paint};

/// One line per event, for people.
pub(crate) fn lines(changes: &[&Change], color: bool) -> String {
    let mut text = String::new();
    for change in changes {
        let Row {
            symbol,
            trend,
            average_signal,
            signals,
            close,
            ..
        } = &change.row;
        let style = of_trend(*trend);
        let arrows: Vec<String> = signals
            .iter()
            .map(|(_, signal)| arrow(*signal, color))
            .collect();
        let _ = writeln!(
            text,
            "{}  {}  {}  {}  {}  {}  {close}",
            paint(&format!("{:<17}", when(&change.row)), DIM, color),
            style::name(&format!("{symbol:<10}"), color),
            paint(&format!("{:<17}", what(change)), style, color),
            paint(&format!("{average_signal:+.3}"), style, color),
            arrows.join(" "),
            paint(&how_far(change), DIM, color),
        );
    }
    text
}

/// The last bar.
fn when(row: &Row) -> String {
    row.time
        .map_or_else(|| format!("bar {}", row.n_bars - 1), short_time)
}

/// From what to what the trend turned.
fn what(change: &Change) -> String {
    let now = change.row.trend.name();
    match &change.before {
        Some(before) if change.event() != Event::Turn => now.to_owned(),
        Some(before) if before.trend == change.row.trend => format!("{now} → … → {now}"),
        Some(before) => format!("{} → {now}", before.trend.name()),
        None => now.to_owned(),
    }
}

fn how_far(change: &Change) -> String {
    match (change.event(), change.n_new_bars()) {
        (Event::Start, 1) => "new, 1 bar".to_owned(),
        (Event::Start, n) => format!("new, {n} bars"),
        (_, 0) => "revised".to_owned(),
        (_, 1) => "1 bar".to_owned(),
        (_, n) => format!("{n} bars"),
    }
}

/// An event as machines read it: what happened, and the row of a scan.
#[derive(Serialize)]
struct Record<'a> {
    event: &'static str,
    /// `null` for a symbol that was not there.
    trend_before: Option<&'static str>,
    new_bars: usize,
    #[serde(flatten)]
    row: &'a Row,
}

/// One object per event.
pub(crate) fn json_lines(changes: &[&Change]) -> anyhow::Result<String> {
    let mut text = String::new();
    for change in changes {
        let record = Record {
            event: change.event().name(),
            trend_before: trend_before(change),
            new_bars: change.n_new_bars(),
            row: &change.row,
        };
        text += &serde_json::to_string(&record)?;
        text.push('\n');
    }
    Ok(text)
}

/// The first line of comma-separated values.
pub(crate) fn csv_header() -> String {
    format!("event,trend_before,new_bars,{}", scan_view::csv_header())
}

/// The lines below [`csv_header`].
pub(crate) fn csv(changes: &[&Change]) -> String {
    let mut text = String::new();
    for change in changes {
        let (event, n_new) = (change.event().name(), change.n_new_bars());
        let before = trend_before(change).unwrap_or_default();
        let _ = write!(text, "{event},{before},{n_new},");
        text += &scan_view::csv(&[&change.row]);
    }
    text
}

fn trend_before(change: &Change) -> Option<&'static str> {
    let before = change.before.as_ref()?;
    Some(before.trend.name())
}
