//! `atc cache verify`: computes anew and compares every bit.

use std::fmt::Write as _;
use std::sync::Arc;

use atc_cli::engine::dataset::Source;
use atc_cli::engine::{Scan, Trust, digest};

use super::{OfInputs, engine, show};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Misuse};
use crate::cli::style::clean;
use crate::cli::{input, output};

pub(super) fn verify(of: &OfInputs, global: &Global) -> anyhow::Result<Exit> {
    let Some(cache) = global.cache.open(Trust::default(), global)? else {
        return Err(Misuse("the cache is switched off".to_owned()).into());
    };
    let request = of.read.request();
    let (sources, missing) = input::sources(&of.inputs, None);
    if sources.iter().any(Source::is_pipe) {
        let text = "standard input is there once, and this reads twice; give its bars in a file";
        return Err(Misuse(text.to_owned()).into());
    }
    let cached = engine(of, &sources, Some(Arc::clone(&cache)), global)?;
    let cached = cached.scan(sources.clone(), &request);
    let cold = engine(of, &sources, None, global)?.scan(sources, &request);
    cache.save();
    let differing = differing(&cached, &cold);
    let verdict = Verdict {
        rows: cold.rows.len(),
        failed: cold.failed.len() + missing.len(),
        from_cache: cache.statistics().hits() + cache.statistics().hits_prefix,
        digest: digest(&cold.rows),
        differing,
    };
    show(of.plain.format, &verdict, |verdict| {
        let mut text = format!(
            "{} rows, {} of them from the cache: {} differ\n",
            verdict.rows,
            verdict.from_cache,
            verdict.differing.len()
        );
        for symbol in &verdict.differing {
            let _ = writeln!(text, "  {}", clean(symbol));
        }
        text
    })?;
    let failed = input::all_failures(missing, cold.failed, cold.rows.len());
    output::failures(global, &failed);
    Ok(Exit::of_run(failed.len() + verdict.differing.len(), false))
}

/// What a comparison of the cache with a computation found.
#[derive(serde::Serialize)]
struct Verdict {
    rows: usize,
    failed: usize,
    from_cache: u64,
    digest: String,
    differing: Vec<String>,
}

/// The symbols whose rows differ in any bit, or that only one of the scans has.
fn differing(cached: &Scan, cold: &Scan) -> Vec<String> {
    let one = |row| digest(std::slice::from_ref(row));
    let pairs = cached.rows.iter().zip(&cold.rows);
    let differ = pairs.filter(|(ours, theirs)| one(ours) != one(theirs));
    let mut symbols: Vec<String> = differ.map(|(row, _)| row.symbol.clone()).collect();
    let n_common = cached.rows.len().min(cold.rows.len());
    let rest = cached.rows[n_common..].iter().chain(&cold.rows[n_common..]);
    symbols.extend(rest.map(|row| row.symbol.clone()));
    symbols
}
