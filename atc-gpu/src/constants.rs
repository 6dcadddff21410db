//! What a family's kernel is told: its shape in whole numbers and the factors
//! of its averages.
//!
//! The structs have the fields of those in `kernels/bindings.wgsl`, in their order.

use bytemuck::{Pod, Zeroable};

use crate::Precision;
use crate::program::{Kind, Program, half_length, outer_length};
use crate::shaders::Kernel;

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

/// Bars of the longest block between seeds of exponential averages, and how often such averages
/// are seeded at most: twice for each line.
pub(crate) const BLOCK: u32 = 64;
const SEEDS: u64 = 18;

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
    unused: [u32; 3],
    pub(crate) lines: [LineShape; 9],
}

/// Whole numbers of a line.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct LineShape {
    pub(crate) length: u32,
    pub(crate) half: u32,
    pub(crate) outer: u32,
    /// First bar with a value.
    pub(crate) first: u32,
    /// First row of state of the outer average.
    pub(crate) ring: u32,
    unused: [u32; 3],
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
    /// Least noise.
    pub(crate) tiny: f64,
    pub(crate) slow: f64,
    pub(crate) fast_less_slow: f64,
    pub(crate) slow_squared: f64,
    pub(crate) lines: [LineNumbers; 9],
}

/// Numbers of a line.
#[repr(C)]
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
pub(crate) struct LineNumbers {
    /// `L`
    pub(crate) length: f64,
    /// `1 / L`
    pub(crate) inverse: f64,
    /// `2 / (L + 1)`
    pub(crate) factor: f64,
    /// `2 / (L * (L + 1))`
    pub(crate) scale: f64,
    pub(crate) half_length: f64,
    /// Twice the scale of the half length.
    pub(crate) half_scale: f64,
    pub(crate) outer_length: f64,
    pub(crate) outer_scale: f64,
    /// What a least-squares line takes of the weighted sum.
    pub(crate) of_weighted: f64,
    /// What it takes of the plain sum.
    pub(crate) of_sum: f64,
    /// In single precision, too, a line has a multiple of 16 bytes.
    pub(crate) unused: f64,
    pub(crate) unused_too: f64,
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
        let mut state_rows = TABLES + tables;
        let lines = lengths.map(|l| {
            let (outer, ring) = (outer_length(l) as u32, state_rows);
            if program.is_hull(f) {
                state_rows += ring_rows(outer);
            }
            LineShape {
                length: l as u32,
                half: half_length(l) as u32,
                outer,
                first: first_bar(program, kind, l),
                ring,
                unused: [0; 3],
            }
        });
        let shape = Shape {
            variant: u32::from(variant(program, kind)),
            again: u32::from(program.variants.idle_step_again),
            cutout: program.cutout as u32,
            spacing: program.spacing[f] as u32,
            rows: longest,
            unused: [0; 3],
            lines,
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
    /// entered takes 1 where the driver masks and does not branch. Where states are kept,
    /// some series of a vector go through the first part of a launch and others through the second
    /// one, and from there on they are at different bars: each waits for the others at the end of
    /// a block.
    pub(crate) fn steps(&self, kernel: Kernel, keeps: bool) -> [u64; 2] {
        let (parts, apart) = if keeps { (2, VECTOR) } else { (1, 1) };
        let has_windows = !matches!(kernel.kind, Kind::Ema | Kind::Dema);
        let (block, seeds, pass) = if has_windows {
            (u64::from(self.spacing), 0, u64::from(self.rows) + 2)
        } else {
            (u64::from(BLOCK), SEEDS, 0)
        };
        let per_block = 2 + pass;
        let mut per_bar = 1 + per_block.div_ceil(block);
        // A part begins and ends within a block; tables come in and go out.
        let mut per_launch = 3 * pass + 3 + parts * (2 + seeds) * (block + per_block);
        if kernel.kind == Kind::Hma && !kernel.is_plain && !kernel.is_near {
            for s in self.lines.map(|line| u64::from(line.outer)) {
                // Clearing the ring; summing it afresh, or its pass.
                per_bar += 1 + if s > u64::from(DIRECT) {
                    3 + apart
                } else {
                    s + 1
                };
                per_launch += 3 * (s + 1);
            }
        }
        [parts * per_bar, per_launch]
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
    let tie = program.tie.max(precision.least_tie());
    let one_before = program.variants.lsma_one_before;
    Numbers {
        retain: program.retain,
        low: 1.0 - tie,
        high: 1.0 + tie,
        weight: program.weights[f],
        tiny: precision.least_positive(),
        slow: SLOW,
        fast_less_slow: FAST - SLOW,
        slow_squared: SLOW * SLOW,
        lines: program.lengths[f].map(|length| line_numbers(length, one_before)),
    }
}

fn line_numbers(length: usize, one_before: bool) -> LineNumbers {
    let half = half_length(length) as f64;
    let outer = outer_length(length) as f64;
    let length = length as f64;
    let [of_weighted, of_sum] = line_factors(length, one_before);
    LineNumbers {
        length,
        inverse: 1.0 / length,
        factor: 2.0 / (length + 1.0),
        scale: scale(length),
        half_length: half,
        half_scale: scale(half) * 2.0,
        outer_length: outer,
        outer_scale: scale(outer),
        of_weighted,
        of_sum,
        unused: 0.0,
        unused_too: 0.0,
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
