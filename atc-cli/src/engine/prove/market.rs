//! A made-up market with what makes computing go wrong.

use super::super::Prices;

/// One series.
#[derive(Clone, Debug)]
pub(super) struct History {
    close: Vec<f64>,
    source: Option<Vec<f64>>,
}

impl History {
    pub(super) fn prices(&self) -> Prices<'_> {
        Prices {
            close: &self.close,
            source: self.source.as_deref(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.close.len()
    }
}

/// How the prices of a series move.
#[derive(Clone, Copy)]
enum Move {
    /// A random walk.
    Walk,
    /// The same in ticks of a hundredth, with ties.
    Ticks,
    /// A walk with flat stretches.
    Flats,
    /// A walk that jumps a thousandfold up and down.
    Jumps,
    /// A walk with missing bars.
    Holes,
    /// A walk whose averages are taken of something else than the close.
    Source,
}

const MOVES: [Move; 6] = [
    Move::Walk,
    Move::Ticks,
    Move::Flats,
    Move::Jumps,
    Move::Holes,
    Move::Source,
];

/// Lengths of the series: shorter than any average, around warm-up and block ends, and longer.
const LENGTHS: [usize; 8] = [26, 38, 66, 200, 1_023, 1_024, 1_025, 2_500];

/// Every way to move in every length; the same on every machine.
pub(super) fn histories() -> Vec<History> {
    let pairs = LENGTHS.iter().flat_map(|n| MOVES.map(|how| (how, *n)));
    pairs
        .enumerate()
        .map(|(seed, (how, n))| history(how, n, seed as u64))
        .collect()
}

fn history(how: Move, n: usize, seed: u64) -> History {
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let mut price = 100.0;
    let mut close = Vec::with_capacity(n);
    for bar in 0..n {
        let step = 1.0 + 0.02 * (random.unit() - 0.5);
        match how {
            Move::Flats if bar / 50 % 2 == 1 => {}
            Move::Jumps if bar % 300 == 150 => price *= 1_000.0,
            Move::Jumps if bar % 300 == 299 => price /= 1_000.0,
            _ => price *= step,
        }
        close.push(match how {
            Move::Ticks => (price * 100.0).round() / 100.0,
            Move::Holes if bar % 37 == 11 => f64::NAN,
            _ => price,
        });
    }
    let source = matches!(how, Move::Source).then(|| {
        let near = |close: &f64| close * (1.0 + 0.004 * (random.unit() - 0.5));
        close.iter().map(near).collect()
    });
    History { close, source }
}

/// `xorshift64*`.
struct Random(u64);

impl Random {
    /// Uniform in `0.0 .. 1.0`.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d);
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}
