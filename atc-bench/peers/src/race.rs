//! Rounds in turn: the whole indicator against the 54 averages of the peers, one thread.

use std::hint::black_box;
use std::time::Instant;

use anyhow::Result;
use atc_bench::market::Workload;
use atc_bench::report::Sheet;
use atc_bench::stats::Times;
use atc_core::{Columns, Error, Family, Plan, Series, Workspace, average_signal, classify};

use crate::peer::Peer;

/// The rows of the race that are ours; peers follow.
const OURS: [&str; 2] = ["ATC, average signal", "ATC, 13 columns"];

/// The indicator with buffers that are reused, as the peers' are.
struct Ours<'a> {
    plan: &'a Plan,
    market: &'a [Vec<f64>],
    workspace: Workspace,
    averages: Vec<Vec<f64>>,
    columns: Vec<Columns>,
}

impl<'a> Ours<'a> {
    fn new(plan: &'a Plan, market: &'a [Vec<f64>]) -> Self {
        Self {
            plan,
            market,
            workspace: Workspace::new(plan.clone()),
            averages: market.to_vec(),
            columns: vec![Columns::default(); market.len()],
        }
    }

    /// The series, every bar checked: a cost that the peers do not have.
    fn series(&self) -> Result<Vec<Series<'a>>, Error> {
        let checked = |close: &'a Vec<f64>| Series::new(self.plan, close, None);
        self.market.iter().map(checked).collect()
    }

    /// One series goes through the functions that are there for one; they make their own buffers.
    fn run(&mut self, row: usize) -> Result<()> {
        if let [close] = self.market {
            match row {
                0 => drop(average_signal(self.plan, black_box(close), None)?),
                _ => drop(classify(self.plan, black_box(close), None)?),
            }
            return Ok(());
        }
        let series = self.series()?;
        if row == 0 {
            let mut out: Vec<_> = self.averages.iter_mut().map(Vec::as_mut_slice).collect();
            self.workspace.averages(black_box(&series), &mut out);
        } else {
            let out = &mut self.columns;
            self.workspace.columns(black_box(&series), out);
        }
        Ok(())
    }
}

/// The 54 averages of every series.
fn averages(peer: &mut dyn Peer, plan: &Plan, market: &[Vec<f64>]) -> Result<()> {
    for close in market {
        for family in Family::ALL {
            for length in plan.lengths(family) {
                black_box(peer.average(family, length, black_box(close))?);
            }
        }
    }
    Ok(())
}

/// Races all on one workload. One untimed round comes first.
pub(crate) fn run(
    workload: Workload,
    (plan, market): (&Plan, &[Vec<f64>]),
    peers: &mut [Box<dyn Peer>],
    rounds: usize,
) -> Result<Sheet> {
    let mut ours = Ours::new(plan, market);
    let n_rows = OURS.len() + peers.len();
    let mut seconds = vec![Vec::new(); n_rows];
    for round in 0..=rounds {
        for turn in 0..n_rows {
            let row = (round + turn) % n_rows;
            let start = Instant::now();
            match row.checked_sub(OURS.len()) {
                None => ours.run(row)?,
                Some(peer) => averages(&mut *peers[peer], plan, market)?,
            }
            if 0 < round {
                seconds[row].push(start.elapsed().as_secs_f64());
            }
        }
    }
    let times: Vec<Times> = seconds.into_iter().map(Times::of).collect();
    let peers = peers
        .iter()
        .map(|peer| format!("{}, 54 averages", peer.name()));
    let names: Vec<String> = OURS.map(str::to_owned).into_iter().chain(peers).collect();
    Ok(sheet(workload, &names, &times))
}

fn sheet(workload: Workload, names: &[String], times: &[Times]) -> Sheet {
    let Workload { n_series, n_bars } = workload;
    let row = |(name, own): (&String, &Times)| {
        let ratios = times[..OURS.len()].iter().map(|ours| {
            let ratio = ours.speed_up(own);
            format!("{:.2} / {:.2}", ratio.best, ratio.median)
        });
        let mut row = vec![name.clone()];
        row.extend(own.cells(workload.total_bars()));
        row.extend(ratios);
        row
    };
    Sheet {
        title: format!(
            "{n_series} series of {n_bars} bars, {} rounds, one thread; ratios best / median",
            times[0].seconds.len()
        ),
        n_words: 1,
        header: [
            "",
            "best ms",
            "median ms",
            "spread",
            "Mbars/s, best",
            "average signal is faster by",
            "13 columns are faster by",
        ]
        .map(str::to_owned)
        .into(),
        rows: names.iter().zip(times).map(row).collect(),
    }
}
