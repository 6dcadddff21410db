//! Colours, and the few signs the tables share.

use anstyle::{AnsiColor, Style};
use atc_core::Trend;
use comfy_table::{LineStyle, Table, TableStyle};

/// Green: long, good.
pub(crate) const LONG: Style = AnsiColor::Green.on_default();
/// Red: short, bad.
pub(crate) const SHORT: Style = AnsiColor::Red.on_default();
/// Yellow: a warning.
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What matters most.
pub(crate) const BOLD: Style = Style::new().bold();

/// Paints text, if colour is wanted.
pub(crate) fn paint(text: &str, style: Style, color: bool) -> String {
    if color {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

/// A name out of an input, without what would move a terminal's cursor or break a line.
pub(crate) fn name(text: &str, color: bool) -> String {
    paint(&clean(text), BOLD, color)
}

/// Text out of an input, on one line and without control characters.
pub(crate) fn clean(text: &str) -> String {
    let visible = |c: char| {
        if c.is_control() {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(visible).collect()
}

/// The style of a trend.
pub(crate) fn of_trend(trend: Trend) -> Style {
    match trend {
        Trend::Long => LONG,
        Trend::Short => SHORT,
        Trend::Neutral => DIM,
    }
}

/// The arrow of a signal, painted.
pub(crate) fn arrow(signal: f64, color: bool) -> String {
    if signal > 0.0 {
        paint("↑", LONG, color)
    } else if signal < 0.0 {
        paint("↓", SHORT, color)
    } else {
        paint("·", DIM, color)
    }
}

/// A table without lines but the one under its header.
pub(crate) fn table(header: impl IntoIterator<Item: AsRef<str>>, color: bool) -> Table {
    let rule = LineStyle::none().fill('─').junction('─');
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(rule));
    let names = header.into_iter();
    table.set_header(names.map(|name| paint(name.as_ref(), DIM, color)));
    table
}
