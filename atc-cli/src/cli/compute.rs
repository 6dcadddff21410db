//! `atc compute`: every bar, into a file or standard output.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anyhow::Context as _;
use atc_cli::engine::dataset::Source;
use atc_cli::engine::sink::{AtomicFile, Format};
use atc_cli::engine::{Computed, Engine};

use super::args::{ComputeArgs, Global};
use super::exit::{Exit, Misuse};
use super::{input, output, progress};

/// Runs the command.
pub(crate) fn run(args: &ComputeArgs, global: &Global) -> anyhow::Result<Exit> {
    let plan = args.params.plan()?;
    let format = format(args)?;
    // Opened first: a folder that cannot be written is known before hours of computing.
    let file = args.output.as_deref().map(create).transpose()?;
    let (sources, missing) = input::sources(&args.inputs);
    let bar = progress::bar(global, sources.len(), "computing");
    let engine = args.read.engine(plan, &sources, (global, &bar), None)?;
    let run = Run {
        args,
        engine,
        several: sources.len() + missing.len() > 1,
        sources,
    };
    let engine = run.engine.clone();
    let computed = match (file, args.output.as_deref()) {
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
        let left = match args.output {
            Some(_) => "no file was written",
            None => "the rows are what was done until then",
        };
        output::complain(global, &format!("interrupted; {left}, run it again"));
    }
    Ok(Exit::of_run(failed.len(), computed.is_cancelled))
}

/// What is asked for, else what the file's name says, else CSV.
fn format(args: &ComputeArgs) -> anyhow::Result<Format> {
    let of_path = args.output.as_deref().and_then(Format::of_path);
    let format = args.format.or(of_path).unwrap_or(Format::Csv);
    if args.output.is_none() && !format.is_text() && io::stdout().is_terminal() {
        let name = format.name();
        let text =
            format!("{name} is no text for a terminal; give a file with `-o` or pipe the output");
        return Err(Misuse(text).into());
    }
    Ok(format)
}

fn create(path: &Path) -> anyhow::Result<AtomicFile> {
    let refused = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder; create it first".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder; give a file".to_owned(),
            io::ErrorKind::PermissionDenied => "permission denied; write elsewhere".to_owned(),
            _ => error.to_string(),
        };
        Misuse(format!("{}: cannot be written: {why}", path.display()))
    };
    AtomicFile::create(path)
        .map_err(refused)
        .map_err(Into::into)
}

struct Run<'a> {
    args: &'a ComputeArgs,
    engine: Engine,
    several: bool,
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
            (self.args.columns.into(), self.several),
            sink.as_mut(),
        )?;
        sink.finish()?;
        Ok(computed)
    }
}
