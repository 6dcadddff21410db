//! One series past its warm-up, bar by bar: the state of a stream.
//!
//! A [`Tile`](crate::kernel::Tile) takes blocks of bars of several series and
//! any age. A live feed has one bar, and most of its life no line is in
//! warm-up. A strand is that case and nothing else: the 54 lines lie side by
//! side, so that one instruction serves four of them, and all that a bar reads
//! is a few KB in two places. It does the operations of the tile in the order of
//! the tile, and has the same bits; a record moves a series from one to the
//! other.
//!
//! One bar runs through: bar constants and window sums ([`sums`]), averages
//! ([`averages`]), crossovers and equities ([`follow`]), layer 2 ([`layers`]).

#![expect(
    clippy::needless_range_loop,
    reason = "one index runs through several rows of lines, as in the formulas"
)]

mod averages;
mod follow;
mod layers;
mod layout;
mod record;
mod step;
mod sums;

pub(crate) use layout::Layout;
pub(crate) use step::Outputs;
use step::{Bars, advance, prefetch};

use crate::classifier::unless_lost;
use crate::{Family, PerFamily, Plan, Reading, Trend};

/// Lines, rounded up to whole registers of four.
pub(crate) const LINES: usize = 56;

/// One value per line, family by family.
pub(crate) type PerLine = [f64; LINES];

/// The state whose size no plan changes.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    /// Equity of each line; negative where the signal is -1 and `all_set` holds.
    equity: PerLine,
    ema: [f64; 9],
    /// The first EMA of the DEMA, where it is not the EMA family's.
    dema: [f64; 9],
    /// The second EMA of the DEMA.
    second: [f64; 9],
    kama: [f64; 9],
    /// The Hull averages: the oldest difference they sum is not in a record.
    hma: [f64; 9],
    /// Layer 2, as in [`Layer2`](crate::kernel::layers::Layer2).
    signal: [f64; 6],
    layer2: [f64; 6],
    factor: [f64; 6],
    /// Last close.
    close: f64,
    /// Last average, which `strategy` shows one bar later.
    delayed: f64,
    /// The growth factor that the bars of the growth block share.
    growth: f64,
    /// Whether every line has a signal; it never loses it again.
    all_set: bool,
    /// Side of each line, as in [`side`](crate::kernel::follow::side); of no
    /// meaning once `all_set` holds.
    side: PerLine,
}

impl Fixed {
    /// A place for a state.
    pub(crate) const fn blank() -> Self {
        Self {
            equity: [1.0; LINES],
            ema: [0.0; 9],
            dema: [0.0; 9],
            second: [0.0; 9],
            kama: [0.0; 9],
            hma: [0.0; 9],
            signal: [0.0; 6],
            layer2: [1.0; 6],
            factor: [1.0; 6],
            close: 1.0,
            delayed: 0.0,
            growth: 1.0,
            all_set: false,
            side: [f64::NAN; LINES],
        }
    }

    /// The outputs of the last bar, given its average signal and whether it was a flip.
    pub(crate) fn reading(&self, plan: &Plan, (shown, flip): (f64, bool)) -> Reading {
        let average_signal = unless_lost(shown, self.delayed);
        Reading {
            signals: PerFamily(self.signal.map(|signal| signal / 100.0)),
            equities: PerFamily(self.layer2),
            average_signal,
            trend: Trend::of(plan, average_signal),
            flip,
        }
    }

    /// Side and equity of a line.
    pub(crate) fn line(&self, family: Family, k: usize) -> (f64, f64) {
        follow::line(self, 9 * family as usize + k)
    }
}

/// One series past its warm-up.
#[derive(Clone, Debug)]
pub(crate) struct Strand {
    /// Bars consumed.
    pub(crate) bars: usize,
    pub(crate) fixed: Fixed,
    /// Histories and window sums; [`Layout`] says what lies where.
    pub(crate) sums: Vec<f64>,
}

impl Strand {
    /// A place for a series of `plan`.
    pub(crate) fn blank(plan: &Plan) -> Self {
        Self {
            bars: 0,
            fixed: Fixed::blank(),
            sums: vec![0.0; plan.strand.len],
        }
    }

    /// Takes one more bar; its average signal.
    pub(crate) fn advance(&mut self, plan: &Plan, close: f64, source: f64) -> f64 {
        let mut average = [0.0];
        let out = Outputs {
            average: &mut average,
            families: &mut [],
        };
        self.advance_by(plan, (&[close], &[source]), out);
        average[0]
    }

    /// Takes more bars: their closes and sources.
    pub(crate) fn advance_by(
        &mut self,
        plan: &Plan,
        (close, source): (&[f64], &[f64]),
        out: Outputs<'_>,
    ) {
        let bars = Bars {
            first: self.bars,
            close,
            source,
        };
        self.bars += close.len();
        advance(plan, (&mut self.fixed, &mut self.sums), bars, out);
    }

    /// Asks for the memory of what every bar reads and writes; `sums` apart.
    #[inline(always)]
    pub(crate) fn prefetch(&self) {
        prefetch(std::slice::from_ref(self));
    }

    /// As [`prefetch`](Self::prefetch), for the histories and sums.
    #[inline(always)]
    pub(crate) fn prefetch_sums(&self) {
        prefetch(&self.sums);
    }

    /// The 54 averages after the last bar.
    pub(crate) fn averages(&self, plan: &Plan) -> PerFamily<[f64; 9]> {
        let lines = averages::read(plan, (&self.fixed, &self.sums), self.bars - 1);
        let of = |family: Family| std::array::from_fn(|k| lines[9 * family as usize + k]);
        PerFamily(Family::ALL.map(of))
    }
}
