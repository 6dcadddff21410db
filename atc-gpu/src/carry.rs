//! Where a series stands after some bar, with all that is carried on from there.

use crate::constants::{CARRIED, KEPT_FLIP, LAYER2, READING};
use crate::output::{self, LastRows};
use crate::program::PerFamily;
use crate::{Precision, Program, Reading};

/// What a family carries from bar to bar, beside the prices behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FamilyCarry {
    /// State of EMA, first EMA of the DEMA, or KAMA; a sum while it is seeded. Of no meaning in
    /// the other families, whose averages follow from prices.
    pub recursive: [f64; 9],
    /// State of the second EMA of the DEMA.
    pub second: [f64; 9],
    /// The signal, 1 or -1, once there was one; before that 0.5 where the close is above the
    /// average, -0.5 below, 0 tied, and NaN where the average has no value.
    pub sides: [f64; 9],
    /// Layer-1 equities, multiples of the start.
    pub equities: [f64; 9],
    /// Layer-1 signal in hundredths, layer-2 equity, and its last factor.
    pub layer2: [f64; 3],
}

/// Where a series stands after some bar, with all that it carries on beside its prices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ending {
    /// The outputs of that bar; `None` before the cutout.
    pub reading: Option<Reading>,
    /// The average signal of that bar, never delayed; 0 before the cutout.
    pub average: f64,
    /// What each family carries.
    pub families: PerFamily<FamilyCarry>,
}

/// Rows of state that tell an ending and one that was kept, as they come down.
pub(crate) const ENDING_ROWS: usize = 2 * CARRIED as usize;

/// Rows of the trend that tell their flips.
pub(crate) const ENDING_FLIPS: usize = KEPT_FLIP as usize + 2;

/// A series at its end and where its state was kept, as it comes down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EndingRows {
    pub(crate) families: PerFamily<[f64; ENDING_ROWS]>,
    pub(crate) flips: [u32; ENDING_FLIPS],
}

impl EndingRows {
    /// Rows before the first bar.
    pub(crate) const BLANK: Self = Self {
        families: [[0.0; ENDING_ROWS]; 6],
        flips: [0; ENDING_FLIPS],
    };

    /// What they come to after the last bar, number `n_bars` from 1, or where the state was kept.
    pub(crate) fn ending(
        &self,
        program: &Program,
        precision: Precision,
        (n_bars, kept): (usize, bool),
    ) -> Ending {
        let (first, flip) = if kept {
            (CARRIED as usize, KEPT_FLIP as usize)
        } else {
            (0, 0)
        };
        let rows = self.families.map(|rows| {
            let mut own = [0.0; CARRIED as usize];
            own.copy_from_slice(&rows[first..first + CARRIED as usize]);
            own
        });
        let last = LastRows {
            families: rows
                .map(|rows| std::array::from_fn::<_, { READING as usize }, _>(|i| rows[layer2(i)])),
            flip: [self.flips[flip], self.flips[flip + 1]],
        };
        let is_live = program.cutout < n_bars;
        Ending {
            reading: is_live.then(|| output::reading(program, precision, n_bars, &last)),
            average: if is_live {
                output::average(program, precision, &last)
            } else {
                0.0
            },
            families: rows.map(|rows| family(&rows)),
        }
    }
}

/// The row of a number of layer 2.
const fn layer2(i: usize) -> usize {
    LAYER2 as usize + i
}

fn family(rows: &[f64; CARRIED as usize]) -> FamilyCarry {
    let nine = |first: usize| std::array::from_fn(|k| rows[first + k]);
    FamilyCarry {
        recursive: nine(25),
        second: nine(34),
        sides: nine(9).map(side),
        equities: nine(0),
        layer2: [0, 1, 4].map(|i| rows[layer2(i)]),
    }
}

/// A side in the terms of [`FamilyCarry`]: kernels know no NaN.
fn side(side: f64) -> f64 {
    let is_fresh = (0.2..0.3).contains(&side);
    if is_fresh { f64::NAN } else { side }
}
