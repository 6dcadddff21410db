//! The seven averages, each window summed anew and without rounding.

use super::{FAMILIES, Settings};
use num_bigint::{BigInt, BigUint, Sign};

const FASTEST: f64 = 0.666;
const SLOWEST: f64 = 0.064;

/// The average of `family` over `length` bars; NaN where it has no value.
pub(crate) fn average(settings: &Settings, family: usize, x: &[f64], length: usize) -> Vec<f64> {
    match FAMILIES[family] {
        "ema" => ema(x, length, true),
        "hma" if settings.is("hma", "hull") => hull(x, length),
        "hma" => sma(x, length),
        "wma" => wma(x, length),
        "dema" => dema(x, length, settings.is("dema_seed", "mean")),
        "lsma" => lsma(x, length, settings.is("lsma_at", "newest")),
        "kama" => kama(x, length, settings.is("kama_start", "source")),
        other => unreachable!("no family {other}"),
    }
}

/// A series as whole numbers: value = integer · 2^exponent, nothing rounded.
struct Exact {
    values: Vec<BigInt>,
    missing: Vec<bool>,
    exponent: i32,
}

impl Exact {
    fn new(x: &[f64]) -> Self {
        let missing: Vec<bool> = x.iter().map(|v| !v.is_finite()).collect();
        let finite = |v: f64| if v.is_finite() { v } else { 0.0 };
        let parts: Vec<(i64, i32)> = x.iter().map(|v| mantissa_exponent(finite(*v))).collect();
        let used = parts.iter().filter(|(mantissa, _)| *mantissa != 0);
        let exponent = used.map(|(_, exponent)| *exponent).min().unwrap_or(0);
        let value = |(mantissa, e): &(i64, i32)| match *mantissa {
            0 => BigInt::ZERO,
            mantissa => BigInt::from(mantissa) << (*e - exponent),
        };
        Self {
            values: parts.iter().map(value).collect(),
            missing,
            exponent,
        }
    }

    /// `formula(S, W) / divisor` of every full window, rounded once.
    ///
    /// S is the sum of the window, W the sum of `k · x` with k = 1 for the oldest.
    fn windowed(
        &self,
        length: usize,
        divisor: u64,
        formula: impl Fn(&BigInt, &BigInt) -> BigInt,
    ) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.values.len()];
        for end in length..=self.values.len() {
            let window = end - length..end;
            if self.missing[window.clone()].contains(&true) {
                continue;
            }
            let (mut sum, mut weighted) = (BigInt::ZERO, BigInt::ZERO);
            for x in self.values[window].iter().rev() {
                sum += x;
                weighted += &sum;
            }
            out[end - 1] = nearest(&formula(&sum, &weighted), divisor, self.exponent);
        }
        out
    }
}

/// `x = mantissa · 2^exponent`, exactly.
fn mantissa_exponent(x: f64) -> (i64, i32) {
    let bits = x.to_bits();
    let fraction = (bits & ((1 << 52) - 1)).cast_signed();
    let biased = (bits >> 52 & 0x7ff) as i32;
    let (mantissa, exponent) = match biased {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, biased - 1075),
    };
    (if x < 0.0 { -mantissa } else { mantissa }, exponent)
}

/// The float64 nearest to `numerator / divisor · 2^exponent`, ties to even.
fn nearest(numerator: &BigInt, divisor: u64, exponent: i32) -> f64 {
    if numerator.sign() == Sign::NoSign {
        return 0.0;
    }
    let (mut top, mut bottom) = (numerator.magnitude().clone(), BigUint::from(divisor));
    let shift = 63 + bottom.bits() as i32 - top.bits() as i32;
    if shift < 0 {
        bottom <<= -shift;
    } else {
        top <<= shift;
    }
    let mut quotient = u64::try_from(&top / &bottom).expect("the shift leaves at most 64 bits");
    if &top % &bottom != BigUint::ZERO {
        quotient |= 1; // far below the last bit kept: it only breaks ties
    }
    let (scale, half) = (exponent - shift, (exponent - shift) / 2);
    let value = quotient as f64 * power_of_two(half) * power_of_two(scale - half);
    if numerator.sign() == Sign::Minus {
        -value
    } else {
        value
    }
}

