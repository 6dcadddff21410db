//! The cases at the limits of parameters and input, and those beyond them.

use crate::cases::{Case, case};
use crate::prices::{put, ticks, walk};

pub(crate) fn lengths() -> Vec<Case> {
    let five = r#"{"robustness": "narrow", "ema_len": 5, "hma_len": 5, "wma_len": 5, "dema_len": 5, "lsma_len": 5, "kama_len": 5}"#;
    let original = r#"{"profile": "original", "ema_len": 7, "hma_len": 7, "wma_len": 7, "dema_len": 7, "lsma_len": 7, "kama_len": 7}"#;
    let pine = r#"{"profile": "pine", "robustness": "wide", "ema_len": 8, "hma_len": 8, "wma_len": 8, "dema_len": 8, "lsma_len": 8, "kama_len": 8}"#;
    let mixed = r#"{"robustness": "wide", "ema_len": 8, "hma_len": 30, "wma_len": 17, "dema_len": 12, "lsma_len": 41, "kama_len": 23}"#;
    let long = r#"{"ema_len": 200, "hma_len": 150, "wma_len": 121, "dema_len": 180, "lsma_len": 99, "kama_len": 90}"#;
    vec![
        case(
            "lts_short_lengths",
            "lengths down to 1, coarse ticks",
            five,
            ticks(walk(17, 180, 1.0, 0.02), 100.0),
        ),
        case(
            "original_short_lengths",
            "a regression over one bar has no bar before it",
            original,
            walk(18, 140, 12.0, 0.03),
        ),
        case(
            "pine_short_lengths",
            "wide offsets down to length 1",
            pine,
            ticks(walk(19, 140, 3.0, 0.03), 16.0),
        ),
        case(
            "lts_mixed_lengths",
            "six base lengths, wide",
            mixed,
            walk(20, 200, 250.0, 0.02),
        ),
        case(
            "lts_long_lengths",
            "lengths up to 206",
            long,
            walk(21, 320, 90.0, 0.015),
        ),
        case(
            "lts_short_history",
            "30 bars: the longer averages never get a value",
            "{}",
            walk(22, 30, 5.0, 0.03),
        ),
        case("lts_one_bar", "a single bar", "{}", vec![17.25]),
    ]
}

pub(crate) fn settings() -> Vec<Case> {
    let scalping = r#"{"robustness": "narrow", "cutout": 20, "lambda": 0.03, "decay": 0.05, "ema_len": 14, "hma_len": 14, "wma_len": 14, "dema_len": 14, "lsma_len": 14, "kama_len": 14}"#;
    let view =
        r#"{"strategy": true, "cutout": 35, "long_threshold": 0.45, "short_threshold": -0.3}"#;
    let weights = r#"{"ema_weight": 0.1, "hma_weight": 3.0, "wma_weight": 0.25, "dema_weight": 2.0, "lsma_weight": 0.001, "kama_weight": 10.0}"#;
    vec![
        case(
            "lts_scalping",
            "the values of the preset scalping",
            scalping,
            walk(23, 180, 20.0, 0.02),
        ),
        case(
            "lts_strategy",
            "delayed average, thresholds of its own, cutout",
            view,
            walk(24, 200, 20.0, 0.02),
        ),
        case(
            "lts_cutout_one",
            "cutout 1",
            r#"{"cutout": 1}"#,
            walk(25, 80, 20.0, 0.02),
        ),
        case(
            "lts_cutout_last",
            "cutout n - 1: one bar has values",
            r#"{"cutout": 59, "strategy": true}"#,
            walk(26, 60, 20.0, 0.02),
        ),
        case(
            "lts_weights",
            "wild walk: equity floor, weights below, at and above it",
            weights,
            walk(27, 200, 20.0, 0.2),
        ),
        case(
            "lts_growth",
            "strong growth, no decay, negative thresholds",
            r#"{"lambda": 8.0, "decay": 0, "long_threshold": -0.1, "short_threshold": -0.5}"#,
            walk(28, 160, 20.0, 0.02),
        ),
        case(
            "pine_decay",
            "shrinking growth, almost all equity lost per bar",
            r#"{"profile": "pine", "lambda": -4.0, "decay": 99.5}"#,
            walk(29, 120, 20.0, 0.02),
        ),
    ]
}

pub(crate) fn switches() -> Vec<Case> {
    let prices = || ticks(walk(30, 110, 4.0, 0.03), 100.0);
    vec![
        case(
            "switch_hma",
            "lts with the plain average as HMA",
            r#"{"override": {"hma": "sma"}}"#,
            prices(),
        ),
        case(
            "switch_dema_seed",
            "lts with the second EMA seeded by a mean",
            r#"{"override": {"dema_seed": "mean"}}"#,
            prices(),
        ),
        case(
            "switch_lsma_at",
            "lts with the regression read one bar before",
            r#"{"override": {"lsma_at": "one_before"}}"#,
            prices(),
        ),
        case(
            "switch_kama_start",
            "lts with KAMA climbing from 0",
            r#"{"override": {"kama_start": "zero"}}"#,
            prices(),
        ),
        case(
            "switch_idle_step",
            "lts with idle signals repeating the last step",
            r#"{"override": {"idle_step": "last"}}"#,
            prices(),
        ),
        case(
            "switch_cut",
            "pine with votes by threshold",
            r#"{"profile": "pine", "override": {"cut": "thresholds"}}"#,
            prices(),
        ),
    ]
}

pub(crate) fn refusals() -> Vec<Case> {
    let prices = || walk(31, 50, 10.0, 0.02);
    let refused = |name, what, params, close| Case {
        refused: true,
        ..case(name, what, params, close)
    };
    vec![
        refused(
            "refused_gap",
            "a missing bar under gaps = reject",
            "{}",
            put(prices(), &[21], f64::NAN),
        ),
        refused(
            "refused_infinity",
            "an infinite close under gaps = reject",
            "{}",
            put(prices(), &[49], f64::INFINITY),
        ),
        refused(
            "refused_zero",
            "a zero close",
            r#"{"gaps": "skip"}"#,
            put(prices(), &[33], 0.0),
        ),
        refused(
            "refused_negative",
            "a negative close",
            "{}",
            put(prices(), &[0], -1.0),
        ),
        refused(
            "refused_length",
            "length 6 minus 6",
            r#"{"kama_len": 6}"#,
            prices(),
        ),
        refused(
            "refused_cutout",
            "cutout as long as the series",
            r#"{"cutout": 50}"#,
            prices(),
        ),
        refused(
            "refused_cutout_gaps",
            "cutout as long as the bars that exist",
            r#"{"cutout": 48, "gaps": "skip"}"#,
            put(prices(), &[3, 4], f64::NAN),
        ),
        refused(
            "refused_empty",
            "no bar exists",
            r#"{"gaps": "skip"}"#,
            vec![f64::NAN; 4],
        ),
        refused(
            "refused_thresholds",
            "equal thresholds",
            r#"{"long_threshold": -0.1}"#,
            prices(),
        ),
        refused(
            "refused_weight",
            "a weight of 0",
            r#"{"lsma_weight": 0}"#,
            prices(),
        ),
        refused(
            "refused_decay",
            "decay of 100 percent",
            r#"{"decay": 100}"#,
            prices(),
        ),
        refused(
            "refused_decay_negative",
            "negative decay",
            r#"{"decay": -0.01}"#,
            prices(),
        ),
    ]
}
