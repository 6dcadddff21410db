//! `atc why` and `atc inspect`: what is looked at and shown, not written.

use std::sync::Arc;

use atc_cli::engine::Failure;
use atc_cli::engine::dataset::Bars;
use atc_cli::engine::inspect::{Demands, Verdict, Word, inspect as look};
use atc_cli::engine::why::{At, why as explain};
use atc_parallel::{Control, ExecutorExt};

use super::args::{Global, InspectArgs, ReportFormat, WhyArgs};
use super::exit::{Exit, Misuse};
use super::{input, inspect as inspect_view, output, progress, why as why_view};

/// Runs `atc why`.
pub(crate) fn why(args: &WhyArgs, global: &Global) -> anyhow::Result<Exit> {
    let plan = Arc::new(args.params.plan()?);
    let bars = only_series(args)?;
    let report = explain(&plan, &bars, args.bar.as_ref().unwrap_or(&At::Last))?;
    match args.format {
        ReportFormat::Json => output::json(&report)?,
        ReportFormat::Table => output::data(&why_view::render(&report, global.colors_stdout()))?,
    }
    Ok(Exit::Done)
}

/// The one series that the input holds, or holds of the symbol asked for.
fn only_series(args: &WhyArgs) -> anyhow::Result<Bars> {
    let (sources, missing) = input::sources(std::slice::from_ref(&args.input), None);
    if let Some(failure) = missing.into_iter().next() {
        return Err(in_its_words(&failure));
    }
    let (mut series, mut failed) = (Vec::new(), Vec::new());
    for source in &sources {
        match source.read(&args.read.request()) {
            Ok(bars) => series.extend(bars),
            Err(error) => failed.push(error.into()),
        }
    }
    let failed = input::all_failures(failed, Vec::new(), 0);
    match (series.pop(), failed.into_iter().next()) {
        (Some(bars), _) if series.is_empty() => Ok(bars),
        (None, Some(failure)) => Err(in_its_words(&failure)),
        (last, _) => {
            series.extend(last);
            if series.iter().all(|bars| bars.symbol == series[0].symbol) {
                let text = format!(
                    "{} holds {} series of the symbol {}; `why` explains one, give its file",
                    args.input,
                    series.len(),
                    series[0].symbol
                );
                return Err(Misuse(text).into());
            }
            let names: Vec<&str> = series.iter().map(|bars| bars.symbol.as_str()).collect();
            let (shown, n_more) = (names.len().min(8), names.len().saturating_sub(8));
            let more = if n_more > 0 {
                format!(" and {n_more} more")
            } else {
                String::new()
            };
            let text = format!(
                "{} holds {} symbols: {}{more}; `why` explains one, choose it with `--symbol`",
                args.input,
                names.len(),
                names[..shown].join(", "),
            );
            Err(Misuse(text).into())
        }
    }
}

/// A failure tells its cause itself: without it, since causes are told behind an error.
fn in_its_words(failure: &Failure) -> anyhow::Error {
    anyhow::Error::msg(failure.to_string())
}

/// Runs `atc inspect`.
pub(crate) fn inspect(args: &InspectArgs, global: &Global) -> anyhow::Result<Exit> {
    let demands = Demands::of(&args.params.plan()?);
    let (sources, missing) = input::sources(&args.inputs, None);
    let request = args.read.request();
    let bar = progress::bar(global, sources.len(), "inspecting");
    let shown = bar.clone();
    let control = Control::new().on_progress(move |_| shown.inc(1));
    let chosen = args.read.executor(&sources, false)?;
    output::note(global, &chosen.reason);
    let verdicts: Vec<Verdict> = chosen
        .executor
        .map_with(sources.len(), &control, move |slot| {
            look(&sources[slot.job], &request, demands)
        })
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    bar.finish_and_clear();
    match args.format {
        ReportFormat::Json => output::json(&verdicts)?,
        ReportFormat::Table => {
            output::data(&inspect_view::render(&verdicts, global.colors_stdout()))?;
        }
    }
    output::failures(global, &missing);
    let is_bad = |verdict: &&Verdict| verdict.verdict == Word::Bad;
    let n_bad = verdicts.iter().filter(is_bad).count();
    Ok(Exit::of_run(missing.len() + n_bad, false))
}
