//! Made-up markets: seeded, so that every run sees the same ones.

/// A small generator of uniform numbers (xorshift64*).
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    /// A generator; equal seeds give equal numbers.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Uniform in `0.0 .. 1.0`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform in `0 .. n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }
}

/// The kinds of market.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// A random walk of 2 percent a bar.
    Walk,
    /// A walk on a grid of quarter points: ties.
    Ticks,
    /// A walk that stands still three bars in four.
    Flats,
    /// A walk that jumps by a factor of a million, up and down, now and then.
    Jumps,
    /// A walk near 1e-8 in ticks of 1e-8.
    Satoshi,
    /// One price.
    Constant,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 6] = [
        Self::Walk,
        Self::Ticks,
        Self::Flats,
        Self::Jumps,
        Self::Satoshi,
        Self::Constant,
    ];
}

/// `n` closes of a market.
pub(crate) fn closes(kind: Kind, seed: u64, n: usize) -> Vec<f64> {
    let mut rng = Rng::new(seed);
    let mut price = 100.0;
    let mut jump = 1.0;
    let mut next = |bar: usize| {
        let step = 1.0 + 0.04 * (rng.unit() - 0.5);
        let moves = !matches!(kind, Kind::Flats) || rng.below(4) == 0;
        if moves && !matches!(kind, Kind::Constant) {
            price *= step;
        }
        if matches!(kind, Kind::Jumps) && rng.below(97) == 0 && bar > 0 {
            jump = if jump == 1.0 {
                [1e6, 1e-6][rng.below(2)]
            } else {
                1.0
            };
        }
        match kind {
            Kind::Ticks => (price * 4.0).round().max(1.0) / 4.0,
            Kind::Satoshi => (price / 4.0).round().max(1.0) * 1e-8,
            _ => price * jump,
        }
    };
    (0..n).map(&mut next).collect()
}
