//! The store's own threads, and how any other thread waits for them.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use tokio::runtime::{Builder, Handle, Runtime};

use super::{CacheError, CacheErrorKind, priority::Priority};

/// What the threads do from the start.
type Begin = Box<dyn FnOnce(&Handle) + Send>;

/// A tokio runtime of the store's own, so that it can be shut down with it: started when it is
/// needed first, for a process that finds what it asks for in memory and in the log does without.
pub(super) struct Threads {
    /// `None` if they could not be started, or were shut down before.
    handle: OnceLock<Option<Handle>>,
    runtime: Mutex<Option<Runtime>>,
    begin: Mutex<Option<Begin>>,
    priority: Arc<Priority>,
}

/// Nothing came, in time or at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoAnswer;

impl Threads {
    /// Threads that do `begin` first, if they are ever started.
    pub(super) fn new(begin: impl FnOnce(&Handle) + Send + 'static) -> Self {
        Self {
            handle: OnceLock::new(),
            runtime: Mutex::default(),
            begin: Mutex::new(Some(Box::new(begin))),
            priority: Arc::default(),
        }
    }

    /// Lets them run only when no other thread wants to, where the system can.
    pub(super) fn yield_to_others(&self) {
        self.priority.lower();
    }

    /// Starts them if they are not; the error is that the system refused.
    pub(super) fn handle(&self) -> Result<&Handle, NoAnswer> {
        let start = || {
            let runtime = start(&self.priority).ok()?;
            let handle = runtime.handle().clone();
            if let Some(begin) = lock(&self.begin).take() {
                begin(&handle);
            }
            *lock(&self.runtime) = Some(runtime);
            Some(handle)
        };
        self.handle.get_or_init(start).as_ref().ok_or(NoAnswer)
    }

    /// Runs `task` and waits for it at most `patience`.
    ///
    /// Parks the calling thread like a lock does and never enters a runtime on it, so it works on
    /// workers of rayon and of tokio alike.
    pub(super) fn wait<T: Send + 'static>(
        &self,
        patience: Duration,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let task = self.handle()?.spawn(async move {
            // The receiver is gone when patience ran out.
            let _ = sender.send(task.await);
        });
        receiver.recv_timeout(patience).map_err(|error| {
            if error == RecvTimeoutError::Timeout {
                task.abort();
            }
            NoAnswer
        })
    }

    /// Runs `task` for a caller that can await it, on whatever runtime that is.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        self.handle()?.spawn(task).await.map_err(|_| NoAnswer)
    }

    /// Ends the threads, waiting at most `patience` for those that are writing.
    pub(super) fn shut_down(&self, patience: Duration) {
        self.handle.get_or_init(|| None);
        lock(&self.begin).take();
        let Some(runtime) = lock(&self.runtime).take() else {
            return;
        };
        // Tokio panics when a runtime is shut down on a worker of another: use a thread of no one.
        let end = move || runtime.shutdown_timeout(patience);
        if let Ok(ending) = Pending::begin("atc-cache close", patience * 2, end) {
            let _ = ending.wait();
        }
    }
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("started", &matches!(self.handle.get(), Some(Some(_))))
            .field("yield_to_others", &self.priority.is_low())
            .finish_non_exhaustive()
    }
}

/// What a thread of its own will have to say.
#[derive(Debug)]
pub(super) struct Pending<T> {
    receiver: mpsc::Receiver<T>,
    patience: Duration,
}

impl<T: Send + 'static> Pending<T> {
    /// Begins `work`, which may take `patience` from when it is waited for; then it is left to itself.
    pub(super) fn begin(
        name: &str,
        patience: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Self, CacheError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let run = move || {
            // The receiver is gone when patience ran out.
            let _ = sender.send(work());
        };
        let thread = thread::Builder::new().name(name.into()).spawn(run);
        let refused = CacheError::new(CacheErrorKind::Threads, "one more is needed");
        thread.map_err(|error| refused.because(error))?;
        Ok(Self { receiver, patience })
    }

    pub(super) fn wait(self) -> Result<T, NoAnswer> {
        let answer = self.receiver.recv_timeout(self.patience);
        answer.map_err(|_| NoAnswer)
    }
}

fn start(priority: &Arc<Priority>) -> io::Result<Runtime> {
    let (begun, ended) = (Arc::clone(priority), Arc::clone(priority));
    Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(16)
        .thread_name("atc-cache")
        .on_thread_start(move || begun.join())
        .on_thread_stop(move || ended.leave())
        .enable_time()
        .build()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use tokio::task::spawn_blocking;

    use super::*;

    #[test]
    fn threads_give_way_from_when_they_are_asked_to() {
        let threads = Threads::new(|_| ());
        let patience = Duration::from_mins(1);
        let priority = || rustix::process::getpriority_process(None).unwrap();
        let of_both = || async move { (priority(), spawn_blocking(priority).await.unwrap()) };
        let before = threads.wait(patience, of_both()).unwrap();
        assert!(before.0 < 19 && before.1 < 19, "{before:?}");
        threads.yield_to_others();
        assert_eq!(threads.wait(patience, of_both()), Ok((19, 19)));
        assert!(priority() < 19, "the caller is not one of them");
        threads.shut_down(patience);

        let threads = Threads::new(|_| ());
        threads.yield_to_others();
        assert_eq!(threads.wait(patience, of_both()), Ok((19, 19)));
    }
}
