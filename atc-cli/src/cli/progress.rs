//! A progress bar on a terminal, nothing anywhere else.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Global;

/// A bar over `n` inputs.
pub(crate) fn bar(global: &Global, n: usize, verb: &'static str) -> ProgressBar {
    let shown = !global.quiet && std::io::stderr().is_terminal();
    if !shown {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(n as u64), target);
    let template = "{msg} [{bar:30}] {pos}/{len}  {per_sec}  {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━━ "));
    }
    bar.set_message(verb);
    bar
}
