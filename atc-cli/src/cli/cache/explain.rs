//! `atc cache explain`: why inputs hit or miss.

use std::fmt::Write as _;

use atc_cli::engine::{Explained, Recorded, Trust};

use super::{OfInputs, engine, show};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Misuse};
use crate::cli::style::clean;
use crate::cli::{input, output};

pub(super) fn explain(of: &OfInputs, global: &Global) -> anyhow::Result<Exit> {
    let Some(cache) = global.cache.open(Trust::default(), global)? else {
        return Err(Misuse("the cache is switched off".to_owned()).into());
    };
    let (sources, mut failed) = input::sources(&of.inputs, None);
    let engine = engine(of, &sources, Some(cache), global)?;
    let mut explained = Vec::new();
    for source in &sources {
        match engine.explain(source, &of.read.request()) {
            Ok(one) => explained.extend(one),
            Err(error) => failed.push(error.into()),
        }
    }
    show(of.plain.format, &explained, |all| {
        all.iter().map(in_words).collect()
    })?;
    output::failures(global, &failed);
    Ok(Exit::of_run(failed.len(), false))
}

fn in_words(explained: &Explained) -> String {
    let recorded = match explained.recorded {
        Recorded::Unchanged => "unchanged, would not be opened",
        Recorded::Racy => "modified just before it was read, would be read again",
        Recorded::Grown => "has grown, what was added would be read",
        Recorded::Changed => "looks different, would be read",
        Recorded::Nothing => "not known, would be read",
        _ => "read each time",
    };
    let mut text = format!("{}: {recorded}\n", clean(&explained.input));
    for series in &explained.series {
        let table = if series.in_table {
            "hit: in the table of readings"
        } else {
            "not in the table of readings"
        };
        let _ = writeln!(
            text,
            "  {}: {table}; store {}\n    series {}\n    key    {}",
            clean(&series.symbol),
            series.store,
            series.fingerprint,
            series.key
        );
    }
    for refused in &explained.refused {
        let _ = writeln!(
            text,
            "  refused, and nothing is kept of it: {}",
            clean(refused)
        );
    }
    text
}
