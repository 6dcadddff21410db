//! The store on a real disk.

mod computing;
mod crashes;
mod damage;
mod hits;
mod restarts;
mod support;
mod trouble;
