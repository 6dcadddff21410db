//! What a caller can do to a run while it runs: stop it, watch it; and what it says at the end.

use std::{fmt, sync::Arc};

use crate::{
    Slot,
    sync::{AtomicBool, Ordering},
};

/// Stops runs between jobs. Clones share one flag; once set it stays set.
///
/// Jobs that run when [`cancel`](Self::cancel) is called finish; no lane starts another afterwards.
///
/// ```
/// use atc_parallel::{CancelToken, Control, ExecutorExt, Sequential};
///
/// let token = CancelToken::new();
/// let control = Control::new().cancel_with(&token);
/// let results = Sequential::new().map_with(5, &control, move |slot| {
///     if slot.job == 1 {
///         token.cancel();
///     }
///     slot.job
/// });
/// assert_eq!(results, [Some(0), Some(1), None, None, None]);
/// ```
#[derive(Clone)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token nobody has cancelled.
    pub fn new() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    /// Stops every run that was given this token. Only sets an atomic flag: safe anywhere, also twice.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether [`cancel`](Self::cancel) was called on this token or a clone.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A token that is cancelled while `flag` is set, by a signal handler for instance. Clear the flag only
/// when the runs that were given the token have ended.
///
/// ```
/// use std::sync::{Arc, atomic::{AtomicBool, Ordering::Release}};
///
/// let flag = Arc::new(AtomicBool::new(false));
/// let token = atc_parallel::CancelToken::from(Arc::clone(&flag));
/// flag.store(true, Release);
/// assert!(token.is_cancelled());
/// ```
impl From<Arc<AtomicBool>> for CancelToken {
    fn from(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
}

impl Default for CancelToken {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CancelToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CancelToken")
            .field(&self.is_cancelled())
            .finish()
    }
}

/// One job has finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The job, and the lane it ran on.
    pub slot: Slot,
    /// How many jobs of this run have finished, this one included. Each number from one comes once;
    /// callbacks of different lanes may overtake each other.
    pub finished: usize,
    /// How many jobs the run was given.
    pub n_jobs: usize,
}

/// The callback of [`Control::on_progress`].
type OnProgress = Arc<dyn Fn(Progress) + Send + Sync>;

/// How a run may be stopped and watched. The default does neither.
#[derive(Clone, Default)]
pub struct Control {
    cancel: Option<CancelToken>,
    progress: Option<OnProgress>,
}

impl Control {
    /// Neither stopped nor watched.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops the run when `token` is cancelled.
    #[must_use]
    pub fn cancel_with(self, token: &CancelToken) -> Self {
        Self {
            cancel: Some(token.clone()),
            ..self
        }
    }

    /// Calls `callback` after each finished job, on the thread that ran it and while it holds the
    /// lane: keep it short. A panic in it counts as the job's.
    #[must_use]
    pub fn on_progress(self, callback: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Self {
            progress: Some(Arc::new(callback)),
            ..self
        }
    }

    /// Whether the run should start no further job.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.as_ref().is_some_and(CancelToken::is_cancelled)
    }

    /// Tells the callback, if there is one, that a job has finished. For authors of executors.
    pub fn report(&self, progress: impl FnOnce() -> Progress) {
        if let Some(callback) = &self.progress {
            callback(progress());
        }
    }
}

impl fmt::Debug for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control")
            .field("cancel", &self.cancel)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Jobs that ran to their end.
    pub finished: usize,
    /// Jobs the run was given.
    pub n_jobs: usize,
}

impl Outcome {
    /// Whether every job ran; false after a cancellation that left some out.
    pub fn is_complete(self) -> bool {
        self.finished == self.n_jobs
    }
}
