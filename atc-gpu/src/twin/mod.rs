//! The kernels as scalar Rust, one file for each of `kernels/*.wgsl`, with the
//! same functions in the same order of operations: what a kernel should have
//! computed, for tests, and for whoever wants to read it with a debugger.

mod average;
mod count;
mod dema;
mod ema;
mod exponential;
mod family;
mod follow;
mod gain;
mod hma;
mod kama;
mod layer2;
mod lsma;
mod sma;
mod trend;
mod window;
mod wma;

use crate::program::{Kind, PerFamily, Program};
use crate::real::Real;
use crate::{Columns, Error, Flip, Precision, Series, columns};
use family::Family;

/// Computes the columns of a series as the kernels do, on the processor.
///
/// `growth` has a factor for each bar.
///
/// # Errors
///
/// As [`Program::check`] and [`Series::check`].
pub fn columns(
    program: &Program,
    precision: Precision,
    growth: &[f64],
    series: Series<'_>,
) -> Result<Columns, Error> {
    program.check()?;
    series.check(growth)?;
    let mut out = match precision {
        Precision::F64 => compute::<f64>(program, growth, series),
        Precision::F32 => compute::<f32>(program, growth, series),
    };
    columns::finish(program, &mut out);
    Ok(out)
}

/// Computes the nine averages of each family as the kernels do, in units of the
/// source; NaN before an average has a value.
///
/// # Errors
///
/// As [`columns`].
pub fn averages(program: &Program, source: &[f64]) -> Result<PerFamily<[Vec<f64>; 9]>, Error> {
    program.check()?;
    Ok(Kind::ALL.map(|kind| Family::<f64>::new(program, kind).averages_of(source)))
}

/// The signals of the nine lines of each family, -1, 0 or 1 at each bar, as kernels follow them.
///
/// # Errors
///
/// As [`Program::check`], and [`Error::LengthMismatch`].
pub fn signals(
    program: &Program,
    precision: Precision,
    series: Series<'_>,
) -> Result<PerFamily<[Vec<i8>; 9]>, Error> {
    program.check()?;
    series.check(series.close)?;
    Ok(Kind::ALL.map(|kind| match precision {
        Precision::F64 => Family::<f64>::new(program, kind).signals_of(series),
        Precision::F32 => Family::<f32>::new(program, kind).signals_of(series),
    }))
}

/// The last flip of the trend, as kernels follow it; see
/// [`Reading::last_flip`](crate::Reading::last_flip).
///
/// # Errors
///
/// As [`columns`].
pub fn last_flip(
    program: &Program,
    precision: Precision,
    growth: &[f64],
    series: Series<'_>,
) -> Result<Option<Flip>, Error> {
    program.check()?;
    series.check(growth)?;
    let rows = match precision {
        Precision::F64 => trend::trend(program, &compute::<f64>(program, growth, series).average),
        Precision::F32 => {
            let wide = compute::<f32>(program, growth, series).average;
            let average: Vec<f32> = wide.iter().map(|value| f32::of(*value)).collect();
            trend::trend(program, &average)
        }
    };
    Ok(flip(rows))
}

/// Additions, subtractions, multiplications, divisions and roundings that kernels do
/// for a series: the arithmetic that a device cannot help.
///
/// # Errors
///
/// As [`columns`].
pub fn operations(program: &Program, growth: &[f64], series: Series<'_>) -> Result<u64, Error> {
    program.check()?;
    series.check(growth)?;
    Ok(count::operations(|| {
        compute::<count::Counted>(program, growth, series);
    }))
}

/// A flip out of its side and its bar.
pub(crate) fn flip([side, bar]: [u32; 2]) -> Option<Flip> {
    let is_long = side == trend::LONG;
    (is_long || side == trend::SHORT).then_some(Flip {
        bar: bar as usize,
        is_long,
    })
}

/// The average signal of a bar, out of each family's layer-1 signal in
/// hundredths and its layer-2 equity.
pub(crate) fn average_of(
    program: &Program,
    precision: Precision,
    families: PerFamily<[f64; 2]>,
) -> f64 {
    let limits = program.vote_limits;
    match precision {
        Precision::F64 => average::of(limits, families),
        Precision::F32 => {
            let narrow = families.map(|family| family.map(f32::of));
            average::of(limits.map(f32::of), narrow).wide()
        }
    }
}

fn compute<T: Real>(program: &Program, growth: &[f64], series: Series<'_>) -> Columns {
    let gains = gain::gains::<T>(growth, series.close);
    let families: PerFamily<_> = Kind::ALL.map(|kind| {
        let mut family = Family::<T>::new(program, kind);
        family.run(&gains, series)
    });
    let average = average::average(program.vote_limits.map(T::of), &families);
    let wide = |column: &Vec<T>| column.iter().map(|v| v.wide()).collect();
    Columns {
        signals: families.each_ref().map(|columns| wide(&columns.signal)),
        equities: families.each_ref().map(|columns| wide(&columns.equity)),
        average: wide(&average),
    }
}