fn power_of_two(exponent: i32) -> f64 {
    let biased = u64::try_from(exponent + 1023).expect("half an exponent is no subnormal");
    f64::from_bits(biased << 52)
}

fn sma(x: &[f64], length: usize) -> Vec<f64> {
    Exact::new(x).windowed(length, length as u64, |sum, _| sum.clone())
}

fn wma(x: &[f64], length: usize) -> Vec<f64> {
    let n = length as u64;
    Exact::new(x).windowed(length, n * (n + 1), |_, weighted| weighted * 2)
}

fn hull(x: &[f64], length: usize) -> Vec<f64> {
    let half = (length / 2).max(1);
    let root = length.isqrt().max(1);
    let (short, long) = (wma(x, half), wma(x, length));
    let raw: Vec<f64> = short.iter().zip(&long).map(|(s, l)| 2.0 * s - l).collect();
    wma(&raw, root)
}

/// The least-squares line over abscissas 1..=length, read at the newest or the one before.
fn lsma(x: &[f64], length: usize, newest: bool) -> Vec<f64> {
    if length == 1 {
        return if newest {
            x.to_vec()
        } else {
            vec![f64::NAN; x.len()]
        };
    }
    let n = length as u64;
    let at = if newest { n } else { n - 1 };
    let (k, k_squared) = (n * (n + 1) / 2, n * (n + 1) * (2 * n + 1) / 6);
    Exact::new(x).windowed(length, n * k_squared - k * k, |sum, weighted| {
        (weighted * n - sum * k) * at + sum * k_squared - weighted * k
    })
}

/// Seeded by the mean of the first `length` values that exist, or by the first alone.
fn ema(x: &[f64], length: usize, from_mean: bool) -> Vec<f64> {
    let mut out = vec![f64::NAN; x.len()];
    let Some(first) = x.iter().position(|v| !v.is_nan()) else {
        return out;
    };
    let start = if from_mean { first + length - 1 } else { first };
    if start >= x.len() {
        return out;
    }
    let mut e = if from_mean {
        sma(&x[first..=start], length)[length - 1]
    } else {
        x[start]
    };
    let alpha = 2.0 / (length as f64 + 1.0);
    out[start] = e;
    for bar in start + 1..x.len() {
        e += alpha * (x[bar] - e);
        out[bar] = e;
    }
    out
}

fn dema(x: &[f64], length: usize, from_mean: bool) -> Vec<f64> {
    let once = ema(x, length, true);
    let twice = ema(&once, length, from_mean);
    once.iter().zip(twice).map(|(a, b)| 2.0 * a - b).collect()
}

fn kama(x: &[f64], length: usize, from_source: bool) -> Vec<f64> {
    let mut k = if from_source { x[0] } else { 0.0 };
    let mut out = Vec::with_capacity(x.len());
    for bar in 0..x.len() {
        if bar >= length {
            let steps = bar - length + 1..=bar;
            let steps: Vec<f64> = steps.map(|j| (x[j] - x[j - 1]).abs()).collect();
            let noise = Exact::new(&steps).windowed(length, 1, |sum, _| sum.clone())[length - 1];
            let way = (x[bar] - x[bar - length]).abs();
            let ratio = if noise == 0.0 { 0.0 } else { way / noise };
            let speed = ratio * (FASTEST - SLOWEST) + SLOWEST;
            k += speed * speed * (x[bar] - k);
        } else if !from_source {
            k += SLOWEST * SLOWEST * (x[bar] - k);
        }
        out.push(k);
    }
    out
}
