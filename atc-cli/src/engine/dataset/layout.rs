//! Which column of an input means what.

use super::{DatasetError, ErrorKind, Request, SourceColumn};

/// Accepted names, most telling first; compared after [`normalize`].
const TIME: &[&str] = &[
    "timestamp",
    "time",
    "open_time",
    "opentime",
    "datetime",
    "date_time",
    "date",
    "unix",
    "unix_time",
    "unix_timestamp",
    "ts",
    "t",
];
/// Names that an index of a data frame gets on its way to a file; it may be a time or a row number.
const INDEX: &[&str] = &["", "index", "unnamed:_0", "__index_level_0__"];
const OPEN: &[&str] = &["open", "o", "open_price"];
const HIGH: &[&str] = &["high", "h", "high_price"];
const LOW: &[&str] = &["low", "l", "low_price"];
const CLOSE: &[&str] = &[
    "close",
    "c",
    "close_price",
    "adj_close",
    "adjclose",
    "adjusted_close",
    "close_adj",
];
const SYMBOL: &[&str] = &["symbol", "ticker", "pair", "instrument"];
const OTHER: &[&str] = &["bar", "volume", "v", "vol", "source"];

/// Where the wanted columns are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) time: Option<usize>,
    /// Time of day in a column of its own, beside a `date` column in `time`.
    pub(crate) clock: Option<usize>,
    pub(crate) symbol: Option<usize>,
    pub(crate) close: usize,
    /// The columns whose mean is the source; none means the close.
    pub(crate) source: Vec<usize>,
    pub(crate) names: Vec<String>,
}

/// Names of columns, as the input has them and as they are compared.
pub(crate) struct Header {
    names: Vec<String>,
    keys: Vec<String>,
}

impl From<Vec<String>> for Header {
    fn from(names: Vec<String>) -> Self {
        let keys = names.iter().map(|name| normalize(name)).collect();
        Self { names, keys }
    }
}

impl Header {
    /// As the input has them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether any of them is the name of a column we know, so that the row is a header.
    pub(crate) fn is_known(&self) -> bool {
        let known = [TIME, OPEN, HIGH, LOW, CLOSE, SYMBOL, OTHER];
        let is_known = |key: &String| known.iter().any(|names| names.contains(&&**key));
        self.keys.iter().any(is_known)
    }

    /// Columns up to the last one that has a name, if any has.
    pub(crate) fn n_named(&self) -> Option<usize> {
        let last = self.names.iter().rposition(|name| !name.is_empty())?;
        Some(last + 1)
    }

    /// Whether a column of closes is among them.
    pub(crate) fn has_close(&self) -> bool {
        self.keys.iter().any(|key| CLOSE.contains(&&**key))
    }
}

impl Layout {
    /// Finds the wanted columns among the names of a header.
    pub(crate) fn of(
        header: impl Into<Header>,
        request: &Request,
        path: &str,
    ) -> Result<Self, DatasetError> {
        let Header { names, keys } = header.into();
        let find = |aliases: &[&str]| {
            aliases
                .iter()
                .find_map(|alias| keys.iter().position(|key| key == alias))
        };
        let need =
            |aliases: &[&str]| find(aliases).ok_or_else(|| missing(&names, aliases[0], path));
        let close = need(CLOSE)?;
        let source = match &request.source {
            SourceColumn::Close => vec![],
            SourceColumn::Hl2 => vec![need(HIGH)?, need(LOW)?],
            SourceColumn::Hlc3 => vec![need(HIGH)?, need(LOW)?, close],
            SourceColumn::Ohlc4 => vec![need(OPEN)?, need(HIGH)?, need(LOW)?, close],
            SourceColumn::Named(wanted) => {
                let exact = names.iter().position(|name| name == wanted);
                let index = exact.or_else(|| keys.iter().position(|key| *key == normalize(wanted)));
                vec![index.ok_or_else(|| missing(&names, wanted, path))?]
            }
        };
        let date = keys.iter().position(|key| key == "date");
        let clock = date.and_then(|_| keys.iter().position(|key| key == "time"));
        let time = if clock.is_some() { date } else { find(TIME) };
        let symbol = find(SYMBOL);
        let is_named = matches!(request.source, SourceColumn::Named(_));
        let sources = source.iter().copied().filter(|_| !is_named);
        let read = [time, clock, symbol, Some(close)].into_iter().flatten();
        for column in read.chain(sources) {
            let n_twins = keys.iter().filter(|key| **key == keys[column]).count();
            if 1 < n_twins {
                return Err(twins(&names[column], n_twins, path));
            }
        }
        Ok(Self {
            time,
            clock,
            symbol,
            close,
            source,
            names,
        })
    }

    /// Takes the index of a data frame as the time, if there is no other and it holds times.
    pub(crate) fn adopt_index(&mut self, holds_times: impl Fn(usize) -> bool) {
        if self.time.is_none() {
            let is_index = |name: &String| INDEX.contains(&&*normalize(name));
            self.time = self
                .names
                .iter()
                .position(is_index)
                .filter(|&column| holds_times(column));
        }
    }

