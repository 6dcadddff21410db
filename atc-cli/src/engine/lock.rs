//! Locks whose holder may have panicked: what they guard is still whole.

use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use atc_cache::SourceIndex;

pub(super) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// Forgets those of some `n` locations that are gone: all of them at a time would take too long, and what is gone would
/// stay for ever. Others may ask while they are looked for.
pub(super) fn forget_gone(index: &RwLock<SourceIndex>, n: usize, is_gone: impl Fn(&str) -> bool) {
    let some: Vec<String> = {
        let index = read(index);
        let some = index.some_locations(n).into_iter();
        some.map(str::to_owned).collect()
    };
    for location in some.iter().filter(|location| is_gone(location)) {
        write(index).forget(location);
    }
}
