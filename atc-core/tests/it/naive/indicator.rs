//! Crossovers, equities, both layers and the vote, one whole column at a time.

use super::averages::average;
use super::{FAMILIES, Settings};

const TIE: f64 = 1e-11;
const FLOOR: f64 = 0.25;

/// Everything the indicator computes over a series, one value per bar.
#[derive(Debug)]
pub(crate) struct Output {
    /// The 13 columns in output order.
    pub(crate) columns: Vec<Vec<f64>>,
    /// The nine lengths of each family.
    pub(crate) lengths: Vec<Vec<usize>>,
    /// Averages, signals and layer-1 equities by family, then by length.
    pub(crate) averages: Vec<Vec<Vec<f64>>>,
    pub(crate) signals: Vec<Vec<Vec<f64>>>,
    pub(crate) equities: Vec<Vec<Vec<f64>>>,
}

/// The whole indicator over a series, or why it must be refused.
pub(crate) fn classify(
    settings: &Settings,
    close: &[f64],
    source: Option<&[f64]>,
) -> Result<Output, String> {
    let source = source.unwrap_or(close);
    if source.len() != close.len() {
        return Err("source and close differ in length".to_owned());
    }
    let present: Vec<bool> = close
        .iter()
        .zip(source)
        .map(|(c, x)| c.is_finite() && x.is_finite())
        .collect();
    if let Some(bar) = present.iter().position(|p| !p)
        && !settings.skip_gaps
    {
        return Err(format!("bar {bar} is not finite"));
    }
    let keep = |column: &[f64]| -> Vec<f64> {
        let kept = column.iter().zip(&present).filter(|(_, p)| **p);
        kept.map(|(v, _)| *v).collect()
    };
    let (close, source) = (keep(close), keep(source));
    refuse(settings, &close)?;
    let mut out = compute(settings, &close, &source)?;
    for column in out.each_column() {
        *column = spread(column, &present);
    }
    Ok(out)
}

impl Output {
    /// The 54 averages, each named `family_length`.
    pub(crate) fn named_averages(&self) -> Vec<(String, &[f64])> {
        let mut named = Vec::new();
        for (family, name) in FAMILIES.iter().enumerate() {
            for (length, line) in self.lengths[family].iter().zip(&self.averages[family]) {
                named.push((format!("{name}_{length}"), line.as_slice()));
            }
        }
        named
    }

    fn each_column(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        let lines = self.averages.iter_mut().chain(&mut self.signals);
        let lines = lines.chain(&mut self.equities).flatten();
        self.columns.iter_mut().chain(lines)
    }
}

/// Puts the values of the bars that exist back in their places.
fn spread(column: &[f64], present: &[bool]) -> Vec<f64> {
    let mut values = column.iter();
    let place = |p: &bool| match p {
        true => *values.next().expect("one value per bar that exists"),
        false => f64::NAN,
    };
    present.iter().map(place).collect()
}

fn refuse(settings: &Settings, close: &[f64]) -> Result<(), String> {
    let s = settings;
    let weights_ok = s.weights.iter().all(|w| w.is_finite() && *w > 0.0);
    let checks = [
        (close.is_empty(), "no bars"),
        (close.iter().any(|c| *c <= 0.0), "closes must be positive"),
        (s.cutout >= close.len(), "cutout leaves no bar"),
        (!s.lambda.is_finite(), "lambda must be finite"),
        (
            !(0.0..100.0).contains(&s.decay),
            "decay must be in [0, 100)",
        ),
        (
            s.long_threshold.is_nan()
                || s.short_threshold.is_nan()
                || s.long_threshold <= s.short_threshold,
            "long_threshold must exceed short_threshold",
        ),
        (!weights_ok, "weights must be positive"),
    ];
    match checks.iter().find(|(wrong, _)| *wrong) {
        Some((_, why)) => Err((*why).to_owned()),
        None => Ok(()),
    }
}

