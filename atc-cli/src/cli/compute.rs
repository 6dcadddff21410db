//! `atc compute`: every bar, into a file or standard output.

use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use atc_cli::engine::dataset::Source;
use atc_cli::engine::sink::{AtomicFile, Format};
use atc_cli::engine::{Computed, Content, Engine, Labels};
use clap::{Args, ValueEnum};

use super::args::Global;
use super::exit::{Exit, Misuse};
use super::params::ParamArgs;
use super::reading::ReadArgs;
use super::{input, output, progress, style};

/// The indicator of every bar, as a table.
///
/// Columns: symbol (when there are several), time or bar, close, then the
/// columns asked for. Tables are computed each time, which is as fast as
/// reading them from a cache would be.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc compute examples/candles/AAPL.csv --columns average\n  atc compute data/ --profile pine --columns detail -o out.parquet"
)]
pub(crate) struct ComputeArgs {
    /// Files, folders, patterns, zip archives, s3:// or http(s):// URLs, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    pub(crate) inputs: Vec<String>,
    /// Which columns to write
    #[arg(long, value_enum, default_value = "all")]
    pub(crate) columns: Columns,
    /// csv, tsv, json, jsonl, parquet or arrow; by default what FILE's ending says, else csv
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// Writes to a file, which appears when it is complete; - is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Adds a column `input`: where rows come from, for inputs that share a symbol
    #[arg(long)]
    pub(crate) with_input: bool,
    #[command(flatten)]
    pub(crate) read: ReadArgs,
    #[command(flatten)]
    pub(crate) params: ParamArgs,
}

/// Which columns a computation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Columns {
    /// `average_signal` alone
    Average,
    /// The 13 columns
    All,
    /// The 13 columns, and average, signal and equity of the 54 lines
    Detail,
}

impl From<Columns> for Content {
    fn from(columns: Columns) -> Self {
        match columns {
            Columns::Average => Self::Average,
            Columns::All => Self::All,
            Columns::Detail => Self::Detail,
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &ComputeArgs, global: &Global) -> anyhow::Result<Exit> {
    let plan = args.params.plan()?;
    let format = format(args)?;
    // Opened first: a folder that cannot be written is known before hours of computing.
    let file = args.output().map(create).transpose()?;
    let (sources, missing) = input::sources(&args.inputs, None);
    if let Some(path) = args.output() {
        keep_inputs(path, &sources)?;
    }
    let labels = if args.with_input {
        Labels::Input
    } else {
        warn_of_twins(&sources, global);
        Labels::AsNeeded
    };
    let bar = progress::bar(global, sources.len(), "computing");
    let engine = args.read.engine(plan, &sources, (global, &bar), None)?;
    let run = Run {
        args,
        engine,
        labels: labels.among(sources.len() + missing.len()),
        sources,
    };
    let engine = run.engine.clone();
    let computed = match (file, args.output()) {
        (Some(file), Some(path)) => run
            .into_file(format, file)
            .map_err(|error| output::unwritable(&path.display().to_string(), error)),
        _ => run
            .write(format, BufWriter::with_capacity(1 << 16, io::stdout()))
            .map_err(|error| output::unwritable("standard output", error)),
    };
    bar.finish_and_clear();
    output::spent(global, engine.spent());
    let computed = computed?;
    let failed = input::all_failures(missing, computed.failed, computed.n_symbols);
    output::failures(global, &failed);
    if computed.is_cancelled {
        let left = match args.output() {
            Some(_) => "no file was written",
            None => "the rows are what was done until then",
        };
        output::complain(global, &format!("interrupted; {left}, run it again"));
    }
    Ok(Exit::of_run(failed.len(), computed.is_cancelled))
}

impl ComputeArgs {
    /// The file to write to, if it is not standard output.
    fn output(&self) -> Option<&Path> {
        self.output
            .as_deref()
            .filter(|path| *path != Path::new("-"))
    }
}

/// What is asked for, else what the file's name says, else CSV.
fn format(args: &ComputeArgs) -> anyhow::Result<Format> {
    let of_path = args.output().and_then(Format::of_path);
    if let Some(path) = args.output()
        && let Some(packed @ ("gz" | "zst" | "zip")) = path.extension().and_then(OsStr::to_str)
    {
        let text = format!(
            "{}: nothing is packed here; leave out `.{packed}`, or pipe the output to a program that packs",
            path.display()
        );
        return Err(Misuse(text).into());
    }
    let format = args.format.or(of_path).unwrap_or(Format::Csv);
    if args.output().is_none() && !format.is_text() && io::stdout().is_terminal() {
        let name = format.name();
        let text =
            format!("{name} is no text for a terminal; give a file with `-o` or pipe the output");
        return Err(Misuse(text).into());
    }
    Ok(format)
}

/// Refuses an output that would take the place of an input.
pub(crate) fn keep_inputs(output: &Path, sources: &[Source]) -> anyhow::Result<()> {
    // What is not there yet is no input.
    let Ok(place) = output.canonicalize() else {
        return Ok(());
    };
    let is_it = |file: &Path| file.canonicalize().is_ok_and(|file| file == place);
    if sources.iter().flat_map(Source::files).any(is_it) {
        let text = format!("{}: is an input; write elsewhere", output.display());
        return Err(Misuse(text).into());
    }
    Ok(())
}

/// Says which symbols rows of the output will not tell apart.
fn warn_of_twins(sources: &[Source], global: &Global) {
    let mut names: Vec<&str> = sources.iter().map(Source::symbol).collect();
    names.sort_unstable();
    let twins = names.chunk_by(|a, b| a == b).find(|same| 1 < same.len());
    if let Some(twins) = twins {
        let text = format!(
            "{} inputs are called {}; tell their rows apart with `--with-input`",
            twins.len(),
            style::clean(twins[0]),
        );
        output::warn(global, &text);
    }
}

/// A file that appears when it is complete; a place where that cannot be is misuse.
pub(crate) fn create(path: &Path) -> anyhow::Result<AtomicFile> {
    let refused = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder; create it first".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder; give a file".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied; write elsewhere".to_owned(),
            _ => error.to_string(),
        };
        Misuse(format!("{}: cannot be written: {why}", path.display()))
    };
    if path.as_os_str() == "-" {
        let text = "`-` is no file, and standard output has the rows; give a path";
        return Err(Misuse(text.to_owned()).into());
    }
    AtomicFile::create(path)
        .map_err(refused)
        .map_err(Into::into)
}

struct Run<'a> {
    args: &'a ComputeArgs,
    engine: Engine,
    labels: Labels,
    sources: Vec<Source>,
}

impl Run<'_> {
    /// Computes into a file, which takes its place only if something was computed and nothing left out.
    fn into_file(self, format: Format, mut file: AtomicFile) -> anyhow::Result<Computed> {
        let computed = self.write(format, &mut file)?;
        if computed.n_symbols > 0 && !computed.is_cancelled {
            file.commit().context("the file cannot be completed")?;
        }
        Ok(computed)
    }

    fn write(&self, format: Format, writer: impl Write + Send) -> anyhow::Result<Computed> {
        let mut sink = format.sink(writer);
        let computed = self.engine.compute(
            &self.sources,
            &self.args.read.request(),
            (self.args.columns.into(), self.labels),
            sink.as_mut(),
        )?;
        sink.finish()?;
        Ok(computed)
    }
}
