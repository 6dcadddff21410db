//! The cases of the corpus, as data.

use crate::limits::{lengths, refusals, settings, switches};
use crate::prices::{flats, jump, put, ticks, walk};

/// One case: parameters, input, and whether it must be refused.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// The object of parameters that differ from the defaults.
    pub(crate) params: &'static str,
    pub(crate) close: Vec<f64>,
    pub(crate) source: Option<Vec<f64>>,
    /// Whether the 54 averages are part of the case.
    pub(crate) lines: bool,
    pub(crate) refused: bool,
}

pub(crate) fn case(
    name: &'static str,
    what: &'static str,
    params: &'static str,
    close: Vec<f64>,
) -> Case {
    Case {
        name,
        what,
        params,
        close,
        source: None,
        lines: false,
        refused: false,
    }
}

pub(crate) fn cases() -> Vec<Case> {
    [
        profiles(),
        markets(),
        jumps(),
        lengths(),
        settings(),
        switches(),
        refusals(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn profiles() -> Vec<Case> {
    let with_lines = |case| Case {
        lines: true,
        ..case
    };
    vec![
        with_lines(case(
            "lts_walk",
            "a walk, all defaults, with the 54 averages",
            "{}",
            walk(1, 120, 100.0, 0.02),
        )),
        case(
            "original_walk",
            "profile original",
            r#"{"profile": "original"}"#,
            walk(1, 200, 100.0, 0.02),
        ),
        with_lines(case(
            "pine_walk",
            "profile pine, with the 54 averages",
            r#"{"profile": "pine"}"#,
            walk(1, 120, 100.0, 0.02),
        )),
    ]
}

fn markets() -> Vec<Case> {
    let gaps = put(
        walk(8, 220, 60.0, 0.03),
        &[0, 31, 32, 33, 150, 219],
        f64::NAN,
    );
    vec![
        case(
            "lts_ticks",
            "prices in cents around 2: coarse decimal ticks",
            "{}",
            ticks(walk(2, 240, 2.0, 0.01), 100.0),
        ),
        case(
            "lts_flats",
            "flat stretches of prices that are not exact in binary",
            "{}",
            flats(3, ticks(walk(3, 240, 41.0, 0.02), 100.0), 40),
        ),
        case(
            "lts_satoshi",
            "some thirty ticks of 1e-8: ties on most bars",
            "{}",
            ticks(walk(4, 240, 3e-7, 0.03), 1e8),
        ),
        case(
            "pine_ticks",
            "coarse ticks; an idle signal repeats the last step",
            r#"{"profile": "pine"}"#,
            ticks(walk(5, 240, 1.5, 0.02), 64.0),
        ),
        case(
            "original_flats",
            "flat stretches on a grid of 1/64",
            r#"{"profile": "original"}"#,
            flats(6, ticks(walk(6, 240, 9.0, 0.02), 64.0), 30),
        ),
        case(
            "lts_tiny",
            "prices near 1e-9",
            "{}",
            walk(7, 160, 1e-9, 0.03),
        ),
        case(
            "lts_gaps_skip",
            "missing closes, first and last bar among them",
            r#"{"gaps": "skip"}"#,
            put(gaps, &[90], f64::INFINITY),
        ),
        Case {
            source: Some(put(walk(9, 200, 55.0, 0.025), &[40, 41], f64::NAN)),
            ..case(
                "lts_source",
                "averages of another column, with its own gaps",
                r#"{"gaps": "skip"}"#,
                walk(10, 200, 55.0, 0.02),
            )
        },
    ]
}

fn jumps() -> Vec<Case> {
    let million = 1e6;
    let short = r#"{"ema_len": 9, "hma_len": 9, "wma_len": 9, "dema_len": 9, "lsma_len": 9, "kama_len": 9}"#;
    let pine = r#"{"profile": "pine", "robustness": "narrow"}"#;
    let spike = ticks(walk(16, 260, 2.0, 0.02), 100.0);
    vec![
        case(
            "lts_jump_up",
            "a millionfold price from bar 100 on",
            "{}",
            jump(walk(11, 240, 30.0, 0.02), 100, 240, million),
        ),
        case(
            "lts_jump_down",
            "a millionth of the price from bar 100 on",
            "{}",
            jump(walk(12, 240, 30.0, 0.02), 100, 240, 1.0 / million),
        ),
        case(
            "lts_jump_down_flat",
            "a million down, then flat stretches",
            "{}",
            flats(
                13,
                jump(ticks(walk(13, 280, 41.0, 0.02), 100.0), 0, 90, million),
                60,
            ),
        ),
        case(
            "lts_jump_up_flat",
            "a million up, then flat stretches",
            short,
            flats(
                14,
                jump(ticks(walk(14, 200, 41.0, 0.02), 100.0), 70, 200, million),
                40,
            ),
        ),
        case(
            "lts_jump_down_ticks",
            "a million down into coarse ticks",
            "{}",
            jump(ticks(walk(15, 280, 2.0, 0.02), 100.0), 0, 90, million),
        ),
        case(
            "pine_spike_ticks",
            "single bars a millionfold and a millionth among coarse ticks",
            pine,
            jump(jump(spike, 80, 81, million), 150, 151, 1.0 / million),
        ),
    ]
}
