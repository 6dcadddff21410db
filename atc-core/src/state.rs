//! The state of one series of any age.
//!
//! A young series is a tile of one lane, which knows warm-up; an older one is a
//! [`Strand`]. The bar number alone decides which.

use crate::kernel::{Block, Feed, Tile};
use crate::lanes::{Lanes, Wide};
use crate::strand::Strand;
use crate::{Family, PerFamily, Plan, Reading};

/// One lane.
type One = Wide<1>;

/// Everything a series needs to go on.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Some average may be in warm-up.
    Young(Box<Young>),
    /// None is, nor will be.
    Steady(Box<Strand>),
}

/// A tile of one series, and workspace for one bar.
#[derive(Clone, Debug)]
pub(crate) struct Young {
    tile: Tile<One>,
    block: Block<One>,
}

/// The nine lines of a family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lines {
    pub(crate) average: [f64; 9],
    pub(crate) side: [f64; 9],
    pub(crate) equity: [f64; 9],
}

impl State {
    /// The state before the first bar.
    pub(crate) fn new(plan: &Plan) -> Self {
        Self::young(Tile::new(plan, 1))
    }

    fn young(tile: Tile<One>) -> Self {
        let block = Block::new(1);
        Self::Young(Box::new(Young { tile, block }))
    }

    /// The state after `bars` bars, from a record of [`Self::record_len`] values.
    pub(crate) fn resume(plan: &Plan, bars: usize, record: &[f64]) -> Self {
        if plan.strand.from <= bars {
            return Self::Steady(Box::new(Strand::resume(plan, bars, record)));
        }
        let mut tile = Tile::new(plan, 1);
        tile.resume(bars, &[record]);
        Self::young(tile)
    }

    /// The number of values that a record has.
    pub(crate) fn record_len(plan: &Plan) -> usize {
        Tile::<One>::record_len(plan)
    }

    /// Appends the record to `out`.
    pub(crate) fn record(&self, plan: &Plan, out: &mut Vec<f64>) {
        match self {
            Self::Young(young) => young.tile.record(0, out),
            Self::Steady(strand) => strand.record(plan, out),
        }
    }

    /// Bars consumed.
    pub(crate) fn bars(&self) -> usize {
        match self {
            Self::Young(young) => young.tile.bars,
            Self::Steady(strand) => strand.bars,
        }
    }

    /// Takes one more bar; its average signal, NaN before the cutout.
    #[inline]
    pub(crate) fn advance(&mut self, plan: &Plan, close: f64, source: f64) -> f64 {
        let young = match self {
            Self::Steady(strand) => return strand.advance(plan, close, source),
            Self::Young(young) => young,
        };
        let bar = Next { close, source };
        let Young { tile, block } = &mut **young;
        tile.advance(plan, block, (1, false), bar);
        let average = block.average[0].lane(0);
        if tile.bars == plan.strand.from {
            let mut record = Vec::with_capacity(Self::record_len(plan));
            tile.record(0, &mut record);
            *self = Self::resume(plan, plan.strand.from, &record);
        }
        average
    }

    /// The outputs of the last bar, given its average signal and whether it was a
    /// flip; `None` before the cutout.
    pub(crate) fn reading(&self, plan: &Plan, (average, flip): (f64, bool)) -> Option<Reading> {
        match self {
            Self::Young(young) => young.tile.reading(plan, 0, (Some(average), flip)),
            Self::Steady(strand) => Some(strand.fixed.reading(plan, (average, flip))),
        }
    }

    /// Asks for memory that the next bar needs: that of the series itself, or
    /// what it points to.
    #[inline(always)]
    pub(crate) fn prefetch(&self, pointed_to: bool) {
        if let Self::Steady(strand) = self {
            if pointed_to {
                strand.prefetch_sums();
            } else {
                strand.prefetch();
            }
        }
    }

    /// The 54 lines after the last bar.
    pub(crate) fn lines(&self, plan: &Plan) -> PerFamily<Lines> {
        let strand = match self {
            Self::Young(young) => {
                let lines = |f: Family| &young.tile.lines[f as usize];
                return PerFamily(Family::ALL.map(|f| Lines {
                    average: lines(f).average.map(|v| v.lane(0)),
                    side: lines(f).side.map(|v| v.lane(0)),
                    equity: lines(f).equity.map(|v| v.lane(0)),
                }));
            }
            Self::Steady(strand) => strand,
        };
        let averages = strand.averages(plan);
        PerFamily(Family::ALL.map(|f| {
            let lines: [(f64, f64); 9] = std::array::from_fn(|k| strand.fixed.line(f, k));
            Lines {
                average: averages[f],
                side: lines.map(|line| line.0),
                equity: lines.map(|line| line.1),
            }
        }))
    }
}

/// The bar that an update takes.
struct Next {
    close: f64,
    source: f64,
}

impl Feed<One> for Next {
    #[inline(always)]
    fn feed(self, close: &mut [One], source: &mut [One]) {
        close.fill(One::splat(self.close));
        source.fill(One::splat(self.source));
    }
}
