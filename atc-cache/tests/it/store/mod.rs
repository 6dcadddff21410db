//! The store on a real disk.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod computing;
mod crashes;
mod damage;
mod hits;
mod restarts;
mod support;
mod trouble;
