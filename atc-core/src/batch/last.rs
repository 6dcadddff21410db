//! What a series comes to at its last bar.

use crate::{Classifier, Flip, Reading, Snapshot, TrendTracker};

/// A series at its last bar, wherever it was computed.
pub(super) trait AtEnd {
    fn reading(&self) -> Option<Reading>;
    fn trend(&self) -> TrendTracker;
    fn classifier(&self) -> Classifier;
}

/// What a series comes to at its last bar.
#[derive(Clone, Copy)]
pub struct Last<'a> {
    pub(super) lane: &'a dyn AtEnd,
}

impl std::fmt::Debug for Last<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Last")
            .field("reading", &self.reading())
            .finish_non_exhaustive()
    }
}

impl Last<'_> {
    /// The outputs of the last bar.
    pub fn reading(&self) -> Option<Reading> {
        self.lane.reading()
    }

    /// The last flip of the trend, if there was one; its bar counts the bars that exist, as
    /// [`n_bars`](Self::n_bars) does.
    pub fn last_flip(&self) -> Option<Flip> {
        self.lane.trend().last_flip()
    }

    pub(crate) fn trend(&self) -> TrendTracker {
        self.lane.trend()
    }

    /// Bars of the series that exist.
    pub fn n_bars(&self) -> usize {
        self.lane.trend().n_bars()
    }

    /// A classifier that goes on from here.
    pub fn classifier(&self) -> Classifier {
        self.lane.classifier()
    }

    /// The state as bytes, to go on from later.
    pub fn snapshot(&self) -> Snapshot {
        self.lane.classifier().snapshot()
    }
}
