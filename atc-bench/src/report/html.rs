//! One page that needs nothing else: tables, and a bar for each speed-up.

use std::fmt::Write as _;

use super::Sheet;

/// A row of a chart: what it is called, and how many times faster than the baseline it is.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) value: f64,
}

/// A table, what it shows as bars, and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) sheet: Sheet,
    pub(super) bars: Vec<Bar>,
    pub(super) notes: Vec<String>,
}

const STYLE: &str = "\
:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #8884}
.n{text-align:right}
.bar{display:grid;grid-template-columns:16rem 1fr 4rem;gap:.6rem;align-items:center;font-size:.9rem}
.bar i{display:block;height:.9rem;background:#2a8;border-radius:2px}
.bar.slow i{background:#c53}
.note{opacity:.75;font-size:.9rem}";

/// The whole page.
pub(super) fn page(title: &str, headline: &str, sections: &[Section]) -> String {
    let mut body = String::new();
    for section in sections {
        let _ = writeln!(body, "<h2>{}</h2>", escaped(&section.sheet.title));
        chart(&mut body, &section.bars);
        table(&mut body, &section.sheet);
        for note in &section.notes {
            let _ = writeln!(body, "<p class=\"note\">{}</p>", escaped(note));
        }
    }
    let title = escaped(title);
    let headline = escaped(headline);
    format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <style>\n{STYLE}\n</style>\n<h1>{title}</h1>\n<p>{headline}</p>\n{body}</html>\n"
    )
}

/// Bars as wide as their logarithms, so that 0.2 and 50 can be seen side by side.
fn chart(body: &mut String, bars: &[Bar]) {
    let values = bars.iter().map(|bar| bar.value);
    let (least, most) = values.fold((1.0_f64, 1.0_f64), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    let floor = least / 1.5;
    let width = |value: f64| 100.0 * (value / floor).ln() / (most / floor).ln();
    for bar in bars {
        let class = if bar.value < 1.0 { "bar slow" } else { "bar" };
        let _ = writeln!(
            body,
            "<div class=\"{class}\"><span>{}</span><i style=\"width:{:.1}%\"></i><span>{:.2} x</span></div>",
            escaped(&bar.label),
            width(bar.value),
            bar.value
        );
    }
}

fn table(body: &mut String, sheet: &Sheet) {
    let row = |cells: &[String], tag: &str| {
        let cells = cells.iter().enumerate().map(|(at, cell)| {
            let class = if at < sheet.n_words {
                ""
            } else {
                " class=\"n\""
            };
            format!("<{tag}{class}>{}</{tag}>", escaped(cell))
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    body.push_str("<table>\n");
    body.push_str(&row(&sheet.header, "th"));
    for cells in &sheet.rows {
        body.push_str(&row(cells, "td"));
    }
    body.push_str("</table>\n");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_bars_tell_slow_from_fast() {
        let bar = |label: &str, value| Bar {
            label: label.to_owned(),
            value,
        };
        let section = Section {
            sheet: Sheet {
                title: "a < b".to_owned(),
                n_words: 1,
                header: vec!["name".to_owned(), "value".to_owned()],
                rows: vec![vec!["<script>".to_owned(), "1".to_owned()]],
            },
            bars: vec![bar("slow", 0.5), bar("fast", 8.0)],
            notes: vec!["why & how".to_owned()],
        };
        let page = page("t", "h", &[section]);
        assert!(page.contains("a &lt; b") && page.contains("<td>&lt;script&gt;</td>"));
        assert!(page.contains("<td class=\"n\">1</td>") && page.contains("why &amp; how"));
        assert_eq!(page.matches("class=\"bar slow\"").count(), 1);
        assert!(page.contains("width:100.0%"), "{page}");
        assert!(!page.contains("http"), "it needs nothing from elsewhere");
    }
}