    /// The layout of rows without a header: `time,close`, or `time,open,high,low,close,...`, or `close` alone.
    pub(crate) fn headerless(
        n_columns: usize,
        request: &Request,
        path: &str,
    ) -> Result<Self, DatasetError> {
        let names: &[&str] = match n_columns {
            1 => &["close"],
            2 => &["time", "close"],
            5.. => &["time", "open", "high", "low", "close", "volume"],
            _ => {
                return Err(DatasetError::new(
                    ErrorKind::Column,
                    path,
                    format!("{n_columns} columns without a header, their meaning is unknown"),
                )
                .row(1)
                .remedy("add a header line such as `time,close`"));
            }
        };
        let names = names.iter().take(n_columns);
        let names: Vec<String> = names.map(|&name| name.to_owned()).collect();
        Self::of(names, request, path)
    }

    /// The wanted columns, ascending.
    pub(crate) fn projection(&self) -> Vec<usize> {
        let single = [self.time, self.clock, self.symbol].into_iter().flatten();
        let mut columns: Vec<usize> = single
            .chain([self.close])
            .chain(self.source.iter().copied())
            .collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// The name of a column as the input has it.
    pub(crate) fn name(&self, column: usize) -> &str {
        &self.names[column]
    }
}

/// Lower case, without quotes or `<>`, words joined by `_`.
fn normalize(name: &str) -> String {
    let bare =
        name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>'));
    let mut key = bare.to_lowercase();
    if key.contains([' ', '-', '.']) {
        key = key.replace([' ', '-', '.'], "_");
    }
    key
}

/// A name that several columns have: which of them is meant, the input does not say.
fn twins(name: &str, n_twins: usize, path: &str) -> DatasetError {
    let what = format!("{n_twins} columns are called that");
    DatasetError::new(ErrorKind::Column, path, what)
        .column(name)
        .remedy("leave one, or rename the others")
}

fn missing(names: &[String], wanted: &str, path: &str) -> DatasetError {
    const SHOWN: usize = 12;
    let mut found = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{}`", name.escape_debug()))
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        found.push_str(", …");
    }
    let remedy = if wanted == "close" {
        "name the column of closing prices `close`".to_owned()
    } else {
        format!("add a column `{wanted}` or choose another source")
    };
    let what = if names.is_empty() {
        "no columns at all".to_owned()
    } else {
        format!("there is none among {found}")
    };
    DatasetError::new(ErrorKind::Column, path, what)
        .column(wanted)
        .remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(header: &str, source: SourceColumn) -> Result<Layout, DatasetError> {
        let names: Vec<String> = header.split(',').map(str::to_owned).collect();
        Layout::of(
            names,
            &Request {
                source,
                symbol: None,
            },
            "a.csv",
        )
    }

    #[test]
    fn a_column_that_is_read_is_there_once() {
        let refused = |header, source| layout(header, source).unwrap_err().to_string();
        assert_eq!(
            refused("time,close,open,Close", SourceColumn::Close),
            "a.csv, column `close`: 2 columns are called that; leave one, or rename the others"
        );
        assert!(refused("time,close,time", SourceColumn::Close).contains("`time`"));
        assert!(refused("high,low,high,close", SourceColumn::Hl2).contains("`high`"));
        // What is not read may come as often as it likes, and an exact name says which one is meant.
        assert!(layout("time,close,volume,volume,high,high", SourceColumn::Close).is_ok());
        let named = SourceColumn::Named("Value".into());
        assert_eq!(layout("close,value,Value", named).unwrap().source, [2]);
    }

    #[test]
    fn columns_are_found_by_any_of_their_names() {
        let plain = layout(
            "Open Time,OPEN,High,low,Adj Close,Close,Volume",
            SourceColumn::Hlc3,
        )
        .unwrap();
        assert_eq!(
            (plain.time, plain.close, plain.source),
            (Some(0), 5, vec![2, 3, 5])
        );
        let adjusted = layout("Date,Adj Close", SourceColumn::Close).unwrap();
        assert_eq!((adjusted.time, adjusted.close), (Some(0), 1));
        let meta = layout("<DATE>,<TIME>,<CLOSE>", SourceColumn::Close).unwrap();
        assert_eq!((meta.time, meta.clock, meta.close), (Some(0), Some(1), 2));
        let bars = layout("bar,close,source", SourceColumn::Named("SOURCE".into())).unwrap();
        assert_eq!((bars.time, bars.close, bars.source), (None, 1, vec![2]));
    }

    #[test]
    fn a_header_without_a_close_names_what_it_has() {
        let error = layout("time,price", SourceColumn::Close).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.csv, column `close`: there is none among `time`, `price`; name the column of closing prices `close`"
        );
    }
}
