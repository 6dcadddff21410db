//! How a CSV text is written, told from its first lines.

use std::cell::RefCell;
use std::io::BufRead;
use std::rc::Rc;

use super::collect::Collector;
use super::layout::{Header, Layout};
use super::lines::Lines;
use super::number::parse_number;
use super::split::split;
use super::time::looks_like_time;
use super::{DatasetError, SourceColumn};

/// How a text is written, told from its first line and a comment above it.
#[derive(Clone)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) names: Names,
    /// Of the first line.
    pub(super) n_cells: usize,
    /// Of those, the ones that every row has: names that are empty at the end of a header mean nothing.
    pub(super) n_named: usize,
    pub(super) layout: Rc<Layout>,
}

/// Where the names of the columns are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    FirstLine,
    /// In the last comment above the first line.
    Comment,
    Nowhere,
}

/// The last comment and the first line, the source asked for, and what they tell.
type Told = ((Vec<u8>, Vec<u8>), SourceColumn, Dialect);

thread_local! {
    /// What this thread was told last: most files of a folder begin with the same line.
    static LAST: RefCell<Option<Told>> = const { RefCell::new(None) };
}

impl Dialect {
    /// Looks at the first line, which stays the current one; `None` if there is none.
    pub(super) fn sniff<R: BufRead>(
        lines: &mut Lines<R>,
        rows: &Collector<'_>,
    ) -> Result<Option<Self>, DatasetError> {
        loop {
            if !lines.advance(&rows.path)? {
                return Ok(None);
            }
            // A link that some vendors put on top, and the line that tells Excel the delimiter.
            if !lines.line.starts_with(b"http") && !lines.line.starts_with(b"sep=") {
                break;
            }
        }
        let source = &rows.request.source;
        let is_it = |((comment, line), known, _): &&Told| {
            (comment, line, known) == (&lines.comment, &lines.line, source)
        };
        let known = |last: &RefCell<Option<Told>>| {
            let last = last.borrow();
            last.as_ref().filter(is_it).map(|(.., told)| told.clone())
        };
        if let Some(told) = LAST.with(known) {
            return Ok(Some(told));
        }
        let told = Self::of_lines(&lines.comment, &lines.line, rows)?;
        let begin = (lines.comment.clone(), lines.line.clone());
        LAST.set(Some((begin, source.clone(), told.clone())));
        Ok(Some(told))
    }

    fn of_lines(comment: &[u8], line: &[u8], rows: &Collector<'_>) -> Result<Self, DatasetError> {
        let delimiter = delimiter(line);
        let first = Header::from(cells(line, delimiter));
        let n_cells = first.names().len();
        let (names, header) = if first.is_known() {
            (Names::FirstLine, Some(first))
        } else if let Some(header) = commented(comment, delimiter, n_cells) {
            (Names::Comment, Some(header))
        } else if is_data(first.names(), delimiter == b';') {
            (Names::Nowhere, None)
        } else {
            (Names::FirstLine, Some(first))
        };
        let n_named = header.as_ref().and_then(Header::n_named);
        let layout = match header {
            Some(header) => Layout::of(header, rows.request, &rows.path),
            None => Layout::headerless(n_cells, rows.request, &rows.path),
        }?;
        Ok(Self {
            delimiter,
            names,
            n_cells,
            n_named: n_named.unwrap_or(n_cells),
            layout: Rc::new(layout),
        })
    }

    pub(super) fn adopt_index(&mut self, first_row: &[u8]) {
        if self.layout.time.is_some() {
            return;
        }
        let mut cells = Vec::new();
        split(first_row, self.delimiter, usize::MAX, &mut cells);
        let holds_times = |column: usize| {
            cells
                .get(column)
                .is_some_and(|&(from, to)| looks_like_time(&first_row[from..to]))
        };
        Rc::make_mut(&mut self.layout).adopt_index(holds_times);
    }

    pub(super) fn describe(&self) -> String {
        let delimiter = match self.delimiter {
            b'\t' => "tab",
            b';' => "semicolon",
            b'|' => "bar",
            _ => "comma",
        };
        let names = match self.names {
            Names::FirstLine => "header",
            Names::Comment => "header in a comment",
            Names::Nowhere => "no header",
        };
        format!("csv ({delimiter}, {names})")
    }
}

/// The most frequent of the usual delimiters; a comma if there is none.
fn delimiter(line: &[u8]) -> u8 {
    let count = |delimiter: u8| line.split(|&byte| byte == delimiter).count() - 1;
    let candidates = [b'|', b'\t', b';', b','];
    // `max_by_key` keeps the last of equals, which is the comma.
    let best = candidates
        .into_iter()
        .max_by_key(|&candidate| count(candidate))
        .unwrap_or(b',');
    // One semicolon among decimal commas still divides the cells.
    if best == b',' && count(b';') > 0 {
        b';'
    } else {
        best
    }
}

/// The text of each cell.
fn cells(line: &[u8], delimiter: u8) -> Vec<String> {
    let mut cells = Vec::new();
    split(line, delimiter, usize::MAX, &mut cells);
    let text = |&(from, to): &(usize, usize)| {
        let text = String::from_utf8_lossy(&line[from..to]);
        text.trim().to_owned()
    };
    cells.iter().map(text).collect()
}

/// The header in a comment, as `NumPy` writes it, if it names as many columns as the rows have, and a close among them.
fn commented(comment: &[u8], delimiter: u8, n_cells: usize) -> Option<Header> {
    let header = Header::from(cells(comment.strip_prefix(b"#")?, delimiter));
    (header.names().len() == n_cells && header.has_close()).then_some(header)
}

/// Whether a first line is already data: a time, then numbers; or numbers alone.
fn is_data(cells: &[String], decimal_comma: bool) -> bool {
    let is_number = |cell: &String| parse_number(cell.as_bytes(), decimal_comma).is_some();
    match cells {
        [] => false,
        [only] => !only.is_empty() && is_number(only),
        [first, rest @ ..] => {
            looks_like_time(first.as_bytes()) && rest.iter().take(4).all(is_number)
        }
    }
}
