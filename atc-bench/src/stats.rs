//! Statistics of rounds.

use serde::Serialize;

/// What the times of one subject say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Times {
    /// Seconds of each round, in the order of the rounds.
    pub seconds: Vec<f64>,
    /// The fastest round.
    pub best: f64,
    /// The middle round.
    pub median: f64,
    /// Half of the rounds lie this far apart, as a fraction of the median.
    pub spread: f64,
}

impl Times {
    /// The statistics of at least one round.
    ///
    /// # Panics
    ///
    /// If there is no round.
    pub fn of(seconds: Vec<f64>) -> Self {
        let mut sorted = seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let median = quartile(&sorted, 2);
        Self {
            best: sorted[0],
            median,
            spread: (quartile(&sorted, 3) - quartile(&sorted, 1)) / median,
            seconds,
        }
    }

    /// The cells of a table: best and median in ms, spread, and the bars that the best round takes in a second.
    ///
    /// ```
    /// let times = atc_bench::stats::Times::of(vec![0.002, 0.002, 0.004]);
    /// assert_eq!(times.cells(10_000), ["2.00", "2.00", "50 %", "5.0"]);
    /// ```
    pub fn cells(&self, n_bars: usize) -> [String; 4] {
        [
            format!("{:.2}", 1e3 * self.best),
            format!("{:.2}", 1e3 * self.median),
            format!("{:.0} %", 100.0 * self.spread),
            format!("{:.1}", n_bars as f64 / self.best / 1e6),
        ]
    }

    /// How many times faster than `baseline` this is.
    pub fn speed_up(&self, baseline: &Self) -> Ratio {
        let rounds = baseline.seconds.iter().zip(&self.seconds);
        let mut ratios: Vec<f64> = rounds.map(|(of, own)| of / own).collect();
        ratios.sort_by(f64::total_cmp);
        Ratio {
            best: baseline.best / self.best,
            median: quartile(&ratios, 2),
        }
    }
}

/// How many times faster one is than another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// Best round against best round: the quiet moments of the machine.
    pub best: f64,
    /// The middle of the ratios within each round: both saw the same noise.
    pub median: f64,
}

/// The value below which `quarters` of four of the sorted values lie, between neighbours in proportion.
fn quartile(sorted: &[f64], quarters: usize) -> f64 {
    let at = quarters * (sorted.len() - 1);
    let (below, part) = (at / 4, (at % 4) as f64 / 4.0);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + part * (sorted[above] - sorted[below])
}
