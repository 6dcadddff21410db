//! Ctrl-C, and what else asks the process to end.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use atc_parallel::CancelToken;

/// 128 and the number of the signal that came, as shells have it.
static CODE: AtomicUsize = AtomicUsize::new(super::exit::INTERRUPTED as usize);

/// The token that Ctrl-C cancels: running jobs finish, no more begin. A second Ctrl-C ends the
/// process as usual.
pub(crate) fn token() -> CancelToken {
    static TOKEN: OnceLock<CancelToken> = OnceLock::new();
    // Without a handler Ctrl-C ends the process at once, which is no reason not to run.
    TOKEN.get_or_init(listen).clone()
}

/// The exit code of a command that was stopped.
pub(crate) fn exit_code() -> u8 {
    CODE.load(Relaxed) as u8
}

/// The flag is set where the signal arrives: a thread that waits for it would take as long to start as a hundred
/// lookups.
#[cfg(unix)]
fn listen() -> CancelToken {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown, register_usize};

    let flag = Arc::new(AtomicBool::new(false));
    let ignored = ignored();
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // Whoever started this process may want it to live on: `nohup`, a script with jobs in the background.
        if ignored >> (signal - 1) & 1 == 1 {
            continue;
        }
        let code = 128 + signal;
        // In this order: the first signal finds the flag unset, and sets it when the code is there.
        let ends = register_conditional_shutdown(signal, code, Arc::clone(&flag))
            .and_then(|_| register_usize(signal, &CODE, code.cast_unsigned() as usize));
        drop(ends.and_then(|_| register(signal, Arc::clone(&flag))));
    }
    CancelToken::from(flag)
}

/// The signals that this process was started to ignore, bit 0 for the first.
#[cfg(target_os = "linux")]
fn ignored() -> u64 {
    let status = std::fs::read("/proc/self/status").unwrap_or_default();
    let status = String::from_utf8_lossy(&status);
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or(0)
}

/// Other systems do not tell.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignored() -> u64 {
    0
}

#[cfg(not(unix))]
fn listen() -> CancelToken {
    let token = CancelToken::new();
    let handler = token.clone();
    let set = ctrlc::set_handler(move || {
        if handler.is_cancelled() {
            std::process::exit(super::exit::INTERRUPTED);
        }
        handler.cancel();
    });
    drop(set);
    token
}
