//! `atc warm`: computes before anybody asks.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use atc_cli::engine::dataset::{Request, SourceColumn};
use atc_cli::engine::{Budget, Cache, Failure, Query, Warmed};
use atc_core::{Plan, Preset, Profile};
use clap::Args;

use super::args::Global;
use super::cache::{Size, TrustArgs};
use super::exit::{Exit, Misuse};
use super::params::{checked, overlay};
use super::reading::ReadArgs;
use super::span::Span;
use super::warming::{self, Warming};
use super::{cache, input, interrupt, output, progress};

/// Computes where series stand before anybody asks, so that a scan finds it.
///
/// What is known already is skipped, so a warming that was stopped or killed goes
/// on where it was. Ctrl-C stops it between tiles.
#[derive(Clone, Debug, Args)]
#[command(
    after_help = "Examples:\n  atc warm data/ --profiles lts,pine --presets scalping,intraday,swing\n  atc warm --from-journal --budget-time 10m --background\n  atc warm --status"
)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct WarmArgs {
    /// Files, folders, patterns or zip archives
    #[arg(value_name = "PATH")]
    inputs: Vec<String>,
    /// Profiles to warm, beside each other
    #[arg(long, value_name = "P,..", value_delimiter = ',')]
    profiles: Vec<Profile>,
    /// Presets to warm, beside each other
    #[arg(long, value_name = "P,..", value_delimiter = ',')]
    presets: Vec<Preset>,
    /// A file of parameters to warm; may be given several times
    #[arg(long, value_name = "FILE.json")]
    params: Vec<PathBuf>,
    /// Warm what is likely to be asked, judging by what was
    #[arg(long)]
    from_journal: bool,
    /// With --from-journal, only the N likeliest queries
    #[arg(long, value_name = "N", requires = "from_journal")]
    top: Option<usize>,
    /// Stop when so many bytes were stored, such as 200M
    #[arg(long, value_name = "SIZE")]
    budget_bytes: Option<Size>,
    /// Stop after this time, such as 90s or 10m
    #[arg(long, value_name = "TIME")]
    budget_time: Option<Span>,
    /// Go on in a process of its own, at low priority
    #[arg(long)]
    background: bool,
    /// Say how the warming of this cache is going, or how it went and what failed: exit code 1 if
    /// something did
    #[arg(long, conflicts_with_all = ["stop", "background", "from_journal"])]
    status: bool,
    /// Stop the warming of this cache, after the tiles it is at
    #[arg(long, conflicts_with_all = ["background", "from_journal"])]
    stop: bool,
    #[command(flatten)]
    trust: TrustArgs,
    #[command(flatten)]
    read: ReadArgs,
}

/// Runs the command.
pub(crate) fn run(args: &WarmArgs, global: &Global) -> anyhow::Result<Exit> {
    if args.status {
        return warming::status(&global.cache.folder()?);
    }
    if args.stop {
        return warming::stop(&global.cache.folder()?, global);
    }
    if args.inputs.is_empty() && !args.from_journal {
        let text = "what is to be warmed? give paths, or `--from-journal`";
        return Err(Misuse(text.to_owned()).into());
    }
    args.check()?;
    let plans = args.plans()?;
    if args.background {
        return warming::detach(&global.cache.folder()?, global);
    }
    let folder = global.cache.folder()?;
    let Some(cache) = global.cache.open(args.trust.get(), global)? else {
        return Err(
            Misuse("the cache is switched off, there is nothing to warm".to_owned()).into(),
        );
    };
    let Some(warming) = Warming::begin(&folder)? else {
        output::complain(
            global,
            "another process is warming this cache; see `atc warm --status`",
        );
        return Ok(Exit::SomeFailed);
    };
    warming.cancel_when_asked(interrupt::token());
    let mut run = Run {
        args,
        global,
        cache,
        warming,
        total: Warmed::default(),
        failed: Vec::new(),
        gone: Vec::new(),
    };
    match run.all(&plans) {
        Ok(()) => run.finish(),
        Err(error) => {
            // For who asks later; the error itself is told in any case.
            let _ = run.warming.fail(&error);
            Err(error)
        }
    }
}

impl WarmArgs {
    /// Refuses what would be ignored, or could not be done.
    fn check(&self) -> anyhow::Result<()> {
        if self.inputs.is_empty() {
            let given = [
                ("--profiles", !self.profiles.is_empty()),
                ("--presets", !self.presets.is_empty()),
                ("--params", !self.params.is_empty()),
                ("--symbol", self.read.symbol.is_some()),
                ("--source", self.read.source != SourceColumn::default()),
            ];
            if let Some((flag, _)) = given.iter().find(|(_, is_given)| *is_given) {
                let text = format!(
                    "`{flag}` is about paths, and none is given; `--from-journal` warms what was asked as it was asked"
                );
                return Err(Misuse(text).into());
            }
        }
        if self.background && self.inputs.iter().any(|input| input == "-") {
            let text = "standard input cannot be read in the background; warm it without `--background`, or name a file";
            return Err(Misuse(text.to_owned()).into());
        }
        Ok(())
    }

