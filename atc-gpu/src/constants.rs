//! What a family's kernel is told: its shape in whole numbers and the factors
//! of its averages.
//!
//! The structs have the fields of those in `kernels/bindings.wgsl`, in their order.

use bytemuck::{Pod, Zeroable};

use crate::Precision;
use crate::program::{Kind, Program, half_length, outer_length};

/// Longest outer average of a Hull average that is summed afresh at every bar.
pub(crate) const DIRECT: u32 = 8;

/// Rows of state that a series carries on, and as many that it kept; see `kernels/bindings.wgsl`.
pub(crate) const CARRIED: u32 = 43;

/// Rows of state before the tables of window sums.
pub(crate) const TABLES: u32 = 2 * CARRIED;

/// The first row of layer 2, and its rows that tell the last reading.
pub(crate) const LAYER2: u32 = 18;
pub(crate) const READING: u32 = 4;

/// Rows of state of the trend, those of them that tell the last flip, and the first of those
/// that tell the one that was kept.
pub(crate) const TREND_ROWS: u64 = 6;
pub(crate) const FLIP_ROWS: u64 = 2;
pub(crate) const KEPT_FLIP: u64 = 4;

/// Series at most that a driver in software computes with one instruction.
const VECTOR: u64 = 16;

/// Fastest and slowest smoothing of KAMA.
const FAST: f64 = 0.666;
const SLOW: f64 = 0.064;

/// Whole numbers of a family.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct Shape {
    /// Which of two versions of the average it is.
    pub(crate) variant: u32,
    /// 1 if idle equities repeat their last step.
    pub(crate) again: u32,
    pub(crate) cutout: u32,
    /// Bars between cuts.
    pub(crate) spacing: u32,
    /// Rows of a table of window sums.
    pub(crate) rows: u32,
    pub(crate) lengths: [u32; 9],
    pub(crate) half: [u32; 9],
    pub(crate) outer: [u32; 9],
    /// First bars with a value.
    pub(crate) first: [u32; 9],
    /// First row of state of each outer average.
    pub(crate) ring: [u32; 9],
}

/// Numbers of a family; in `f32` on devices that compute with it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct Numbers {
    pub(crate) retain: f64,
    /// Close times this is the upper edge of averages below it.
    pub(crate) low: f64,
    /// Close times this is the lower edge of averages above it.
    pub(crate) high: f64,
    pub(crate) weight: f64,
    pub(crate) vote_long: f64,
    pub(crate) vote_short: f64,
    /// Least noise.
    pub(crate) tiny: f64,
    pub(crate) slow: f64,
    pub(crate) fast_less_slow: f64,
    pub(crate) slow_squared: f64,
    /// `L`
    pub(crate) length: [f64; 9],
    /// `1 / L`
    pub(crate) inverse: [f64; 9],
    /// `2 / (L + 1)`
    pub(crate) factor: [f64; 9],
    /// `2 / (L * (L + 1))`
    pub(crate) scale: [f64; 9],
    pub(crate) half_length: [f64; 9],
    /// Twice the scale of the half length.
    pub(crate) half_scale: [f64; 9],
    pub(crate) outer_length: [f64; 9],
    pub(crate) outer_scale: [f64; 9],
    /// What a least-squares line takes of the weighted sum.
    pub(crate) of_weighted: [f64; 9],
    /// What it takes of the plain sum.
    pub(crate) of_sum: [f64; 9],
}

/// Everything a family's kernel is told, and how much state it needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constants {
    pub(crate) shape: Shape,
    pub(crate) numbers: Numbers,
    /// Rows of state per series.
    pub(crate) state_rows: u32,
}

impl Constants {
    /// Works them out for a precision.
    pub(crate) fn new(program: &Program, kind: Kind, precision: Precision) -> Self {
        let f = kind as usize;
        let lengths = program.lengths[f];
        let longest = lengths.into_iter().max().unwrap_or(1) as u32;
        let tables = match kind {
            Kind::Ema | Kind::Dema => 0,
            Kind::Kama => longest,
            Kind::Hma | Kind::Wma | Kind::Lsma => 2 * longest,
        };
        let outer = lengths.map(|l| outer_length(l) as u32);
        let mut state_rows = TABLES + tables;
        let ring = outer.map(|s| {
            let row = state_rows;
            if program.is_hull(f) {
                state_rows += ring_rows(s);
            }
            row
        });
        let shape = Shape {
            variant: u32::from(variant(program, kind)),
            again: u32::from(program.variants.idle_step_again),
            cutout: program.cutout as u32,
            spacing: program.spacing[f] as u32,
            rows: longest,
            lengths: lengths.map(|l| l as u32),
            half: lengths.map(|l| half_length(l) as u32),
            outer,
            first: lengths.map(|l| first_bar(program, kind, l)),
            ring,
        };
        Self {
            shape,
            numbers: numbers(program, kind, precision),
            state_rows,
        }
    }
}

