//! `atc why` for people: the weight table of the published script.

use std::fmt::Write as _;

use atc_cli::engine::why::{Crossing, FamilyReport, LastMove, MultiplierWarning, Report, Turn};
use comfy_table::{CellAlignment, Table};

use super::style::{self, BOLD, DIM, LONG, SHORT, WARN, arrow, of_trend, paint};

/// The report as text, at most 120 columns wide unless equities are huge.
pub(crate) fn render(report: &Report, color: bool) -> String {
    let mut text = header(report, color);
    let _ = writeln!(text, "{}\n", table(report, color).trim_fmt());
    for line in notes(report, color) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Symbol, bar, close and what they come to.
fn header(report: &Report, color: bool) -> String {
    let trend = report.trend.name().to_uppercase();
    let signal = format!("{:+.4}", report.average_signal);
    format!(
        "{}  {}  close {}  average signal {}  {}\n",
        style::name(&report.symbol, color),
        place(report.bar, report.time.as_deref()),
        report.close,
        paint(&signal, of_trend(report.trend), color),
        paint(&trend, of_trend(report.trend).bold(), color),
    )
}

/// A row per family: its signal and weight, the nine lines, and its part in the sum.
fn table(report: &Report, color: bool) -> Table {
    let first = lengths(&report.families[0]);
    let shared = report
        .families
        .iter()
        .all(|family| lengths(family) == first);
    let titles: [String; 9] = std::array::from_fn(|k| title(&first, k, shared));
    let header: [&str; 13] = std::array::from_fn(|column| match column {
        0 => "family",
        1 => "signal",
        2 => "equity",
        12 => "share",
        line => &titles[line - 3],
    });
    let mut table = style::table(header, color);
    for family in &report.families {
        table.add_row(row(family, shared, color));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn lengths(family: &FamilyReport) -> [usize; 9] {
    family.lines.each_ref().map(|line| line.length)
}

/// The length of a column or, where families differ, its distance from the family's own.
fn title(lengths: &[usize; 9], k: usize, shared: bool) -> String {
    match lengths[k].cast_signed() - lengths[0].cast_signed() {
        _ if shared => lengths[k].to_string(),
        0 => "L".to_owned(),
        offset => format!("L{offset:+}"),
    }
}

fn row(family: &FamilyReport, shared: bool, color: bool) -> Vec<String> {
    let vote = f64::from(family.vote);
    let mut name = family.family.name().to_uppercase();
    if !shared {
        let _ = write!(name, " {}", family.lines[0].length);
    }
    let mut cells = vec![
        paint(&name, BOLD, color),
        format!("{} {:+.2}", arrow(vote, color), family.signal),
        number(family.equity),
    ];
    cells.extend(family.lines.iter().map(|line| {
        let style = match line.signal {
            0 => DIM,
            1 => LONG,
            _ => SHORT,
        };
        let equity = paint(&number(line.equity), style, color);
        format!("{}{equity}", arrow(f64::from(line.signal), color))
    }));
    cells.push(format!("{:+.4}", family.contribution));
    cells
}

/// Four significant digits, enough to compare weights.
fn number(value: f64) -> String {
    match value {
        v if v < 10.0 => format!("{v:.3}"),
        v if v < 100.0 => format!("{v:.2}"),
        v if v < 1000.0 => format!("{v:.1}"),
        v if v < 1e5 => format!("{v:.0}"),
        v => format!("{v:.1e}"),
    }
}

/// What the table does not show, a line each.
fn notes(report: &Report, color: bool) -> Vec<String> {
    let [short, long] = report.vote_limits;
    let dim = |text: String| paint(&text, DIM, color);
    let mut lines = vec![
        format!("vote of all six: {:+.4}", report.vote),
        dim(format!(
            "a family votes long above {long}, short below {short}; share = vote * equity / all equities"
        )),
    ];
    if report.delayed {
        lines.push("strategy: the average signal is the vote of the bar before".to_owned());
    }
    lines.push(multiplier(report, color));
    lines.push(last_move(report.last_move.as_ref(), color));
    if report.n_bars < report.warm_up {
        let text = format!(
            "short history: {} bars of the {} until every average has a value",
            report.n_bars, report.warm_up
        );
        lines.push(paint(&text, WARN, color));
    }
    lines
}

fn multiplier(report: &Report, color: bool) -> String {
    let text = format!("exponential multiplier: {:.4}", report.multiplier);
    let warning = match report.multiplier_warning {
        None => return text,
        Some(MultiplierWarning::TooHigh) => paint("too high", WARN, color),
        Some(MultiplierWarning::WayTooHigh) => paint("way too high", SHORT, color),
    };
    format!("{text}, {warning}; take a smaller --lambda or a later start")
}

/// `last moved at 2013-02-27 by LSMA 26 crossing under`, and below it what that did to the votes.
fn last_move(last: Option<&LastMove>, color: bool) -> String {
    let Some(last) = last else {
        return "no family has voted yet".to_owned();
    };
    let at = place(last.bar, last.time.as_deref());
    let mut text = format!("last moved at {}", paint(&at, BOLD, color));
    if !last.crossings.is_empty() {
        let _ = write!(text, " by {}", crossed(&last.crossings));
    }
    if let Some(bar) = last.crossed_bar.filter(|bar| *bar != last.bar) {
        let _ = write!(text, " at {}", place(bar, last.crossed_time.as_deref()));
    }
    for turn in &last.turns {
        let _ = write!(text, "\n  {}", turned(*turn));
    }
    let from = last
        .before
        .map_or_else(String::new, |before| format!(" from {before:+.4}"));
    let _ = write!(
        text,
        "\n  the vote of all six went{from} to {:+.4}",
        last.after
    );
    text
}

/// `LSMA 26, 27 crossing under; EMA 28 crossing over`.
fn crossed(crossings: &[Crossing]) -> String {
    let same = |a: &Crossing, b: &Crossing| (a.family, a.signal) == (b.family, b.signal);
    let group = |group: &[Crossing]| {
        let lengths: Vec<String> = group.iter().map(|one| one.length.to_string()).collect();
        let way = if group[0].signal > 0 { "over" } else { "under" };
        let name = group[0].family.name().to_uppercase();
        format!("{name} {} crossing {way}", lengths.join(", "))
    };
    let groups: Vec<String> = crossings.chunk_by(same).map(group).collect();
    groups.join("; ")
}

fn turned(turn: Turn) -> String {
    let name = |vote: i8| match vote {
        1 => "long",
        0 => "neutral",
        _ => "short",
    };
    let family = turn.family.name().to_uppercase();
    format!(
        "{family} turned from {} to {}",
        name(turn.before),
        name(turn.after)
    )
}

/// A bar by its time, if it has one, and its number.
fn place(bar: usize, time: Option<&str>) -> String {
    match time {
        Some(time) => format!(
            "{} (bar {bar})",
            time.strip_suffix("T00:00:00Z").unwrap_or(time)
        ),
        None => format!("bar {bar}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use atc_cli::engine::dataset::{Request, discover};
    use atc_cli::engine::why::{At, why};
    use atc_core::{Family, Params, Plan};

    use super::*;

    fn report(params: Params) -> Report {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/candles/GOOG.csv");
        let found = discover(&[path.to_owned()]);
        let bars = found.sources[0].read(&Request::default()).unwrap();
        why(&Arc::new(Plan::new(params).unwrap()), &bars[0], &At::Last).unwrap()
    }

    #[test]
    fn the_table_fits_120_columns_whether_families_share_lengths_or_not() {
        let mut uneven = Params::default();
        uneven.lengths[Family::Kama] = 100;
        for params in [Params::default(), uneven] {
            let text = render(&report(params), false);
            let widest = text.lines().take(9).map(|line| line.chars().count()).max();
            assert!(widest <= Some(120), "{text}");
        }
    }

    #[test]
    fn colour_changes_no_letter() {
        let report = report(Params::default());
        let (plain, painted) = (render(&report, false), render(&report, true));
        assert!(!plain.contains('\x1b') && painted.contains('\x1b'));
        let text = painted.split('\x1b').enumerate().map(|(i, part)| match i {
            0 => part,
            _ => part.split_once('m').map_or(part, |(_, text)| text),
        });
        assert_eq!(text.collect::<String>(), plain);
    }

    #[test]
    fn the_last_move_is_one_sentence() {
        let cross = |length| Crossing {
            family: Family::Lsma,
            length,
            signal: -1,
        };
        let last = LastMove {
            bar: 7,
            time: Some("2013-02-27T00:00:00Z".to_owned()),
            before: Some(0.5),
            after: 0.25,
            turns: Vec::new(),
            crossed_bar: Some(7),
            crossed_time: None,
            crossings: vec![cross(26), cross(24)],
        };
        let text = last_move(Some(&last), false);
        let sentence = "last moved at 2013-02-27 (bar 7) by LSMA 26, 24 crossing under\n";
        assert!(text.starts_with(sentence), "{text}");
    }
}
