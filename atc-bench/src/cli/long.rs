//! One long series: on one thread, slice by slice, and on two, piece by piece.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use atc_bench::market::Workload;
use atc_bench::report::Sheet;
use atc_bench::stats::Times;
use atc_core::{Isa, Params, Pieces, Plan, Series, Workspace};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The series.
const N_BARS: usize = 1_000_000;

/// A round takes as long as a few hundred of a classifier: so many fewer.
const ROUNDS_IN: u16 = 4;

/// One instruction set, on one thread and on two.
struct Racer {
    isa: Isa,
    workspaces: [Workspace; 2],
    one: Vec<f64>,
    two: Vec<f64>,
    seconds: [Vec<f64>; 2],
}

impl Racer {
    fn new(plan: &Arc<Plan>, isa: Isa) -> Option<Self> {
        let workspace = Workspace::with_isa(Arc::clone(plan), isa)?;
        Some(Self {
            isa,
            workspaces: [workspace.clone(), workspace],
            one: vec![0.0; N_BARS],
            two: vec![0.0; N_BARS],
            seconds: [Vec::new(), Vec::new()],
        })
    }

    /// Times both; the bars are checked within the time.
    fn round(&mut self, plan: &Arc<Plan>, close: &[f64], pool: &ThreadPool) -> anyhow::Result<()> {
        let start = Instant::now();
        let series = [Series::new(plan, close, None)?];
        self.workspaces[0].averages(&series, &mut [&mut self.one]);
        self.seconds[0].push(start.elapsed().as_secs_f64());

        let start = Instant::now();
        let series = Series::new(plan, close, None)?;
        let pieces = Pieces::new(plan, &series, self.isa, 2).context("the series is long")?;
        let (head, tail) = self.two.split_at_mut(pieces.bars(0).end);
        let [first, second] = &mut self.workspaces;
        let mut behind = None;
        let ahead = pool.in_place_scope(|scope| {
            scope.spawn(|_| behind = Some(pieces.averages(1, &series, second, tail)));
            pieces.averages(0, &series, first, head)
        });
        let ends = [Some(ahead), behind].into_iter().flatten().collect();
        pieces.join(&series, ends, &mut self.two);
        self.seconds[1].push(start.elapsed().as_secs_f64());

        let bits = |values: &[f64]| {
            values
                .iter()
                .map(|value| value.to_bits())
                .collect::<Vec<_>>()
        };
        ensure!(
            bits(&self.one) == bits(&self.two),
            "{}: the bits differ",
            self.isa
        );
        Ok(())
    }
}

/// Times the vector instruction sets of this machine, in turn.
pub(crate) fn measured(rounds: u16) -> anyhow::Result<Sheet> {
    let plan = Arc::new(Plan::new(Params::default())?);
    let close = Workload::new(1, N_BARS).series(1, 0);
    let racers = [Isa::Avx512, Isa::Avx2, Isa::Portable(4)].into_iter();
    let mut racers: Vec<Racer> = racers.filter_map(|isa| Racer::new(&plan, isa)).collect();
    let pool = ThreadPoolBuilder::new().num_threads(1).build()?;
    let rounds = (rounds / ROUNDS_IN).max(3);
    for _ in 0..rounds {
        for racer in &mut racers {
            racer.round(&plan, &close, &pool)?;
        }
    }
    Ok(sheet(rounds, racers))
}

fn sheet(rounds: u16, racers: Vec<Racer>) -> Sheet {
    let mut rows = Vec::new();
    for Racer { isa, seconds, .. } in racers {
        let [one, two] = seconds.map(Times::of);
        for (threads, times) in [("1", &one), ("2", &two)] {
            let faster = times.speed_up(&one);
            let mut row = vec![format!("{isa}, threads: {threads}")];
            row.extend(times.cells(N_BARS));
            row.push(format!("{:.2} / {:.2}", faster.best, faster.median));
            rows.push(row);
        }
    }
    Sheet {
        title: format!(
            "One series of {N_BARS} bars, average signal, {rounds} rounds; ratios best / median"
        ),
        n_words: 1,
        header: [
            "",
            "best ms",
            "median ms",
            "spread",
            "Mbars/s, best",
            "one thread / this",
        ]
        .map(str::to_owned)
        .into(),
        rows,
    }
}