impl Shape {
    /// Steps of loops that the kernel takes at most, per bar and per launch
    /// beside those.
    ///
    /// A loop of n takes n + 1, since it ends in a step, and one that is not
    /// entered takes 1 where the driver masks and does not branch. Two passes
    /// of windows and rings, in which a launch begins and ends, are beside the bars, and so
    /// are states that are kept, by each series of a vector at another bar.
    pub(crate) fn steps(&self, is_hull: bool) -> [u64; 2] {
        let lines = self.lengths.len() as u64 + 1;
        let pass = u64::from(self.rows) + 1;
        let mut per_bar = 3 + 2 * lines + pass.div_ceil(u64::from(self.spacing)) + 1;
        let mut per_launch = (4 + VECTOR) * lines + 2 * pass;
        for s in self.outer.map(u64::from) {
            if is_hull {
                // Clearing the ring; summing it afresh, or its pass.
                per_bar += 1 + if s > u64::from(DIRECT) { 4 } else { s + 1 };
                per_launch += 3 * (s + 1);
            }
        }
        [per_bar, per_launch]
    }
}

/// Rows of an outer average over `s` bars: its inputs, and where it is not
/// summed directly a table and two running sums.
fn ring_rows(s: u32) -> u32 {
    if s > DIRECT { 2 * s + 2 } else { s }
}

/// Whether the family departs from the default version.
fn variant(program: &Program, kind: Kind) -> bool {
    let variants = program.variants;
    match kind {
        Kind::Ema | Kind::Wma => false,
        Kind::Hma => variants.plain_hma,
        Kind::Dema => variants.dema_from_mean,
        Kind::Lsma => variants.lsma_one_before,
        Kind::Kama => variants.kama_from_zero,
    }
}

/// The first bar with a value; `u32::MAX` if there is none.
fn first_bar(program: &Program, kind: Kind, length: usize) -> u32 {
    let bar = match kind {
        Kind::Kama => 0,
        Kind::Hma if !program.variants.plain_hma => length + outer_length(length) - 2,
        Kind::Dema if program.variants.dema_from_mean => 2 * length - 2,
        Kind::Lsma if program.variants.lsma_one_before && length == 1 => return u32::MAX,
        _ => length - 1,
    };
    bar as u32
}

/// `2 / (L * (L + 1))`
fn scale(length: f64) -> f64 {
    2.0 / (length * (length + 1.0))
}

fn numbers(program: &Program, kind: Kind, precision: Precision) -> Numbers {
    let f = kind as usize;
    let lengths = program.lengths[f];
    let half = lengths.map(|l| half_length(l) as f64);
    let outer = lengths.map(|l| outer_length(l) as f64);
    let line = lengths.map(|l| line_factors(l as f64, program.variants.lsma_one_before));
    let length = lengths.map(|l| l as f64);
    let tie = program.tie.max(precision.least_tie());
    Numbers {
        retain: program.retain,
        low: 1.0 - tie,
        high: 1.0 + tie,
        weight: program.weights[f],
        vote_long: program.vote_limits[0],
        vote_short: program.vote_limits[1],
        tiny: precision.least_positive(),
        slow: SLOW,
        fast_less_slow: FAST - SLOW,
        slow_squared: SLOW * SLOW,
        length,
        inverse: length.map(|l| 1.0 / l),
        factor: length.map(|l| 2.0 / (l + 1.0)),
        scale: length.map(scale),
        half_length: half,
        half_scale: half.map(|l| scale(l) * 2.0),
        outer_length: outer,
        outer_scale: outer.map(scale),
        of_weighted: line.map(|factors| factors[0]),
        of_sum: line.map(|factors| factors[1]),
    }
}

/// What a least-squares line takes of the weighted and the plain sum.
///
/// ```text
/// slope = 12 * (W - (L+1)/2 * S) / (L * (L*L - 1))
/// value = S/L + slope * (at - (L+1)/2)              at = L, or L - 1 one bar before
/// ```
fn line_factors(l: f64, one_before: bool) -> [f64; 2] {
    if !one_before {
        return [6.0 / (l * (l + 1.0)), -2.0 / l];
    }
    if l < 2.0 {
        // No value ever: see `first_bar`.
        return [0.0, 0.0];
    }
    let a = 12.0 * ((l - 3.0) / 2.0) / (l * (l * l - 1.0));
    [a, 1.0 / l - a * (l + 1.0) / 2.0]
}
