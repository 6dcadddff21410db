//! One family through a block: its averages, and following them.

use super::averages::hull::Hull;
use super::averages::{self, Consumer, Discard, Row, Rows, Span, kama, smoothing, windowed};
use super::follow::{Followers, all_set};
use super::fresh::{Fresh, follow_rows};
use super::tile::{Block, Lines, Recursive, Tile};
use super::window::Window;
use crate::lanes::Lanes;
use crate::{Family, Plan};

/// What the averages of a tile are computed from.
///
/// Apart from the lines that follow them: those of a family are too long to be
/// copied out of the tile and back in every block.
struct Averaging<'a, V> {
    source: &'a [V],
    windows: &'a [Window<V>],
    noise: &'a Window<V>,
    hull: &'a mut Option<Hull<V>>,
    recursive: &'a mut Recursive<V>,
}

impl<V: Lanes> Tile<V> {
    /// The averages, and the lines of each family.
    #[inline(always)]
    fn split(&mut self) -> (Averaging<'_, V>, &mut [Lines<V>; 6]) {
        let averaging = Averaging {
            source: self.source.rows(),
            windows: &self.windows,
            noise: &self.noise,
            hull: &mut self.hull,
            recursive: &mut self.recursive,
        };
        (averaging, &mut self.lines)
    }

    /// Computes one family's averages and follows them.
    ///
    /// In the long run each average is followed as it is computed. While some
    /// line is being seeded or waits for its first event, averages become rows
    /// first. Tells whether that was so: then some line may have no signal.
    #[inline(always)]
    pub(super) fn follow(
        &mut self,
        plan: &Plan,
        family: Family,
        (span, start): (Span, usize),
        block: &mut Block<V>,
    ) -> bool {
        let Block {
            bars,
            rows,
            firsts,
            unset,
            ..
        } = block;
        let (bars, rows) = (&mut bars[..span.n], &mut rows[..span.n]);
        let firsts = &mut firsts[..span.n];
        let (mut averaging, lines) = self.split();
        let lines = &mut lines[family as usize];
        let steady = plan.constants.steady_from[family] <= span.first_bar;
        let at_once = steady && all_set(&lines.side);
        if at_once {
            let mut followers = Followers { bars, lines };
            averaging.averages(plan, (family, start), firsts, &mut followers);
        } else {
            averaging.rows(plan, family, (span, start), (firsts, rows));
            let mut fresh = Fresh {
                span,
                cutout: plan.params().cutout,
                retain: plan.retain,
                unset: &mut unset[..span.n],
            };
            follow_rows(bars, rows, lines, &mut fresh);
        }
        !at_once
    }

    /// One family's averages as rows; see [`Averaging::rows`].
    #[inline(always)]
    pub(crate) fn rows(
        &mut self,
        plan: &Plan,
        family: Family,
        at: (Span, usize),
        (firsts, rows): (&mut [Row<V>], &mut [Row<V>]),
    ) {
        let (mut averaging, _) = self.split();
        averaging.rows(plan, family, at, (firsts, rows));
    }
}

impl<V: Lanes> Averaging<'_, V> {
    /// One family's averages as rows. `firsts` are the first EMAs: left by the EMA family, read by the DEMA.
    #[inline(always)]
    fn rows(
        &mut self,
        plan: &Plan,
        family: Family,
        (span, start): (Span, usize),
        (firsts, rows): (&mut [Row<V>], &mut [Row<V>]),
    ) {
        let steady = plan.constants.steady_from[family] <= span.first_bar;
        // Window sums need no seeding: bars before the first window are blanked.
        let windowed = matches!(family, Family::Hma | Family::Wma | Family::Lsma);
        if steady || windowed {
            self.averages(plan, (family, start), firsts, &mut Rows(rows));
        } else {
            self.seed_averages(plan, family, (span, start), (firsts, rows));
        }
        averages::blank_warm_up(&plan.constants.first_bar[family], span, rows);
    }

    /// Averages of the block.
    #[inline(always)]
    fn averages(
        &mut self,
        plan: &Plan,
        (family, start): (Family, usize),
        firsts: &mut [Row<V>],
        consumer: &mut impl Consumer<V>,
    ) {
        let constants = &plan.constants;
        let (source, windows) = (self.source, self.windows);
        let recursive = &mut *self.recursive;
        match family {
            Family::Ema => {
                let (source, state) = (&source[start..], &mut recursive.ema);
                smoothing::ema(&constants.ema, source, state, firsts, consumer);
            }
            Family::Hma => {
                let window = &windows[plan.windows.hma];
                match self.hull {
                    Some(hull) => hull.averages(constants, window, firsts.len(), consumer),
                    None => windowed::sma(constants, window, consumer),
                }
            }
            Family::Wma => windowed::wma(&constants.wma, &windows[plan.windows.wma], consumer),
            Family::Dema => {
                let [first, second] = &constants.dema;
                if !constants.dema_shares_ema {
                    let (source, state) = (&source[start..], &mut recursive.dema);
                    smoothing::ema(first, source, state, firsts, &mut Discard);
                }
                smoothing::dema(second, &mut recursive.second, firsts, consumer);
            }
            Family::Lsma => windowed::lsma(constants, &windows[plan.windows.lsma], consumer),
            Family::Kama => {
                let lengths = &plan.lengths[Family::Kama];
                let state = &mut recursive.kama;
                kama::kama(lengths, (source, start), self.noise, state, consumer);
            }
        }
    }

    /// As [`averages`](Self::averages), for blocks before a recursive family is steady.
    #[inline(always)]
    fn seed_averages(
        &mut self,
        plan: &Plan,
        family: Family,
        (span, start): (Span, usize),
        (firsts, rows): (&mut [Row<V>], &mut [Row<V>]),
    ) {
        let constants = &plan.constants;
        let source = self.source;
        let recursive = &mut *self.recursive;
        match family {
            Family::Ema => {
                let (source, state) = (&source[start..], &mut recursive.ema);
                smoothing::seed_ema(span.first_bar, &constants.ema, source, state, firsts);
                rows.copy_from_slice(firsts);
            }
            Family::Dema => {
                let [first, second] = &constants.dema;
                if !constants.dema_shares_ema {
                    let (source, state) = (&source[start..], &mut recursive.dema);
                    smoothing::seed_ema(span.first_bar, first, source, state, firsts);
                }
                let state = &mut recursive.second;
                smoothing::seed_dema(span.first_bar, second, state, firsts, rows);
            }
            Family::Kama => {
                let lengths = &plan.lengths[Family::Kama];
                let when = (span.first_bar, plan.switches.kama_start);
                let kama = (&mut recursive.kama, rows);
                kama::seed_kama(when, lengths, (source, start), self.noise, kama);
            }
            Family::Hma | Family::Wma | Family::Lsma => {}
        }
    }
}
