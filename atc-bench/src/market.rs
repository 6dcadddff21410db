//! Made-up markets: seeded, and made with nothing but exact operations, so that every machine
//! measures the same bars.

use serde::Serialize;

/// A market to make up, and the name its rows go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// Series.
    pub n_series: usize,
    /// Bars of each series.
    pub n_bars: usize,
}

impl Workload {
    /// What the matrix measures: a watch list, a market, all markets, and long histories.
    pub const ALL: [Self; 4] = [
        Self::new(20, 2_000),
        Self::new(500, 1_500),
        Self::new(5_000, 1_500),
        Self::new(3, 1_000_000),
    ];

    /// The same shapes, small enough for a look.
    pub const QUICK: [Self; 3] = [
        Self::new(20, 2_000),
        Self::new(100, 1_500),
        Self::new(3, 50_000),
    ];

    /// `n_series` of `n_bars` each.
    pub const fn new(n_series: usize, n_bars: usize) -> Self {
        Self { n_series, n_bars }
    }

    /// The name of its rows, such as `20x2000`.
    pub fn name(self) -> String {
        format!("{}x{}", self.n_series, self.n_bars)
    }

    /// Bars of all series together.
    pub const fn total_bars(self) -> usize {
        self.n_series * self.n_bars
    }

    /// Makes up the market: a random walk of at most one percent a bar for each series.
    ///
    /// A small pull back to 100 keeps a million bars of it at prices that a market could have.
    ///
    /// Equal seeds give equal bits. The series of a larger market begin with those of a smaller one.
    ///
    /// ```
    /// use atc_bench::market::Workload;
    ///
    /// let market = Workload::new(2, 3).market(1);
    /// assert_eq!(market[0].len(), 3);
    /// assert_eq!(market[..1], Workload::new(1, 3).market(1)[..]);
    /// assert_ne!(market[0], market[1]);
    /// ```
    pub fn market(self, seed: u64) -> Vec<Vec<f64>> {
        (0..self.n_series).map(|at| self.series(seed, at)).collect()
    }

    /// Makes up one series of the market.
    pub fn series(self, seed: u64, at: usize) -> Vec<f64> {
        walk(seed, at as u64, self.n_bars)
    }
}

/// Closes of one series.
fn walk(seed: u64, series: u64, n_bars: usize) -> Vec<f64> {
    let mut rng = Rng::new(seed, series);
    let mut close = 100.0;
    let next = |_| {
        close *= 1.0 + 0.02 * (rng.unit() - 0.5) + 1e-4 * (100.0 / close - 1.0);
        close
    };
    (0..n_bars).map(next).collect()
}

/// A small generator of uniform numbers (`xorshift64*`).
#[derive(Clone, Debug)]
struct Rng(u64);

impl Rng {
    /// A generator of its own for each series.
    fn new(seed: u64, series: u64) -> Self {
        let mixed = seed ^ (series + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self(mixed.wrapping_mul(0x2545_f491_4f6c_dd1d) | 1)
    }

    /// Uniform in `0.0 .. 1.0`.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}
