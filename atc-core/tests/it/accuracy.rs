//! A million bars with jumps of a million: no average drifts.

use atc_core::{Bar, Classifier, Family, KamaStart, Params, Plan, Profile};
use serde_json::json;

use crate::market::{Kind, closes};
use crate::naive::{averages, settings::Settings};

const BARS: usize = 1_000_000;

/// Bars between two samples; a prime, so that samples meet every phase of a window.
const EVERY: usize = 4_999;

/// The largest source value that an average's error may be measured by.
fn recent_peak(x: &[f64], bar: usize, length: usize) -> f64 {
    let from = (bar + 1).saturating_sub(512 + 2 * length);
    x[from..=bar]
        .iter()
        .fold(0.0, |peak, value| value.abs().max(peak))
}

/// Plain recursions beside the classifier: one EMA, the EMA of it, one KAMA.
struct Recursions {
    length: usize,
    first: f64,
    second: f64,
    kama: f64,
}

impl Recursions {
    fn new(length: usize) -> Self {
        Self {
            length,
            first: 0.0,
            second: 0.0,
            kama: f64::NAN,
        }
    }

    /// Takes bar `bar`; both seeds are those of profile `lts`.
    fn step(&mut self, x: &[f64], bar: usize) {
        let (l, now) = (self.length, x[bar]);
        let alpha = 2.0 / (l as f64 + 1.0);
        if bar + 1 == l {
            self.first = x[..l].iter().sum::<f64>() / l as f64;
            self.second = self.first;
        } else if bar + 1 > l {
            self.first += alpha * (now - self.first);
            self.second += alpha * (self.first - self.second);
        }
        if bar < l {
            self.kama = x[0];
            return;
        }
        let noise: f64 = (bar + 1 - l..=bar).map(|j| (x[j] - x[j - 1]).abs()).sum();
        let change = (now - x[bar - l]).abs();
        let ratio = if noise == 0.0 { 0.0 } else { change / noise };
        let speed = ratio * (0.666 - 0.064) + 0.064;
        self.kama += speed * speed * (now - self.kama);
    }
}

#[test]
fn no_average_drifts_over_a_million_bars_with_jumps() {
    let x = closes(Kind::Jumps, 5, BARS);
    let params = Params {
        profile: Profile::Lts,
        ..Params::default()
    };
    let plan = Plan::new(params).unwrap();
    assert_eq!(plan.switches().kama_start, KamaStart::Source);
    let settings = Settings::from_json(&json!({})).unwrap();
    let lengths = plan.lengths(Family::Ema);
    let mut recursions = lengths.map(Recursions::new);
    let mut classifier = Classifier::new(plan);
    let mut worst = [0.0_f64; 6];
    let mut samples = 0;
    for bar in 0..BARS {
        classifier.update(Bar::new(x[bar]).unwrap());
        for recursion in &mut recursions {
            recursion.step(&x, bar);
        }
        // Every so often, and at each bar for a while after each hundredth jump.
        let jumped = bar > 0 && !(0.01..100.0).contains(&(x[bar] / x[bar - 1]));
        if bar < 200 || !(bar % EVERY == 0 || (jumped && bar % 11 == 0)) {
            continue;
        }
        samples += 1;
        let cells = classifier.cells();
        for (k, length) in lengths.into_iter().enumerate() {
            // Twice the length holds every window, and the window of windows of the HMA.
            let recent = &x[bar + 1 - 2 * length..=bar];
            for (f, family) in Family::ALL.into_iter().enumerate() {
                let expected = match family {
                    Family::Ema => recursions[k].first,
                    Family::Dema => 2.0 * recursions[k].first - recursions[k].second,
                    Family::Kama => recursions[k].kama,
                    _ => *averages::average(&settings, f, recent, length)
                        .last()
                        .unwrap(),
                };
                let error = (cells.averages[family][k] - expected).abs();
                worst[f] = worst[f].max(error / recent_peak(&x, bar, length));
            }
        }
    }
    assert!(samples > 500, "only {samples} samples");
    for (family, worst) in Family::ALL.into_iter().zip(worst) {
        assert!(worst <= 1e-12, "{family}: {worst:e} of the recent peak");
    }
}
