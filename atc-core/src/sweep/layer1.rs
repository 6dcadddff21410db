//! Averages and layer 1 of a sweep: whatever several sets share.

use std::sync::Arc;

use super::shared::{Averager, Crew};
use crate::growth::GrowthCache;
use crate::kernel::Tile;
use crate::kernel::averages::{Row, Span};
use crate::kernel::follow::{BarLanes, all_set, constants};
use crate::kernel::fresh::{Fresh, follow_rows};
use crate::kernel::tile::Lines;
use crate::lanes::Lanes;
use crate::{Family, PerFamily, Plan};

/// The averages of one averager.
#[derive(Clone, Debug)]
pub(super) struct Averages<V> {
    plan: Arc<Plan>,
    rows: PerFamily<Option<usize>>,
    families: PerFamily<bool>,
    tile: Tile<V>,
}

impl<V: Lanes> Averages<V> {
    pub(super) fn new(averager: &Averager, block: usize) -> Self {
        let plan = Arc::clone(&averager.plan);
        Self {
            tile: Tile::new(&plan, block),
            families: PerFamily(averager.rows.0.map(|row| row.is_some())),
            rows: averager.rows,
            plan,
        }
    }

    pub(super) fn reset(&mut self) {
        self.tile.reset(&self.plan);
    }

    /// Computes its rows of a block. `firsts` is workspace, and so is the last of `rows`.
    #[inline(always)]
    pub(super) fn advance(
        &mut self,
        span: Span,
        sources: &[V],
        firsts: &mut [Row<V>],
        rows: &mut [Vec<Row<V>>],
    ) {
        let start = self.tile.source.reserve(span.n);
        self.tile.source.rows_mut()[start..].copy_from_slice(sources);
        self.tile.sums(&self.plan, start, self.families);
        let shares_ema = self.families[Family::Dema] && self.plan.constants.dema_shares_ema;
        for family in Family::ALL {
            // The first EMAs of a DEMA are those of the EMA family, if their lengths are equal.
            let is_needed = family == Family::Ema && shares_ema;
            let spare = is_needed.then_some(rows.len() - 1);
            if let Some(row) = self.rows[family].or(spare) {
                let rows = &mut rows[row][..span.n];
                self.tile
                    .rows(&self.plan, family, (span, start), (firsts, rows));
            }
        }
        self.tile.bars += span.n;
    }
}

/// Layer 1 of one crew: what it carries from block to block.
#[derive(Clone, Debug)]
pub(super) struct Layer1<V> {
    growth: GrowthCache,
    lines: Vec<Lines<V>>,
}

/// A block of closes, and the close before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closes<'a, V> {
    pub(super) before: V,
    pub(super) closes: &'a [V],
}

impl<V: Lanes> Layer1<V> {
    pub(super) fn new(crew: &Crew) -> Self {
        Self {
            growth: GrowthCache::default(),
            lines: vec![Lines::new(); crew.lines.len()],
        }
    }

    pub(super) fn reset(&mut self) {
        self.lines.fill(Lines::new());
    }

    /// What the bars of a block are to the crew.
    #[inline(always)]
    pub(super) fn begin(
        &mut self,
        plan: &Plan,
        (span, closes): (Span, Closes<'_, V>),
        growth: &mut [f64],
        bars: &mut [BarLanes<V>],
    ) {
        plan.growths(span.first_bar, &mut self.growth, growth);
        let growth = growth.iter().map(|growth| V::splat(*growth));
        constants(plan, span, (closes.closes, growth), (closes.before, bars));
    }

    /// Follows the nine lines at `place` through a block: their sums go to `bars`, and equities of lines without a signal to
    /// `unset`. Tells whether there may be such lines.
    #[inline(always)]
    pub(super) fn follow(
        &mut self,
        plan: &Plan,
        (span, place): (Span, usize),
        rows: &[Row<V>],
        (bars, unset): (&mut [BarLanes<V>], &mut [V]),
    ) -> bool {
        let lines = &mut self.lines[place];
        let is_young = !all_set(&lines.side);
        let mut fresh = Fresh {
            span,
            cutout: plan.params().cutout,
            retain: plan.retain,
            unset,
        };
        follow_rows(bars, rows, lines, &mut fresh);
        is_young
    }
}
