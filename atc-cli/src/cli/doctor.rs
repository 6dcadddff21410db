//! `atc doctor`: what this machine has, and the proof that it computes right.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;
use atc_cli::engine::prove::{Proof, Route, Step, prove};
use atc_cli::engine::{Cache, Digest};
use atc_core::Isa;
use atc_parallel::available_lanes;
use comfy_table::CellAlignment;
use serde::{Serialize, Serializer};

use super::args::{DoctorArgs, Global, ReportFormat};
use super::exit::Exit;
use super::style::{DIM, LONG, SHORT, paint, table};
use super::{gpu, output, progress};

/// What the doctor found.
#[derive(Serialize)]
struct Report {
    /// By name, in words.
    #[serde(serialize_with = "by_name")]
    facts: Vec<Fact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
}

type Fact = (&'static str, String);

fn by_name<S: Serializer>(facts: &[Fact], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(facts.iter().map(|(name, fact)| (name, fact)))
}

/// Runs the command.
pub(crate) fn run(args: &DoctorArgs, global: &Global) -> anyhow::Result<Exit> {
    let proof = args.prove.then(|| proof(global)).transpose()?;
    let holds = proof.as_ref().is_none_or(Proof::holds);
    let report = Report {
        facts: facts(global),
        proof,
    };
    let format = if args.json {
        ReportFormat::Json
    } else {
        args.format
    };
    match format {
        ReportFormat::Json => output::json(&report)?,
        ReportFormat::Table => output::data(&drawn(&report, global.colors_stdout()))?,
    }
    Ok(if holds { Exit::Done } else { Exit::SomeFailed })
}

fn proof(global: &Global) -> anyhow::Result<Proof> {
    let mut routes = Route::all().context("threads cannot be started")?;
    routes.push(gpu::route()?);
    let bar = progress::bar(global, routes.len() + 2, "proving");
    let proof = prove(&routes, |_| bar.inc(1));
    bar.finish_and_clear();
    Ok(proof)
}

fn facts(global: &Global) -> Vec<Fact> {
    let isas: Vec<String> = Isa::available().iter().map(ToString::to_string).collect();
    let features = [
        ("gpu", cfg!(feature = "gpu")),
        ("remote", cfg!(feature = "remote")),
    ];
    let features: Vec<&str> = features
        .into_iter()
        .filter_map(|(name, is_on)| is_on.then_some(name))
        .collect();
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let instructions = format!("{} in use, of {}", Isa::detect(), isas.join(", "));
    let mut facts = vec![
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("features", features.join(", ")),
        ("system", system),
        ("processor", processor()),
        ("instruction sets", instructions),
        ("adapters", gpu::adapters()),
    ];
    match global.cache.folder() {
        Ok(folder) => facts.extend([("cache", cache(&folder)), ("disk", disk(&folder))]),
        Err(error) => facts.push(("cache", format!("{error:#}"))),
    }
    facts
}

/// What is in the cache.
fn cache(folder: &Path) -> String {
    match Cache::holdings(folder) {
        Ok(held) => format!(
            "{}: {} sources known, {} KB of tables, {} KB of store",
            folder.display(),
            held.sources,
            held.table_bytes >> 10,
            held.store_bytes >> 10
        ),
        Err(error) => format!("{}: {error}", folder.display()),
    }
}

/// The room there is for the cache, which may not have a folder yet.
fn disk(folder: &Path) -> String {
    let known = folder.ancestors().find(|above| above.exists());
    match fs4::available_space(known.unwrap_or(Path::new("."))) {
        Ok(bytes) => format!("{} MB free where the cache is", bytes >> 20),
        Err(error) => format!("cannot be asked ({error})"),
    }
}

/// The processor's name for itself, where the system tells it, and the cores this process may use.
fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| Some(line.split_once(':')?.1.trim()));
    format!(
        "{}, {} core(s)",
        name.unwrap_or("unknown"),
        available_lanes()
    )
}

fn drawn(report: &Report, color: bool) -> String {
    let mut text = String::new();
    let widths = report.facts.iter().map(|(name, _)| name.len());
    let width = widths.max().unwrap_or(0);
    for (name, fact) in &report.facts {
        let name = paint(&format!("{name:width$}"), DIM, color);
        let _ = writeln!(text, "{name}  {fact}");
    }
    if let Some(proof) = &report.proof {
        let _ = write!(text, "\n{}", proved(proof, color));
    }
    text
}

fn proved(proof: &Proof, color: bool) -> String {
    let mut rows = table(["route", "compared", "digest", "", "Mbars/s"], color);
    if let Some(speed) = rows.column_mut(4) {
        speed.set_cell_alignment(CellAlignment::Right);
    }
    for step in &proof.steps {
        rows.add_row(row(step, color));
    }
    let Proof {
        n_plans,
        n_series,
        n_bars,
        ..
    } = proof;
    let verdict = if proof.holds() {
        paint("every route gives the same bits", LONG, color)
    } else {
        paint(
            "not every route gives the same bits; please report this",
            SHORT,
            color,
        )
    };
    format!("{rows}\n\n{n_series} series under {n_plans} plans, {n_bars} bars: {verdict}\n")
}

fn row(step: &Step, color: bool) -> Vec<String> {
    let digest = step.digest.as_ref().map(Digest::short);
    let verdict = match step.is_equal {
        Some(true) => paint("=", LONG, color),
        Some(false) => paint("differs", SHORT, color),
        None => paint("-", DIM, color),
    };
    let speed = step
        .bars_per_second
        .map(|speed| format!("{:.1}", speed / 1e6));
    vec![
        step.route.clone(),
        step.output.to_owned(),
        digest.or_else(|| step.remark.clone()).unwrap_or_default(),
        verdict,
        speed.unwrap_or_default(),
    ]
}
