//! Twin of `kernels/trend.wgsl`.

use crate::program::Program;
use crate::real::Real;

/// Sides of an average.
const NONE: u32 = 0;
const NEUTRAL: u32 = 1;
pub(crate) const LONG: u32 = 2;
pub(crate) const SHORT: u32 = 3;

fn side<T: Real>([long, short]: [T; 2], value: T) -> u32 {
    // An average lies in -1 ..= 1; a NaN lies nowhere.
    let valued = value >= -T::of(2.0) && value <= T::of(2.0);
    let unsure = if valued { NEUTRAL } else { NONE };
    let falling = if value < short { SHORT } else { unsure };
    if value > long { LONG } else { falling }
}

/// Side and bar of the last flip of an average that is not delayed yet.
pub(super) fn trend<T: Real>(program: &Program, average: &[T]) -> [u32; 2] {
    let limits = program.trend_limits.map(T::of);
    let (mut flip, mut flip_bar, mut before) = (NONE, 0, NONE);
    let mut coming = side(limits, T::of(0.0));
    for (bar, value) in average.iter().enumerate().skip(program.cutout) {
        let fresh = side(limits, *value);
        let now = if program.delayed { coming } else { fresh };
        coming = fresh;
        let turns = now != before && now != flip && now >= LONG && before != NONE;
        if turns {
            (flip, flip_bar) = (now, bar as u32);
        }
        if now != NONE {
            before = now;
        }
    }
    [flip, flip_bar]
}
