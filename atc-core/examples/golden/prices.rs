//! Seeded price series: the same bits on every platform, since only + - · / are used.

/// A splitmix64 generator.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform in [0, 1).
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in 0..limit.
    #[expect(clippy::cast_sign_loss, reason = "a product of two numbers above 0")]
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.unit() * limit as f64) as usize
    }
}

/// A walk of `n` bars from `start`; `volatility` bounds half of a bar's relative move.
pub(crate) fn walk(seed: u64, n: usize, start: f64, volatility: f64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut price = start;
    let mut bar = || {
        let bell = random.unit() + random.unit() + random.unit() + random.unit() - 2.0;
        price *= 1.0 + volatility * bell;
        price
    };
    (0..n).map(|_| bar()).collect()
}

/// Rounds to whole ticks, `per_unit` of them to 1.0, at least one.
pub(crate) fn ticks(prices: Vec<f64>, per_unit: f64) -> Vec<f64> {
    let tick = |price: f64| (price * per_unit).round().max(1.0) / per_unit;
    prices.into_iter().map(tick).collect()
}

/// Holds the price for stretches of up to `longest` bars, about half of the time.
pub(crate) fn flats(seed: u64, mut prices: Vec<f64>, longest: usize) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut bar = 1;
    while bar < prices.len() {
        let stretch = 1 + random.below(longest);
        let end = (bar + stretch).min(prices.len());
        if random.unit() < 0.5 {
            let held = prices[bar - 1];
            prices[bar..end].fill(held);
        }
        bar = end;
    }
    prices
}

/// Multiplies the bars from `from` to before `to` by `factor`.
pub(crate) fn jump(mut prices: Vec<f64>, from: usize, to: usize, factor: f64) -> Vec<f64> {
    for price in &mut prices[from..to] {
        *price *= factor;
    }
    prices
}

/// Puts `value` at `bars`.
pub(crate) fn put(mut prices: Vec<f64>, bars: &[usize], value: f64) -> Vec<f64> {
    for bar in bars {
        prices[*bar] = value;
    }
    prices
}
