//! The columns of one symbol.

use std::borrow::Cow;

use atc_core::{Columns, Detail, Family};

use crate::engine::Output;
use crate::engine::dataset::Bars;

/// What is written of one symbol: named columns of equal length.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame {
    /// Number of rows.
    pub n_rows: usize,
    /// The columns, in output order.
    pub columns: Vec<Column>,
}

/// A named column.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name in the header.
    pub name: Cow<'static, str>,
    /// The values.
    pub values: Values,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// The same text in every row.
    Text(String),
    /// Nanoseconds since 1970-01-01 UTC.
    Time(Vec<i64>),
    /// The index of the row, from 0.
    Bar,
    /// Numbers; a missing one is NaN.
    Float(Vec<f64>),
    /// -1, 0 or +1.
    Signal(Vec<i8>),
}

impl Frame {
    /// `labels`, which are the same in every row, `time` or `bar`, `close`, then the columns of the output.
    pub fn new(bars: &Bars, output: Output, labels: &[(&'static str, &str)]) -> Self {
        let mut columns = Vec::with_capacity(16);
        let mut push = |name: Cow<'static, str>, values| columns.push(Column { name, values });
        for (name, text) in labels {
            push((*name).into(), Values::Text((*text).to_owned()));
        }
        match &bars.time {
            Some(time) => push("time".into(), Values::Time(time.clone())),
            None => push("bar".into(), Values::Bar),
        }
        push("close".into(), Values::Float(bars.close.clone()));
        match output {
            Output::Average(values) => push("average_signal".into(), Values::Float(values)),
            Output::Columns(all) => push_columns(*all, &mut push),
            Output::Detail(detail) => push_detail(*detail, &mut push),
            Output::Last(_) => {}
        }
        Self {
            n_rows: bars.len(),
            columns,
        }
    }
}

fn push_columns(all: Columns, push: &mut impl FnMut(Cow<'static, str>, Values)) {
    let values = all.signals.0.into_iter().chain(all.equities.0);
    let values = values.chain([all.average_signal]);
    for (name, values) in Columns::NAMES.into_iter().zip(values) {
        push(name.into(), Values::Float(values));
    }
}

/// Three columns per line: `ema_28`, `ema_28_signal`, `ema_28_equity`.
fn push_detail(detail: Detail, push: &mut impl FnMut(Cow<'static, str>, Values)) {
    push_columns(detail.columns, push);
    let lines = detail.averages.0.into_iter().zip(detail.signals.0);
    let lines = lines.zip(detail.equities.0);
    for (family, ((averages, signals), equities)) in Family::ALL.into_iter().zip(lines) {
        let lines = averages.into_iter().zip(signals).zip(equities);
        for (length, ((average, signal), equity)) in detail.lengths[family].into_iter().zip(lines) {
            let name = format!("{family}_{length}");
            push(name.clone().into(), Values::Float(average));
            push(format!("{name}_signal").into(), Values::Signal(signal));
            push(format!("{name}_equity").into(), Values::Float(equity));
        }
    }
}
