//! One job after the other, on the calling thread.

use std::{fmt, sync::Arc};

use crate::{Control, Executor, Outcome, Work, lane_set::LaneSet, run::Run};

/// One lane, on the thread that calls. Jobs start in order.
///
/// Concurrent runs take turns: one starts when the other has ended.
pub struct Sequential {
    lanes: Arc<LaneSet>,
}

impl Sequential {
    /// Starts no thread.
    pub fn new() -> Self {
        Self {
            lanes: LaneSet::new(1),
        }
    }
}

impl Default for Sequential {
    fn default() -> Self {
        Self::new()
    }
}

impl Executor for Sequential {
    fn lanes(&self) -> usize {
        self.lanes.len()
    }

    fn run(&self, n_jobs: usize, work: Work, control: &Control) -> Outcome {
        self.lanes.refuse_nested();
        Run::new(n_jobs, work, control).complete_with(&self.lanes)
    }
}

impl fmt::Debug for Sequential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sequential")
    }
}
