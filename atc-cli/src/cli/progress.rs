//! A progress bar on a terminal, nothing anywhere else.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Global;

/// As [`bar`], which counts even where nobody sees it.
pub(crate) fn counting(global: &Global, n: usize, verb: &'static str) -> ProgressBar {
    let bar = bar(global, n, verb);
    if bar.length().is_some() {
        return bar;
    }
    ProgressBar::with_draw_target(Some(n as u64), ProgressDrawTarget::hidden())
}

/// A bar over `n` inputs; one without a length, that counts nothing, where there is nobody to see it.
pub(crate) fn bar(global: &Global, n: usize, verb: &'static str) -> ProgressBar {
    if global.quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(n as u64);
    let template = "{msg} [{bar:30}] {pos}/{len}  {per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━━ "));
    }
    bar.set_message(verb);
    bar
}
