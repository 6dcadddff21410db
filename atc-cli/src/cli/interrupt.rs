//! Ctrl-C, and what else asks the process to end.

use std::sync::OnceLock;

use atc_parallel::CancelToken;

/// The token that Ctrl-C cancels: running jobs finish, no more begin. A second Ctrl-C ends the
/// process as usual.
pub(crate) fn token() -> CancelToken {
    static TOKEN: OnceLock<CancelToken> = OnceLock::new();
    // Without a handler Ctrl-C ends the process at once, which is no reason not to run.
    TOKEN.get_or_init(listen).clone()
}

/// The flag is set where the signal arrives: a thread that waits for it would take as long to start as a hundred
/// lookups.
#[cfg(unix)]
fn listen() -> CancelToken {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_shutdown};

    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // In this order: the first signal finds the flag unset, and sets it.
        let ends =
            register_conditional_shutdown(signal, super::exit::INTERRUPTED, Arc::clone(&flag));
        drop(ends.and_then(|_| register(signal, Arc::clone(&flag))));
    }
    CancelToken::from(flag)
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