fn compute(s: &Settings, close: &[f64], source: &[f64]) -> Result<Output, String> {
    let step = grown_returns(s, close);
    let (up, down) = if s.is("cut", "half") {
        (0.49, -0.49)
    } else {
        (s.long_threshold, s.short_threshold)
    };
    let (mut lengths, mut averages, mut signals, mut equities) = (vec![], vec![], vec![], vec![]);
    let (mut layer1, mut layer2) = (vec![], vec![]);
    let mut votes = vec![0.0; close.len()];
    let mut total = vec![0.0; close.len()];
    for family in 0..FAMILIES.len() {
        let nine = s.nine_lengths(family)?;
        let lines: Vec<_> = nine
            .iter()
            .map(|l| average(s, family, source, *l))
            .collect();
        let follows: Vec<_> = lines.iter().map(|m| crossovers(close, m)).collect();
        let earned: Vec<_> = follows
            .iter()
            .map(|sig| equity(s, 1.0, sig, &step))
            .collect();
        let signal = weighted(&follows, &earned);
        let wealth = equity(s, s.weights[family], &signal, &step);
        for bar in 0..close.len() {
            let vote = f64::from(i8::from(signal[bar] > up) - i8::from(signal[bar] < down));
            votes[bar] += vote * wealth[bar];
            total[bar] += wealth[bar];
        }
        lengths.push(nine);
        averages.push(lines);
        signals.push(follows);
        equities.push(earned);
        layer1.push(signal);
        layer2.push(wealth);
    }
    let mut average_signal: Vec<f64> = votes.iter().zip(&total).map(|(v, t)| v / t).collect();
    if s.strategy {
        average_signal.insert(s.cutout, 0.0);
        average_signal.pop();
    }
    let columns = layer1.into_iter().chain(layer2).chain([average_signal]);
    Ok(Output {
        columns: columns.collect(),
        lengths,
        averages,
        signals,
        equities,
    })
}

/// -1, 0 or +1: which way the close last crossed the average.
fn crossovers(close: &[f64], average: &[f64]) -> Vec<f64> {
    let above = |bar: usize| average[bar] < close[bar] * (1.0 - TIE);
    let below = |bar: usize| average[bar] > close[bar] * (1.0 + TIE);
    let mut state = 0.0;
    let mut out = vec![0.0];
    for bar in 1..close.len() {
        let had_value = !average[bar - 1].is_nan();
        if had_value && above(bar) && !above(bar - 1) {
            state = 1.0;
        } else if had_value && below(bar) && !below(bar - 1) {
            state = -1.0;
        }
        out.push(state);
    }
    out
}

fn grown_returns(s: &Settings, close: &[f64]) -> Vec<f64> {
    let lambda = s.lambda / 1000.0;
    let step = |bar: usize| {
        let Some(before) = bar.checked_sub(1) else {
            return 0.0;
        };
        let change = (close[bar] - close[before]) / close[before];
        change * libm::exp(lambda * (bar as f64 - s.cutout as f64))
    };
    (0..close.len()).map(step).collect()
}

/// What following `signal` from `start` is worth; no value before the cutout.
fn equity(s: &Settings, start: f64, signal: &[f64], step: &[f64]) -> Vec<f64> {
    let decay = s.decay / 100.0;
    let mut out = vec![f64::NAN; signal.len()];
    let (mut e, mut gain) = (start, 0.0);
    for bar in s.cutout..signal.len() {
        let position = if bar == 0 { 0.0 } else { signal[bar - 1] };
        if position > 0.0 {
            gain = step[bar];
        } else if position < 0.0 {
            gain = -step[bar];
        } else if s.is("idle_step", "zero") {
            gain = 0.0;
        }
        if bar > s.cutout {
            e = e * (1.0 - decay) * (1.0 + gain);
        }
        e = e.max(FLOOR);
        out[bar] = e;
    }
    out
}

/// The nine signals weighted by their equities, to two decimals.
fn weighted(signals: &[Vec<f64>], equities: &[Vec<f64>]) -> Vec<f64> {
    let at = |bar: usize| {
        let (mut top, mut bottom) = (0.0, 0.0);
        for (signal, equity) in signals.iter().zip(equities) {
            top += signal[bar] * equity[bar];
            bottom += equity[bar];
        }
        (top / bottom * 100.0 + 0.5).floor() / 100.0
    };
    (0..signals[0].len()).map(at).collect()
}
