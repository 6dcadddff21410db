//! A fence around decoders of other people's making.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

use super::{DatasetError, ErrorKind};

thread_local! {
    static FENCED: Cell<bool> = const { Cell::new(false) };
}

/// Runs a decoder on bytes nobody vouches for; a panic inside becomes an error of the input.
///
/// The Parquet and Arrow decoders index and unwrap on the word of the file in places, so some damaged
/// files make them panic. Nothing they touched is used afterwards, hence `AssertUnwindSafe`.
pub(crate) fn fenced<T>(
    path: &str,
    decoder: impl FnOnce() -> Result<T, DatasetError>,
) -> Result<T, DatasetError> {
    silence_fenced_panics();
    let before = FENCED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(decoder));
    FENCED.set(before);
    outcome.unwrap_or_else(|_| Err(damaged(path, "its structure contradicts itself")))
}

/// The error for data that starts like a known format and then is not.
pub(crate) fn damaged(path: &str, detail: impl std::fmt::Display) -> DatasetError {
    DatasetError::new(
        ErrorKind::Damaged,
        path,
        format!("the data is damaged or truncated ({detail})"),
    )
    .remedy("fetch or write the file again")
}

/// The message of a caught panic would stand on stderr beside the one clear line; all other panics keep theirs.
fn silence_fenced_panics() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !FENCED.get() {
                previous(info);
            }
        }));
    });
}
