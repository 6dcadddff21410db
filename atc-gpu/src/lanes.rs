//! Several lanes of one device.

use std::sync::{Mutex, PoisonError};

use crate::device::find;
use crate::turns::Turns;
use crate::{Error, Lane, Options};

/// Several lanes of one device, each to be used by one thread at a time.
///
/// A device has one queue, so lanes are devices of their own. Give each lane
/// of an executor the lane of the same number.
#[derive(Debug)]
pub struct Lanes(Vec<Mutex<Lane>>);

impl Lanes {
    /// Opens `n` lanes, at least one, on the device that `options` select.
    ///
    /// # Errors
    ///
    /// As [`Lane::open`].
    pub fn open(n: usize, options: &Options) -> Result<Self, Error> {
        let (info, adapter) = find(&options.select, options.precision)?;
        let turns = Turns::of(info.kind);
        let open = |_| Lane::on(info.clone(), &adapter, options.clone(), turns.clone());
        let lanes = (0..n.max(1)).map(open);
        lanes
            .map(|lane| lane.map(Mutex::new))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// How many there are.
    pub const fn n_lanes(&self) -> usize {
        self.0.len()
    }

    /// Works with a lane; waits while another thread does.
    ///
    /// # Panics
    ///
    /// If there is no lane of that number.
    pub fn with<T>(&self, lane: usize, work: impl FnOnce(&mut Lane) -> T) -> T {
        // A panic of other work leaves a lane usable: a run begins from nothing.
        work(&mut self.0[lane].lock().unwrap_or_else(PoisonError::into_inner))
    }
}
