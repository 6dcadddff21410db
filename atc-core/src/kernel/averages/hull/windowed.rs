//! Outer averages by window sums.

use super::{Inner, OwnWindow};
use crate::kernel::averages::Trio;
use crate::kernel::window::Window;
use crate::lanes::Lanes;

/// Outer averages of three lines of which some use window sums.
#[inline(always)]
pub(super) fn smooth_lines<V: Lanes>(
    lines: &mut [OwnWindow<V>; 3],
    averages: &mut [[V; 3]],
    mut inner: Inner<'_, V>,
    (smoothing, scale): ([usize; 3], [V; 3]),
) {
    let mut starts = [0; 3];
    for (start, (trail, _)) in starts.iter_mut().zip(lines.iter_mut()) {
        *start = trail.reserve(averages.len());
    }
    let mut at = 0;
    loop {
        let n = inner.next_run();
        if n == 0 {
            break;
        }
        for j in 0..n {
            for (k, (trail, _)) in lines.iter_mut().enumerate() {
                trail.rows_mut()[starts[k] + at] = inner.at(j, k);
            }
            at += 1;
        }
    }
    for (k, (trail, window)) in lines.iter_mut().enumerate() {
        let line = (k, smoothing[k], scale[k]);
        match window {
            Some(window) => {
                window.advance(starts[k], trail.rows());
                smooth(line, window, averages);
            }
            None => afresh(
                line,
                &trail.rows()[starts[k] + 1 - smoothing[k]..],
                averages,
            ),
        }
    }
}

/// `WMA_s` of one line's differences, from a window over them.
#[inline(always)]
fn smooth<V: Lanes>(
    (k, smoothing, scale): (usize, usize, V),
    window: &Window<V>,
    averages: &mut [[V; 3]],
) {
    let lanes = V::splat(smoothing as f64);
    for run in window.runs() {
        let old = window.weighted(*run, smoothing).iter();
        let running = window.prefixes(*run).iter().zip(window.ramps(*run));
        let out = averages[run.start..][..run.len].iter_mut();
        for ((old, (prefix, ramp)), out) in old.zip(running).zip(out) {
            out[k] = (*old + (lanes * *prefix - *ramp)) * scale;
        }
    }
}

/// `WMA_s` of one line's differences, summed afresh.
#[inline(always)]
fn afresh<V: Lanes>((k, smoothing, scale): (usize, usize, V), past: &[V], averages: &mut [[V; 3]]) {
    for (window, out) in past.windows(smoothing).zip(averages) {
        let mut sum = window[smoothing - 1];
        let mut weighted = sum;
        for difference in window[..smoothing - 1].iter().rev() {
            sum = sum + *difference;
            weighted = weighted + sum;
        }
        out[k] = weighted * scale;
    }
}

/// Three lines that were computed before.
pub(super) struct Stored<'a, V> {
    pub(super) averages: &'a [[V; 3]],
    pub(super) left: usize,
}

impl<V: Lanes> Trio<V> for Stored<'_, V> {
    #[inline(always)]
    fn next_run(&mut self) -> usize {
        std::mem::take(&mut self.left)
    }

    #[inline(always)]
    fn at(&mut self, j: usize) -> [V; 3] {
        self.averages[j]
    }
}
