//! What single precision changes: the bars with another trend than in double precision, and how
//! far from its average a price was at most where a signal was another.
//!
//! ```text
//! cargo run --release -p atc-gpu --example single -- FILE.csv ...
//! ```
//!
//! Files have a column `close`. Computed with the scalar twins of the kernels, at the defaults.
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::error::Error;
use std::fs;
use std::path::Path;

use atc_gpu::{Precision, Program, Series, twin};

/// What single precision changed.
#[derive(Default)]
struct Changed {
    bars: usize,
    /// Bars with another trend.
    trends: usize,
    /// Signals of lines in both precisions, and those that differ.
    signals: usize,
    differing: usize,
    /// The largest distance of a price from its average, relative to the price, at which the
    /// signal of a line differed.
    farthest: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut all = Changed::default();
    for path in std::env::args().skip(1) {
        let close = closes(Path::new(&path))?;
        let before = (all.bars, all.trends);
        all.add(&close)?;
        let (bars, trends) = (all.bars - before.0, all.trends - before.1);
        println!("{path}: {trends} of {bars} bars have another trend");
    }
    let share = |n: usize, of: usize| 100.0 * n as f64 / of.max(1) as f64;
    println!(
        "all: {} of {} bars have another trend, {:.3} %",
        all.trends,
        all.bars,
        share(all.trends, all.bars)
    );
    println!(
        "signals: {} of {} differ, {:.4} %, at most {:.2e} from the average",
        all.differing,
        all.signals,
        share(all.differing, all.signals),
        all.farthest
    );
    Ok(())
}

impl Changed {
    fn add(&mut self, close: &[f64]) -> Result<(), atc_gpu::Error> {
        let (program, series) = (Program::default(), Series::of(close));
        let growth: Vec<f64> = (0..close.len())
            .map(|bar| (2e-5 * bar as f64).exp())
            .collect();
        let of = |precision| twin::columns(&program, precision, &growth, series);
        let [double, single] = [of(Precision::F64)?, of(Precision::F32)?];
        let [long, short] = program.trend_limits;
        let trend = |average: &f64| (*average > long, *average < short);
        let pairs = double.average.iter().zip(&single.average);
        self.trends += pairs.filter(|(a, b)| trend(a) != trend(b)).count();
        self.bars += close.len();
        self.add_signals(&program, close)
    }

    fn add_signals(&mut self, program: &Program, close: &[f64]) -> Result<(), atc_gpu::Error> {
        let averages = twin::averages(program, close)?;
        let of = |precision| twin::signals(program, precision, Series::of(close));
        let [double, single] = [of(Precision::F64)?, of(Precision::F32)?];
        let averages = averages.iter().flatten();
        let signals = double.iter().flatten().zip(single.iter().flatten());
        for (average, (double, single)) in averages.zip(signals) {
            for (bar, (double, single)) in double.iter().zip(single).enumerate() {
                if *double == 0 || *single == 0 {
                    continue;
                }
                self.signals += 1;
                if double != single {
                    self.differing += 1;
                    let distance = (average[bar] - close[bar]).abs() / close[bar];
                    self.farthest = self.farthest.max(distance);
                }
            }
        }
        Ok(())
    }
}

/// The closes of a file.
fn closes(path: &Path) -> Result<Vec<f64>, Box<dyn Error>> {
    let named = |error: &dyn Error| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| named(&error))?;
    let mut lines = text.lines();
    let mut header = lines.next().unwrap_or_default().split(',');
    let column = header.position(|name| name.trim() == "close");
    let column = column.ok_or_else(|| format!("{}: no column `close`", path.display()))?;
    let close = |line: &str| -> Result<f64, Box<dyn Error>> {
        let field = line.split(',').nth(column).unwrap_or_default();
        Ok(field.trim().parse().map_err(|error| named(&error))?)
    };
    lines.map(close).collect()
}