    /// Every profile with every preset, and every file under every profile.
    fn plans(&self) -> anyhow::Result<Vec<Arc<Plan>>> {
        let profiles = if self.profiles.is_empty() {
            vec![Profile::default()]
        } else {
            self.profiles.clone()
        };
        let mut bases: Vec<_> = self.presets.iter().map(|preset| preset.params()).collect();
        if bases.is_empty() && self.params.is_empty() {
            bases.push(Preset::default().params());
        }
        let mut plans = Vec::new();
        for profile in profiles {
            for base in &bases {
                let params = atc_core::Params { profile, ..*base };
                plans.push(checked(params)?);
            }
            for path in &self.params {
                let base = atc_core::Params {
                    profile,
                    ..atc_core::Params::default()
                };
                plans.push(checked(overlay(base, path)?)?);
            }
        }
        Ok(plans.into_iter().map(Arc::new).collect())
    }
}

/// One warming, of one or several queries.
struct Run<'a> {
    args: &'a WarmArgs,
    global: &'a Global,
    cache: Arc<Cache>,
    warming: Warming,
    total: Warmed,
    failed: Vec<Failure>,
    /// What the journal asks for and is not there, or never was.
    gone: Vec<Failure>,
}

impl Run<'_> {
    fn all(&mut self, plans: &[Arc<Plan>]) -> anyhow::Result<()> {
        let args = self.args;
        if !args.inputs.is_empty() {
            let failed = self.inputs(&args.inputs, &args.read.request(), plans)?;
            self.failed.extend(failed);
        }
        if args.from_journal {
            self.journal()?;
        }
        Ok(())
    }

    /// Warms inputs; what failed.
    fn inputs(
        &mut self,
        inputs: &[String],
        request: &Request,
        plans: &[Arc<Plan>],
    ) -> anyhow::Result<Vec<Failure>> {
        let Some(plan) = plans.first() else {
            return Ok(Vec::new());
        };
        let (sources, missing) = input::sources(inputs, self.cache.folders());
        let bar = progress::counting(self.global, sources.len(), "warming");
        self.warming.follow(&bar);
        let cache = Some(Arc::clone(&self.cache));
        let read = &self.args.read;
        let engine = read.engine(Plan::clone(plan), &sources, (self.global, &bar), cache)?;
        let warmed = engine.warm(sources, request, plans, self.budget_left());
        bar.finish_and_clear();
        self.total.n_sources += warmed.n_sources;
        self.total.n_series += warmed.n_series;
        self.total.is_cancelled |= warmed.is_cancelled;
        self.total.is_spent |= warmed.is_spent;
        let failed = input::all_failures(missing, warmed.failed, warmed.n_series);
        Ok(failed)
    }

    /// The likeliest queries, best first, for as long as there is budget.
    fn journal(&mut self) -> anyhow::Result<()> {
        let bytes = self
            .args
            .budget_bytes
            .map_or(u64::MAX, |Size(bytes)| bytes as u64);
        let likely = self.cache.likely_queries(SystemTime::now(), bytes);
        let likely = likely.context("the journal cannot be read")?;
        let n = self.args.top.unwrap_or(usize::MAX);
        for (query, _) in likely.into_iter().take(n) {
            if self.total.is_cancelled || self.total.is_spent {
                break;
            }
            let Query { inputs, params, .. } = &query;
            // Parameters that an older version took may be refused today.
            if let Ok(plan) = Plan::new(*params) {
                let failed = self.inputs(inputs, &query.request(), &[Arc::new(plan)])?;
                let (gone, failed): (Vec<_>, Vec<_>) =
                    failed.into_iter().partition(Failure::is_not_found);
                self.gone.extend(gone);
                self.failed.extend(failed);
            }
        }
        Ok(())
    }

    fn budget_left(&self) -> Budget {
        let bytes = self.args.budget_bytes.map(|Size(bytes)| bytes as u64);
        let time = self.args.budget_time.map(|Span(time)| time);
        Budget {
            bytes: bytes.map(|bytes| bytes.saturating_sub(self.cache.statistics().kept_bytes)),
            time: time.map(|time| time.saturating_sub(self.warming.elapsed())),
        }
    }

    fn finish(mut self) -> anyhow::Result<Exit> {
        self.cache.save();
        tell_once(&mut self.failed);
        tell_once(&mut self.gone);
        let Warmed {
            n_sources,
            n_series,
            is_cancelled,
            is_spent,
            ..
        } = self.total;
        let computed = self.cache.statistics().computed;
        let end = if is_cancelled {
            "stopped"
        } else if is_spent {
            "the budget is spent"
        } else {
            "done"
        };
        self.warming.end(end, &self.failed)?;
        if !self.global.quiet {
            let words =
                format!("{n_sources} sources warm, {n_series} series, {computed} computed: {end}");
            output::say(&words);
        }
        if 0 < self.global.verbose {
            output::say(cache::effectiveness(&self.cache).trim_end());
        }
        for failure in &self.gone {
            output::warn(self.global, &format!("the journal asks for {failure}"));
        }
        output::failures(self.global, &self.failed);
        Ok(Exit::of_run(self.failed.len(), is_cancelled))
    }
}

/// Of an input that fails under several plans or queries in the same way, the first failure will do.
fn tell_once(failures: &mut Vec<Failure>) {
    let mut told = HashSet::new();
    failures.retain(|failure| told.insert(failure.to_string()));
}
